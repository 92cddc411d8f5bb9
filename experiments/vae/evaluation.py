"""What trained models achieve: final.csv, factors.csv, verdicts.json, and the arrays that figures are drawn from."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from skimage.metrics import structural_similarity

import autograd
from data.faces.load import Faces
from experiments.runs.folder import RunFolder, write_arrays
from experiments.system.workers import begin_worker
from experiments.vae.settings import DISTANCES, FACTORS, IMPORTANCE, VaeSettings
from experiments.vae.yardsticks import DISTANCE_AXES
from vae import diagnostics
from vae.distances import picture_distance
from vae.explore import draw_posterior, encode
from vae.importance import importance_bounds
from vae.model import VAE
from vae.principal_components import PrincipalComponents
from vae.random_features import feature_distance
from vae.snapshot import as_bytes, latent_space, snapshot
from vae.spectra import BANDS, band_ratios
from vae.trained import Trained

MAX_FACTOR_IMAGES = 2000  # on which the linear maps to the true factors are fitted
DISTANCE_SAMPLES = 1000  # samples whose Frechet distance is measured
BOUND_IMAGES, BOUND_DRAWS = 64, 64  # of the importance-weighted bound: as many decodings as their product
SSIM_IMAGES = 200  # reconstructions whose structural similarity is measured


class Judged(NamedTuple):
    """What one model achieves: its rows of final.csv and factors.csv, and the facts of its latent space."""

    final: list[tuple[float, str, str, float]]
    factors: list[tuple[float, str, float]]
    facts: dict[str, str | int | float]


def evaluate_all(
    folder: RunFolder,
    trained: Mapping[float, Trained],
    settings: VaeSettings,
    components: PrincipalComponents,
    training: Faces,
    held_out: Faces,
    jobs: int = 1,
) -> None:
    """Evaluate the model of each KL weight on held-out faces and on as many training faces.

    Args:
        components: the main axes of the training images, along which samples are compared with held-out faces.
        jobs: processes, which share the threads that the engine has been given; any number gives the same bytes.
    """
    workers = min(jobs, len(trained))
    task = partial(
        _judge_in_worker, settings=settings, components=components, training=training, held_out=held_out,
        folder=folder.path, parent=os.getpid(), threads=max(autograd.get_threads() // workers, 1),
    )  # fmt: skip
    judged = dict(zip(trained, Parallel(n_jobs=workers)(delayed(task)(*item) for item in trained.items()), strict=True))
    for weight, each in judged.items():
        print(f"KL x{weight:g}: {each.facts['verdict']}", flush=True)
    rows = [row for each in judged.values() for row in each.final]
    _write_rows(folder, "final.csv", ["kl_weight", "split", "metric", "value"], rows)
    if factors := [row for each in judged.values() for row in each.factors]:
        _write_rows(folder, "factors.csv", ["kl_weight", "factor", "r_squared"], factors)
    folder.write_json("verdicts.json", {f"{weight:g}": each.facts for weight, each in judged.items()})


def _judge_in_worker(weight: float, trained: Trained, *, parent: int, threads: int, **given: Any) -> Judged:
    """`_judge`, in the process `parent` or in a worker of it, which computes with so many threads."""
    begin_worker(parent)
    if os.getpid() != parent:
        autograd.set_threads(threads)
    return _judge(weight, trained, **given)


def _judge(
    weight: float,
    trained: Trained,
    settings: VaeSettings,
    components: PrincipalComponents,
    training: Faces,
    held_out: Faces,
    folder: Path,
) -> Judged:
    """Evaluate one model; its pictures go into the run folder."""
    final: list[tuple[float, str, str, float]] = []
    for part, images in (("train", training.images[: len(held_out)]), ("held_out", held_out.images)):
        metrics = final_metrics(trained, images, mapped=settings.prior == "linear")
        final += [(weight, part, metric, value) for metric, value in metrics.items()]
    distances = sample_distances(trained, settings, components, training.images, held_out.images)
    bounds = weighted_bounds(trained, settings, held_out.images)
    final += [(weight, "held_out", metric, value) for metric, value in (distances | bounds).items()]
    scores = _factor_scores(trained.model, training, held_out, settings.random_stream(FACTORS))
    factors = [(weight, name, score) for name, score in scores.items()]
    arrays = snapshot(trained, training.images, held_out.images, settings.prior_latents())
    write_arrays(folder / f"arrays/kl_{weight:g}.npz", arrays | _directions(trained.model, training))
    facts = latent_space(trained.model, training.images, held_out.images, arrays["samples"], distances)
    return Judged(final, factors, facts)


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
        "ssim": _structural_similarity(images[:SSIM_IMAGES], trained),
        "kl_mapped": linear_map.mean_kl(*encode(trained.model, images)),
    }


def _structural_similarity(images: np.ndarray, trained: Trained) -> float:
    """Mean SSIM of reconstructions (Wang et al., Image quality assessment, 2004): 1 for equal pictures."""
    pairs = zip(images, as_bytes(trained.reconstruct(images)), strict=True)
    return float(np.mean([structural_similarity(a, b, channel_axis=-1, data_range=255) for a, b in pairs]))


def sample_distances(
    trained: Trained,
    settings: VaeSettings,
    components: PrincipalComponents,
    training: np.ndarray,
    held_out: np.ndarray,
) -> dict[str, float]:
    """How far samples are from held-out faces: the same draws of the prior without and with the linear map.

    Frechet distances along the main axes and in random features, and the ratio of power in bands of frequencies.
    Beside them stand those of the reconstructions, and of real faces: the *floor* for a finite sample.
    """
    count = min(DISTANCE_SAMPLES, len(training))
    pictures = {
        "as_trained": as_bytes(trained.sample(count, settings.random_stream(DISTANCES), mapped=False)),
        "mapped": as_bytes(trained.sample(count, settings.random_stream(DISTANCES))),
        "reconstructions": as_bytes(trained.reconstruct(held_out)),
        "floor": training[:count],
    }
    found = {}
    for name, each in pictures.items():
        found[f"frechet_{name}"] = picture_distance(each, held_out, components.first(DISTANCE_AXES))
        found[f"features_{name}"] = feature_distance(each, held_out)
        for (low, high), ratio in zip(BANDS, band_ratios(each, held_out), strict=False):
            found[f"power_{low}_{high}_{name}"] = ratio
    return found


def weighted_bounds(trained: Trained, settings: VaeSettings, held_out: np.ndarray) -> dict[str, float]:
    """The negative ELBO and the importance-weighted bound of the same few held-out images, from the same draws."""
    linear_map = trained.linear_map if settings.prior == "linear" else None
    rng = settings.random_stream(IMPORTANCE)
    bounds = importance_bounds(trained.model, held_out[:BOUND_IMAGES], BOUND_DRAWS, rng, linear_map)
    return {"neg_elbo_of_draws": bounds.negative_elbo, "weighted_bound": bounds.weighted}


def _factor_scores(model: VAE, training: Faces, held_out: Faces, rng: np.random.Generator) -> dict[str, float]:
    """R squared of each true factor, read from drawn latents; none where the faces were not drawn."""
    if training.factors is None or held_out.factors is None:
        return {}
    known = training.take(np.arange(min(len(training), MAX_FACTOR_IMAGES)))
    latents, test_latents = (draw_posterior(model, faces.images, rng) for faces in (known, held_out))
    return diagnostics.factor_scores(latents, known.factors or {}, test_latents, held_out.factors)


def _directions(model: VAE, training: Faces) -> dict[str, np.ndarray]:
    """For each true factor ``direction_<factor>`` (K,), as `vae.diagnostics.factor_directions` finds it."""
    if training.factors is None:
        return {}
    known = training.take(np.arange(min(len(training), MAX_FACTOR_IMAGES)))
    means, _ = encode(model, known.images)
    directions = diagnostics.factor_directions(means, known.factors or {})
    return {f"direction_{name}": direction for name, direction in directions.items()}


def _write_rows(folder: RunFolder, name: str, columns: list[str], rows: list[tuple]) -> None:
    folder.write_csv(name, pd.DataFrame(rows, columns=columns), float_format="%.8g")
