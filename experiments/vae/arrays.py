"""What is kept of a trained VAE for the figures: arrays of pictures and numbers, so that drawing needs no model."""

import math
from statistics import NormalDist

import numpy as np

from data.faces.load import Faces
from experiments.vae.summary import diversity
from vae import diagnostics, explore
from vae.model import VAE

PAIRS, STEPS, SHOWN, NEAREST, TRAVERSED = 4, 9, 16, 8, 8
TRAVERSAL_VALUES = np.linspace(-3, 3, STEPS, dtype=np.float32)
MANIFOLD_SIDE = 15


def prior_latents(latent: int, seed: int, count: int = 64) -> np.ndarray:
    """Draws from the prior N(0, 1), (count, latent): the same for every weight and epoch of a run."""
    return np.random.default_rng([seed, 3]).standard_normal((count, latent), dtype=np.float32)


def results(model: VAE, training: Faces, held_out: Faces, seed: int) -> dict[str, np.ndarray]:
    """The arrays of `arrays/kl_<weight>.npz`: pictures as uint8, numbers as float32."""
    means, log_variances = explore.encode(model, held_out.images)
    kl = diagnostics.kl_per_unit(means, log_variances)
    grid = prior_latents(model.latent, seed)
    samples = explore.decode(model, grid)
    pairs = means[: 2 * PAIRS].reshape(PAIRS, 2, -1)
    units = np.argsort(kl)[::-1][:TRAVERSED]
    arrays = {
        "originals": held_out.images[:SHOWN],
        "reconstructions": _pictures(explore.decode(model, means[:SHOWN])),
        "samples": _pictures(samples),
        "nearest": training.images[explore.nearest(samples[:NEAREST], training.images)],
        "pairs": held_out.images[: 2 * PAIRS].reshape(PAIRS, 2, *held_out.images.shape[1:]),
        "interpolations": _decode_paths(model, [explore.interpolate(a, b, STEPS) for a, b in pairs]),
        "prior_paths": _decode_paths(model, [explore.interpolate(grid[i], grid[i + 1], STEPS, True) for i in (0, 2)]),
        "traversals": _decode_paths(model, explore.traverse(means[0], units, TRAVERSAL_VALUES)),
        "traversal_units": units,
        "kl_per_unit": kl.astype(np.float32),
        "posterior_variance": np.exp(log_variances).mean(0).astype(np.float32),
    }
    if model.latent == 2:
        arrays["manifold"] = _decode_paths(model, _manifold_latents())
    return arrays


def verdict(model: VAE, training: Faces, held_out: Faces, arrays: dict[str, np.ndarray]) -> dict[str, object]:
    """What the numbers say of the latent space, for `verdicts.json`."""
    means, log_variances = explore.encode(model, held_out.images)
    as_many = min(len(arrays["samples"]), len(training))  # few pictures vary less than many
    facts: dict[str, object] = {
        "verdict": diagnostics.verdict(means, log_variances),
        "active_units": int(diagnostics.active_units(means).sum()),
        "mean_posterior_variance": float(np.exp(log_variances).mean()),
        "prior_gap": float(diagnostics.prior_gap(means, log_variances).sum()),
        "kl_total": float(arrays["kl_per_unit"].sum()),
        "diversity_samples": diversity(arrays["samples"][:as_many]),
        "diversity_training": diversity(training.images[:as_many]),
    }
    if model.likelihood == "gaussian":
        facts["sigma"] = math.exp(0.5 * model.log_noise.item())
    return facts


def _pictures(images):
    return np.rint(images * 255).astype(np.uint8)


def _decode_paths(model, paths):
    """Latents (A, B, K) as pictures (A, B, S, S, C)."""
    paths = np.asarray(paths)
    return _pictures(explore.decode(model, paths.reshape(-1, paths.shape[-1]))).reshape(
        *paths.shape[:2], model.image_size, model.image_size, model.channels
    )


def _manifold_latents():
    """A grid over the plane of two latents that the prior visits: values at evenly spaced probabilities."""
    quantiles = (np.arange(MANIFOLD_SIDE) + 0.5) / MANIFOLD_SIDE
    values = [NormalDist().inv_cdf(q) for q in quantiles]
    return np.array([[[x, y] for x in values] for y in reversed(values)], np.float32)
