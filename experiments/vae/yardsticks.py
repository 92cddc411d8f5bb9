"""The yardsticks of a run, linear codes on the same images: PCA in squared error, the best linear code in nats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.runs.folder import RunFolder
from experiments.vae.settings import DEQUANTISATION, PCA, VaeSettings
from vae import linear_code
from vae.elbo import Terms
from vae.principal_components import PrincipalComponents, pca_error, principal_components
from vae.spectra import SpectralGaussian, dequantised

MAX_SPECTRAL_FIT = 4000  # images that the spectral yardstick is fitted to
CURVE_WEIGHTS = tuple(float(weight) for weight in np.geomspace(0.05, 5000, 41))
DISTANCE_AXES = 64  # the axes along which the Frechet distance is measured

Row = tuple[float, str, float]  # KL weight, metric, value


class PcaYardstick(NamedTuple):
    """PCA with as many components as latent units: its mean squared error on held-out images."""

    components: int
    mse: float


@dataclass(frozen=True)
class LinearYardstick(Terms[float]):
    """The best linear code at one KL weight, on held-out images; nats per image.

    Attributes:
        reconstruction: NaN under the Bernoulli likelihood.
        components: how many it sends.
        collapse: the KL weight from which on it sends none.
    """

    components: int
    collapse: float


def main_components(training: np.ndarray, settings: VaeSettings) -> PrincipalComponents:
    """The main axes of what the network is trained on, uint8 (N, S, S, C): with --mirror, every image and its mirror.

    As many as the linear codes and the Frechet distance need, if there are images enough.
    """
    count = min(max(settings.latent, DISTANCE_AXES), len(training) // 2)
    return principal_components(with_mirrored(training, settings.mirror), count, settings.random_stream(PCA))


def with_mirrored(images: np.ndarray, mirror: bool) -> np.ndarray:
    """The images (N, S, S, C), and after them, with `mirror`, their mirror images."""
    return np.concatenate([images, images[:, :, ::-1]]) if mirror else images


def linear_yardsticks(
    components: PrincipalComponents,
    training: np.ndarray,
    held_out: np.ndarray,
    *,
    kl_weights: Sequence[float],
    latent: int,
    likelihood: str,
    mirror: bool,
    rng: np.random.Generator,
) -> tuple[PcaYardstick, list[Row]]:
    """PCA's error for config.json, and the rows of `linear_code.csv`; images are uint8 (N, S, S, C).

    Both have as many components as the network has latent units, or all that there are.
    Metrics of a linear code: `components` that it sends, its `kl`, and where the noise is learned `sigma`,
    `reconstruction` and `neg_elbo`, nats per image as in final.csv; the weight of `collapse`, the same in every weight.
    """
    components = components.first(latent)
    count = len(components.variances)
    pca = PcaYardstick(count, pca_error(components, held_out))
    if likelihood == "gaussian":
        return pca, [row for weight in kl_weights for row in _gaussian(components, weight, held_out)]
    images = with_mirrored(training, mirror)
    scaled = principal_components(images, count, rng, linear_code.bernoulli_deviations(images))
    return pca, [row for weight in kl_weights for row in _bernoulli(scaled, weight)]


class SpectralYardstick(NamedTuple):
    """A normal distribution with one variance for each frequency and colour, no code at all: `vae.spectra`.

    Its -log p(x) in nats per held-out image, dequantised, and the bits per dimension that these are.
    """

    negative_log_density: float
    bits_per_dim: float


def spectral_yardstick(settings: VaeSettings, training: np.ndarray, held_out: np.ndarray) -> SpectralYardstick:
    """Fit it to training images and judge it on held-out ones; both uint8 (N, S, S, C)."""
    rng = settings.random_stream(DEQUANTISATION)
    fitted = SpectralGaussian.fit(dequantised(training[:MAX_SPECTRAL_FIT], rng))
    nats = fitted.negative_log_density(dequantised(held_out, rng))
    return SpectralYardstick(nats, nats / (held_out[0].size * math.log(2)) + 8)


def write_yardsticks(
    folder: RunFolder,
    settings: VaeSettings,
    components: PrincipalComponents,
    training: np.ndarray,
    held_out: np.ndarray,
) -> PcaYardstick:
    """Compute the yardsticks, write `linear_code.csv`, and return PCA's."""
    pca, rows = linear_yardsticks(
        components,
        training,
        held_out,
        kl_weights=settings.kl_weights,
        latent=settings.latent,
        likelihood=settings.likelihood,
        mirror=settings.mirror,
        rng=settings.random_stream(PCA),
    )
    table = pd.DataFrame(rows, columns=["kl_weight", "metric", "value"])
    folder.write_csv("linear_code.csv", table, float_format="%.8g")
    if settings.likelihood == "gaussian":
        points = linear_curve(components.first(settings.latent), held_out)
        curve = pd.DataFrame(points, columns=["kl_weight", "kl", "distortion"])
        folder.write_csv("linear_curve.csv", curve, float_format="%.8g")
    return pca


def linear_curve(components: PrincipalComponents, held_out: np.ndarray) -> list[tuple[float, float, float]]:
    """(KL weight, KL in nats, squared error per value of drawn latents) of the best linear codes of many weights."""
    points = []
    for weight in CURVE_WEIGHTS:
        row = {metric: value for _, metric, value in _gaussian(components, weight, held_out)}
        if row.get("components"):
            noise = row["sigma"] ** 2
            per_value = row["reconstruction"] / components.dimensions
            points.append((weight, row["kl"], noise * (2 * per_value - math.log(2 * math.pi * noise))))
    return points


def _gaussian(components: PrincipalComponents, weight: float, held_out: np.ndarray) -> list[Row]:
    spectrum = components.variances, components.total, components.dimensions
    try:
        code = linear_code.gaussian_code(*spectrum, weight)
    except ValueError:  # the components hold all the variance: the noise is 0 and there is no yardstick
        return []
    reconstruction, kl = linear_code.gaussian_terms(code, components, held_out)
    return [
        (weight, "components", code.components),
        (weight, "kl", kl),
        (weight, "sigma", code.noise**0.5),
        (weight, "reconstruction", reconstruction),
        (weight, "neg_elbo", reconstruction + kl),
        (weight, "collapse", linear_code.collapse_weight(*spectrum)),
    ]


def _bernoulli(scaled: PrincipalComponents, weight: float) -> list[Row]:
    code = linear_code.bernoulli_code(scaled.variances, weight)
    return [
        (weight, "components", code.components),
        (weight, "kl", float(code.rates.sum())),
        (weight, "collapse", float(scaled.variances[0])),
    ]
