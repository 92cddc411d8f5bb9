"""What the numbers say about a trained model: how well it does, which latent units work, what they learned."""

import math
from dataclasses import dataclass

import numpy as np

from autograd import no_grad

from .elbo import bits_per_dim, elbo_terms
from .explore import BATCH, as_floats, encode, reconstruct
from .model import VAE

ACTIVE_VARIANCE = 0.01  # a unit is active if its posterior mean varies more than this over images (Burda et al. 2016)
COLLAPSED_SHARE = 0.1  # fewer active units than this share: the posterior has collapsed onto the prior
POINT_VARIANCE = 0.01  # a mean posterior variance below this, where the prior's is 1: points, not distributions


@dataclass(frozen=True)
class Evaluation:
    """One pass over a set of images; nats per image, as the ELBO's terms are."""

    reconstruction: float
    kl: float
    bits_per_dim: float
    active_units: int

    @property
    def negative_elbo(self) -> float:
        return self.reconstruction + self.kl


@no_grad()
def evaluate(model: VAE, images: np.ndarray, seed: int = 0) -> Evaluation:
    """The ELBO's terms on images (N, S, S, C), uint8.

    The noise is drawn from a generator of its own, seeded alike each time: evaluations of two epochs then differ
    by the model alone, and the generator that training uses is not touched.
    """
    rng = np.random.default_rng(seed)
    reconstruction = kl = 0.0
    for start in range(0, len(images), BATCH):
        batch = as_floats(images[start : start + BATCH], model)
        terms = elbo_terms(model, batch, rng)
        reconstruction += terms.reconstruction.item() * len(batch)
        kl += terms.kl.item() * len(batch)
    reconstruction, kl = reconstruction / len(images), kl / len(images)
    bits = bits_per_dim(reconstruction + kl, math.prod(images.shape[1:]), model.likelihood)
    return Evaluation(reconstruction, kl, bits, int(active_units(encode(model, images)[0]).sum()))


def active_units(means: np.ndarray) -> np.ndarray:
    """Which of the latent units vary with the image: (K,) booleans, from posterior means (N, K)."""
    return means.var(0) > ACTIVE_VARIANCE


def kl_per_unit(means: np.ndarray, log_variances: np.ndarray) -> np.ndarray:
    """KL of each unit in nats, averaged over images: (K,), from posterior means and log-variances (N, K)."""
    return 0.5 * (np.exp(log_variances) + np.square(means) - 1 - log_variances).mean(0)


def mean_squared_error(model: VAE, images: np.ndarray) -> float:
    """Mean over pixels of (image - reconstruction from the posterior mean)^2, values in [0, 1]."""
    total = 0.0
    for start in range(0, len(images), BATCH):
        batch = as_floats(images[start : start + BATCH], model)
        total += float(np.square(reconstruct(model, batch) - batch).sum(dtype=np.float64))
    return total / images.size


def psnr(mse: float) -> float:
    """Peak signal-to-noise ratio in dB for values in [0, 1]: -10 log10(mse)."""
    return -10 * math.log10(mse)


def verdict(means: np.ndarray, log_variances: np.ndarray) -> str:
    """What has become of the latent space, from posterior means and log-variances (N, K): one of

    "collapsed": hardly a unit depends on the image, so every image is decoded to about the same picture;
    "unused prior": posteriors are points far from the prior, so a draw of the prior hits nothing that was trained;
    "healthy": neither.
    """
    active = active_units(means)
    if active.mean() < COLLAPSED_SHARE:
        return "collapsed"
    if np.exp(log_variances[:, active]).mean() < POINT_VARIANCE:
        return "unused prior"
    return "healthy"


def pca_error(train: np.ndarray, held_out: np.ndarray, components: int, rng: np.random.Generator) -> float:
    """Mean squared error per pixel of held-out images rebuilt from their `components` first principal components.

    The bar to beat: the best that a linear code of the same size can do. The axes come from a randomised range
    finder with two power iterations (Halko, Martinsson and Tropp 2011, algorithm 4.4).
    """
    flat = train.reshape(len(train), -1).astype(np.float32) / 255
    centre = flat.mean(0)
    flat -= centre
    basis = rng.standard_normal((flat.shape[1], components + 16), dtype=np.float32)
    for _ in range(3):
        basis, _ = np.linalg.qr(flat.T @ (flat @ basis))
    _, _, axes = np.linalg.svd(flat @ basis, full_matrices=False)
    axes = basis @ axes[:components].T
    test = held_out.reshape(len(held_out), -1).astype(np.float32) / 255 - centre
    return float(np.square(test - (test @ axes) @ axes.T).mean())


def factor_scores(means: np.ndarray, factors: dict[str, np.ndarray]) -> dict[str, float]:
    """How well each true factor can be read from the latent means by a linear map: R squared on the second half.

    Least squares on the first half of the images. A category counts as its indicator columns, scored together.
    """
    half = len(means) // 2
    design = np.column_stack([means, np.ones(len(means))]).astype(np.float64)
    scores = {}
    for name, values in factors.items():
        target = _indicators(values)
        weights, *_ = np.linalg.lstsq(design[:half], target[:half], rcond=None)
        residual = target[half:] - design[half:] @ weights
        spread = target[half:] - target[half:].mean(0)
        scores[name] = float(1 - np.square(residual).sum() / np.square(spread).sum())
    return scores


def _indicators(values):
    """A factor as columns of numbers: a category becomes one column of 0 and 1 for each of its values."""
    if np.issubdtype(values.dtype, np.floating):
        return values.reshape(len(values), -1).astype(np.float64)
    return (values[:, None] == np.unique(values)).astype(np.float64)
