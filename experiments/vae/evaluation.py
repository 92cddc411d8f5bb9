"""What trained models achieve: final.csv, factors.csv, verdicts.json, and the arrays that figures are drawn from."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.faces.load import Faces
from experiments.run_folder import RunFolder
from vae import diagnostics
from vae.explore import encode
from vae.model import VAE
from vae.snapshot import latent_space, snapshot

MAX_FACTOR_IMAGES = 2000  # on which the linear maps to the true factors are fitted


def evaluate_all(
    folder: RunFolder, models: Mapping[float, VAE], training: Faces, held_out: Faces, prior: np.ndarray
) -> None:
    """Evaluate the model of each KL weight on held-out faces and on as many training faces.

    Args:
        prior: draws from the prior (G, K), decoded as the samples.
    """
    final: list[tuple[float, str, str, float]] = []
    factors: list[tuple[float, str, float]] = []
    verdicts = {}
    for weight, model in models.items():
        for part, images in (("train", training.images[: len(held_out)]), ("held_out", held_out.images)):
            final += [(weight, part, metric, value) for metric, value in final_metrics(model, images).items()]
        factors += [(weight, name, score) for name, score in _factor_scores(model, training, held_out).items()]
        arrays = snapshot(model, training.images, held_out.images, prior)
        folder.write_arrays(f"arrays/kl_{weight:g}.npz", arrays)
        facts = latent_space(model, training.images, held_out.images, arrays["samples"])
        verdicts[f"{weight:g}"] = facts
        print(f"KL x{weight:g}: {facts['verdict']}", flush=True)
    _write_rows(folder, "final.csv", ["kl_weight", "split", "metric", "value"], final)
    if factors:
        _write_rows(folder, "factors.csv", ["kl_weight", "factor", "r_squared"], factors)
    folder.write_json("verdicts.json", verdicts)


def final_metrics(model: VAE, images: np.ndarray) -> dict[str, float]:
    """The metrics of final.csv on uint8 images (N, S, S, C)."""
    evaluation = diagnostics.evaluate(model, images)
    mse = diagnostics.mean_squared_error(model, images)
    return {
        "neg_elbo": evaluation.negative_elbo,
        "reconstruction": evaluation.reconstruction,
        "kl": evaluation.kl,
        "mse": mse,
        "psnr": float(diagnostics.psnr(mse)),
        "active_units": evaluation.active_units,
        "bits_per_dim": evaluation.bits_per_dim,
    }


def _factor_scores(model: VAE, training: Faces, held_out: Faces) -> dict[str, float]:
    """R squared of each true factor; none where the faces were not drawn."""
    if training.factors is None or held_out.factors is None:
        return {}
    known = training.take(np.arange(min(len(training), MAX_FACTOR_IMAGES)))
    (means, _), (test_means, _) = encode(model, known.images), encode(model, held_out.images)
    return diagnostics.factor_scores(means, known.factors or {}, test_means, held_out.factors)


def _write_rows(folder: RunFolder, name: str, columns: list[str], rows: list[tuple]) -> None:
    folder.write_csv(name, pd.DataFrame(rows, columns=columns), float_format="%.8g")
