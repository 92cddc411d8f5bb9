"""What trained models achieve: final.csv, factors.csv, verdicts.json, and the arrays that figures are drawn from."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.faces.load import Faces
from experiments.run_folder import RunFolder
from experiments.vae.settings import DISTANCES, VaeSettings
from vae import diagnostics
from vae.distances import picture_distance
from vae.explore import encode
from vae.model import VAE
from vae.principal_components import PrincipalComponents
from vae.snapshot import as_bytes, latent_space, snapshot
from vae.trained import Trained

MAX_FACTOR_IMAGES = 2000  # on which the linear maps to the true factors are fitted
DISTANCE_SAMPLES = 1000  # samples whose Frechet distance is measured


def evaluate_all(
    folder: RunFolder,
    trained: Mapping[float, Trained],
    settings: VaeSettings,
    components: PrincipalComponents,
    training: Faces,
    held_out: Faces,
) -> None:
    """Evaluate the model of each KL weight on held-out faces and on as many training faces.

    Args:
        components: the main axes of the training images, along which samples are compared with held-out faces.
    """
    final: list[tuple[float, str, str, float]] = []
    factors: list[tuple[float, str, float]] = []
    verdicts = {}
    for weight, each in trained.items():
        for part, images in (("train", training.images[: len(held_out)]), ("held_out", held_out.images)):
            metrics = final_metrics(each, images, mapped=settings.prior == "linear")
            final += [(weight, part, metric, value) for metric, value in metrics.items()]
        distances = sample_distances(each, settings, components, training.images, held_out.images)
        final += [(weight, "held_out", metric, value) for metric, value in distances.items()]
        factors += [(weight, name, score) for name, score in _factor_scores(each.model, training, held_out).items()]
        arrays = snapshot(each, training.images, held_out.images, settings.prior_latents())
        folder.write_arrays(f"arrays/kl_{weight:g}.npz", arrays)
        facts = latent_space(each.model, training.images, held_out.images, arrays["samples"])
        verdicts[f"{weight:g}"] = facts
        print(f"KL x{weight:g}: {facts['verdict']}", flush=True)
    _write_rows(folder, "final.csv", ["kl_weight", "split", "metric", "value"], final)
    if factors:
        _write_rows(folder, "factors.csv", ["kl_weight", "factor", "r_squared"], factors)
    folder.write_json("verdicts.json", verdicts)


def final_metrics(trained: Trained, images: np.ndarray, mapped: bool = False) -> dict[str, float]:
    """The metrics of final.csv on uint8 images (N, S, S, C).

    `kl` and what contains it measure from the prior that the model was trained with: N(0, I), or with `mapped` that
    normal through the linear map. `kl_mapped` is always measured through the map.
    """
    linear_map = trained.linear_map
    evaluation = diagnostics.evaluate(trained.model, images, linear_map=linear_map if mapped else None)
    mse = diagnostics.mean_squared_error(trained.model, images)
    return {
        "neg_elbo": evaluation.negative_elbo,
        "reconstruction": evaluation.reconstruction,
        "kl": evaluation.kl,
        "mse": mse,
        "psnr": float(diagnostics.psnr(mse)),
        "active_units": evaluation.active_units,
        "bits_per_dim": evaluation.bits_per_dim,
        "kl_mapped": linear_map.mean_kl(*encode(trained.model, images)),
    }


def sample_distances(
    trained: Trained,
    settings: VaeSettings,
    components: PrincipalComponents,
    training: np.ndarray,
    held_out: np.ndarray,
) -> dict[str, float]:
    """Frechet distances from held-out faces along the main axes: the same draws without and with the linear map.

    Beside them stand the distances of the reconstructions, and of real faces: the *floor* for a finite sample.
    """
    count = min(DISTANCE_SAMPLES, len(training))
    pictures = {
        "frechet_as_trained": as_bytes(trained.sample(count, settings.random_stream(DISTANCES), mapped=False)),
        "frechet_mapped": as_bytes(trained.sample(count, settings.random_stream(DISTANCES))),
        "frechet_reconstructions": as_bytes(trained.reconstruct(held_out)),
        "frechet_floor": training[:count],
    }
    return {name: picture_distance(each, held_out, components) for name, each in pictures.items()}


def _factor_scores(model: VAE, training: Faces, held_out: Faces) -> dict[str, float]:
    """R squared of each true factor; none where the faces were not drawn."""
    if training.factors is None or held_out.factors is None:
        return {}
    known = training.take(np.arange(min(len(training), MAX_FACTOR_IMAGES)))
    (means, _), (test_means, _) = encode(model, known.images), encode(model, held_out.images)
    return diagnostics.factor_scores(means, known.factors or {}, test_means, held_out.factors)


def _write_rows(folder: RunFolder, name: str, columns: list[str], rows: list[tuple]) -> None:
    folder.write_csv(name, pd.DataFrame(rows, columns=columns), float_format="%.8g")
