"""A trained model in pictures and numbers: all that figures and discussion need, so that drawing needs no model."""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from . import diagnostics, explore
from .model import VAE
from .spectra import power_spectrum
from .trained import Trained

SHOWN = 16  # held-out images shown beside their reconstructions
NEAREST = 8  # samples (through the map) shown beside their nearest training images
PAIRS, STEPS = 4, 9  # interpolations between two images, and the pictures on each
SPECTRUM = 256  # held-out images whose spectrum is computed
TRAVERSED = 8  # main axes of the codes, walked along one at a time
TRAVERSAL_VALUES = np.linspace(-3, 3, STEPS, dtype=np.float32)
MANIFOLD_SIDE = 15


def snapshot(
    trained: Trained, training: np.ndarray, held_out: np.ndarray, latents: np.ndarray
) -> dict[str, np.ndarray]:
    """Pictures as uint8 and numbers as float32, by name.

    Args:
        training: uint8 images (N, S, S, C), searched for the nearest neighbours of the samples.
        held_out: uint8 images (M, S, S, C), at least `SHOWN`.
        latents: draws from the prior (G, K), decoded as the samples, and again through the linear map as
            `samples_mapped`; G at least `NEAREST`.

    `nearest` are the training images closest to the first mapped samples, `nearest_distances` (G,) those of all of
    them; beside them stand the distances of as many held-out images, which are no copies.
    """
    model = trained.model
    means, log_variances = explore.encode(model, held_out)
    kl = diagnostics.kl_per_unit(means, log_variances)
    mapped = as_bytes(explore.decode(model, trained.linear_map.to_latents(latents)))
    pairs = means[: 2 * PAIRS].reshape(PAIRS, 2, -1)
    axes = explore.main_axes(means, TRAVERSED)
    arrays = {
        "originals": held_out[:SHOWN],
        "reconstructions": as_bytes(explore.decode(model, means[:SHOWN])),
        "samples": as_bytes(explore.decode(model, latents)),
        "samples_mapped": mapped,
        "nearest": explore.nearest(mapped[:NEAREST], training),
        "nearest_distances": _nearest_distances(mapped, training),
        "held_out_distances": _nearest_distances(held_out[: len(latents)], training),
        "pairs": held_out[: 2 * PAIRS].reshape(PAIRS, 2, *held_out.shape[1:]),
        "interpolations": _decode_paths(model, [explore.interpolate(a, b, STEPS) for a, b in pairs]),
        "prior_paths": _decode_paths(
            model, [explore.interpolate(latents[i], latents[i + 1], STEPS, spherical=True) for i in (0, 2)]
        ),
        "traversals": _decode_paths(model, explore.traverse(means[0], axes, TRAVERSAL_VALUES)),
        "traversal_shares": axes.shares.astype(np.float32),
        "picture_spectrum": _spectrum(held_out[:SPECTRUM] / np.float32(255) - training.mean(0) / 255),
        "residual_spectrum": _spectrum(held_out[:SPECTRUM] / np.float32(255) - explore.decode(model, means[:SPECTRUM])),
        "kl_per_unit": kl.astype(np.float32),
        "posterior_variance": np.exp(log_variances).mean(0).astype(np.float32),
    }
    if model.latent == 2:
        arrays["manifold"] = _decode_paths(model, _manifold_latents())
    return arrays


def latent_space(
    model: VAE, training: np.ndarray, held_out: np.ndarray, samples: np.ndarray, distances: Mapping[str, float]
) -> dict[str, str | int | float]:
    """The verdict on the latent space and the numbers behind it; images and samples are uint8 (N, S, S, C).

    Args:
        distances: Frechet distances from held-out images: `frechet_as_trained` of draws from N(0, I),
            `frechet_mapped` through the linear map, `frechet_reconstructions`, and `frechet_floor` of training images.
    """
    means, log_variances = explore.encode(model, held_out)
    kl = diagnostics.kl_per_unit(means, log_variances)
    mse = diagnostics.mean_squared_error(model, held_out)
    count = min(len(samples), len(training))  # diversity grows with the number of pictures: compare equal numbers
    facts: dict[str, str | int | float] = {
        "active_units": int(diagnostics.active_units(means).sum()),
        "telling_units": len(kl) - diagnostics.silent_units(kl),
        "mean_posterior_variance": float(np.exp(log_variances).mean()),
        "variance_kept": diagnostics.variance_kept(mse, held_out, training.mean(0)),
        "prior_gap": float(diagnostics.prior_gap(means, log_variances).sum()),
        "covariance_gap": diagnostics.covariance_gap(means, log_variances),
        "kl_total": float(kl.astype(np.float32).sum()),
        "diversity_samples": diagnostics.diversity(samples[:count]),
        "diversity_training": diagnostics.diversity(training[:count]),
    }
    if model.likelihood == "gaussian":
        facts["sigma"] = math.sqrt(float(np.exp(model.log_noise.data.astype(np.float64)).mean()))
    verdict = diagnostics.verdict(
        kept=float(facts["variance_kept"]),
        telling=int(facts["telling_units"]),
        units=len(kl),
        gap=float(facts["covariance_gap"]),
        posterior_variance=float(facts["mean_posterior_variance"]),
        samples=distances["frechet_as_trained"],
        mapped=distances["frechet_mapped"],
        near=max(distances["frechet_reconstructions"], distances["frechet_floor"]),
    )
    return {"verdict": verdict, **facts}


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1] as uint8, any shape, rounded to the nearest of the 256 levels."""
    return np.rint(images * 255).astype(np.uint8)


def _nearest_distances(images, training):
    """RMS distance of uint8 images (N, S, S, C) from their nearest training images: (N,), float32."""
    return diagnostics.rms_distance(images, explore.nearest(images, training)).astype(np.float32)


def _spectrum(pictures):
    """Power of pictures (N, S, S, C) at each frequency, (S / 2,), float32; see `vae.spectra.power_spectrum`."""
    return power_spectrum(pictures)[1].astype(np.float32)


def _decode_paths(model, paths):
    """Latents (A, B, K) as pictures (A, B, S, S, C)."""
    paths = np.asarray(paths)
    pictures = as_bytes(explore.decode(model, paths.reshape(-1, paths.shape[-1])))
    return pictures.reshape(*paths.shape[:2], *pictures.shape[1:])


def _manifold_latents():
    """The plane of two latent units at evenly spaced quantiles of the prior: (MANIFOLD_SIDE, MANIFOLD_SIDE, 2)."""
    quantiles = (np.arange(MANIFOLD_SIDE) + 0.5) / MANIFOLD_SIDE
    values = [NormalDist().inv_cdf(q) for q in quantiles]
    return np.array([[[x, y] for x in values] for y in reversed(values)], np.float32)
