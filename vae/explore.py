"""Encode, decode and move in the latent space of a trained model: arrays in, arrays out, no gradients recorded."""

from typing import NamedTuple

import numpy as np

from autograd import no_grad

from .model import VAE, as_floats

BATCH = 256


@no_grad()
def encode(model: VAE, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Posterior means and log-variances, both (N, latent), of uint8 or float images (N, S, S, C)."""
    with model.evaluating():
        parts = [model.encode(as_floats(images[i : i + BATCH], model)) for i in range(0, len(images), BATCH)]
    means, log_variances = zip(*[(mean.data, log_variance.data) for mean, log_variance in parts], strict=True)
    return np.concatenate(means), np.concatenate(log_variances)


def draw_posterior(model: VAE, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A draw from the posterior N(m, s^2) of each image (N, S, S, C): latents (N, K)."""
    means, log_variances = encode(model, images)
    return means + np.exp(0.5 * log_variances) * rng.standard_normal(means.shape, dtype=means.dtype)


@no_grad()
def decode(model: VAE, latents: np.ndarray) -> np.ndarray:
    """Mean images (N, S, S, C) in [0, 1] of latents (N, latent)."""
    with model.evaluating():
        return np.concatenate([model.decode(latents[i : i + BATCH]).data for i in range(0, len(latents), BATCH)])


def reconstruct(model: VAE, images: np.ndarray) -> np.ndarray:
    """Images (N, S, S, C) in [0, 1], decoded from the posterior means of uint8 or float images of that shape."""
    return decode(model, encode(model, images)[0])


def interpolate(start: np.ndarray, end: np.ndarray, steps: int, spherical: bool = False) -> np.ndarray:
    """`steps` latents (steps, K) from `start` to `end`, both (K,), both included.

    Linear: (1-t) a + t b. Spherical (Shoemake 1985), with w the angle between a and b:

        sin((1-t) w) / sin w  a  +  sin(t w) / sin w  b

    Draws from the prior in K dimensions lie near a sphere of radius sqrt(K); a straight line between two of them
    cuts through its inside, where the decoder never trained, and the arc does not.
    """
    t = np.linspace(0, 1, steps, dtype=start.dtype)[:, None]
    if spherical:
        cosine = start @ end / max(np.linalg.norm(start) * np.linalg.norm(end), np.finfo(start.dtype).tiny)
        angle = np.arccos(np.clip(cosine, -1, 1))
        if np.sin(angle) > 1e-3:  # otherwise the arc is practically straight, or its direction is undefined
            return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return (1 - t) * start + t * end


class MainAxes(NamedTuple):
    """The axes along which codes vary most: where a code says most about its image.

    Attributes:
        centre: the mean code, (K,).
        directions: orthonormal rows, (A, K), the one of largest variance first.
        deviations: standard deviation of the codes along each, (A,).
        shares: of each, the share of the codes' total variance, (A,).
    """

    centre: np.ndarray
    directions: np.ndarray
    deviations: np.ndarray
    shares: np.ndarray


def main_axes(means: np.ndarray, count: int) -> MainAxes:
    """The first `count` main axes, or all K, of posterior means (N, K): PCA of the codes."""
    centre = means.mean(0)
    _, lengths, directions = np.linalg.svd(means - centre, full_matrices=False)
    variances = np.square(lengths.astype(np.float64)) / len(means)
    shares = variances / max(variances.sum(), np.finfo(np.float64).tiny)
    return MainAxes(centre, directions[:count], np.sqrt(variances[:count]), shares[:count])


def traverse(latent: np.ndarray, axes: MainAxes, values: np.ndarray) -> np.ndarray:
    """Copies of one latent (K,) moved along each axis to each value, in standard deviations from the mean code.

    The other coordinates stay. Gives (A, len(values), K), in the dtype of the latent.
    """
    here = axes.directions @ (latent - axes.centre)  # coordinates of the latent on the axes
    steps = values * axes.deviations[:, None] - here[:, None]
    return (latent + steps[..., None] * axes.directions[:, None]).astype(latent.dtype)


def nearest(images: np.ndarray, gallery: np.ndarray) -> np.ndarray:
    """For each image, the closest picture of a gallery by squared distance, mirrored left to right if that is closer.

    Both are uint8, (N, S, S, C) and (M, S, S, C); the result (N, S, S, C) too. Training shows every image both ways, so
    a copy may be a copy of either.
    """
    both_ways = np.concatenate([images, images[:, :, ::-1]])  # mirroring the few queries is mirroring the gallery
    index, distance = _closest(both_ways, gallery)
    index, distance = index.reshape(2, -1), distance.reshape(2, -1)
    found = gallery[index[0]]
    is_mirrored = distance[1] < distance[0]
    found[is_mirrored] = gallery[index[1][is_mirrored], :, ::-1]
    return found


def _closest(images, gallery):
    """Index of the closest picture of the gallery, and its squared distance up to a constant of the image: both (N,).

    |a - b|^2 = |a|^2 - 2 a b + |b|^2, and |a|^2 is the same for the whole gallery: one matrix product does it.
    """
    queries = images.reshape(len(images), -1).astype(np.float32) / 255
    best = np.full(len(images), np.inf, np.float32)
    index = np.zeros(len(images), np.int64)
    for start in range(0, len(gallery), 1024):
        block = gallery[start : start + 1024].reshape(-1, queries.shape[1]).astype(np.float32) / 255
        distance = np.square(block).sum(1) - 2 * (queries @ block.T)
        closest = distance.argmin(1)
        value = distance[np.arange(len(images)), closest]
        index = np.where(value < best, start + closest, index)
        best = np.minimum(best, value)
    return index, best
