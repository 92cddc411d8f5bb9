"""Pictures by frequency: a yardstick without any latent code, and which details samples and reconstructions have.

A picture is rotated twice, both times by an orthonormal matrix: its two axes by the discrete cosine transform (DCT),
its colours to the main axes of the pictures' colours. A rotation changes no density. In the new coordinates values are
almost uncorrelated, so a normal distribution with one variance for each frequency and colour describes the picture's
texture well, though it knows nothing of faces beyond their mean:

    -log p(x) = 1/2 sum_d ( log(2 pi v_d) + c_d^2 / v_d ),      c = rotated (x - mean),   v_d = mean of c_d^2

An autoencoder with one noise level for all pixels gives every frequency the same variance, while pictures have a
thousand times less power in fine detail than in large shapes. So this yardstick can beat it by far in nats: under white
noise the negative ELBO speaks of large shapes only.

Index (i, j) of the DCT of S x S pixels stands for sqrt(i^2 + j^2) / 2 cycles per picture.

Source: Ruderman, The statistics of natural images (1994), for the falling power spectrum.
"""

from typing import NamedTuple, Self

import numpy as np

BANDS = ((1, 4), (4, 8), (8, 16), (16, 32))  # cycles per picture
BLOCK = 1024


class SpectralGaussian(NamedTuple):
    """A normal distribution of pictures with one variance for each frequency and colour axis.

    Attributes:
        mean: the mean picture, (S, S, C).
        colours: orthonormal columns, the colour axes, (C, C).
        variances: v_d by frequency and colour axis, (S, S, C).
    """

    mean: np.ndarray
    colours: np.ndarray
    variances: np.ndarray

    @classmethod
    def fit(cls, images: np.ndarray) -> Self:
        """The distribution of maximum likelihood for floating images (N, S, S, C); the colour axes by PCA."""
        mean = images.mean(0, dtype=np.float64).astype(images.dtype)
        pixels = (images - mean).reshape(-1, images.shape[-1])
        _, colours = np.linalg.eigh(pixels.T @ pixels)
        unfitted = cls(mean, colours.astype(images.dtype), np.empty(0))
        squares = sum(np.square(block).sum(0, dtype=np.float64) for block in unfitted._rotated(images))
        return unfitted._replace(variances=squares / len(images))

    def negative_log_density(self, images: np.ndarray) -> float:
        """-log p(x) in nats per image, averaged over floating images (N, S, S, C)."""
        squares = sum(np.square(block).sum(0, dtype=np.float64) for block in self._rotated(images)) / len(images)
        return float(0.5 * (np.log(2 * np.pi * self.variances) + squares / self.variances).sum())

    def _rotated(self, images):
        """Coordinates c of the images, some at a time: (up to BLOCK, S, S, C)."""
        for start in range(0, len(images), BLOCK):
            yield dct(images[start : start + BLOCK] - self.mean) @ self.colours


def dequantised(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 images as (level + u) / 256 with u uniform in [0, 1), float32, any shape.

    Whole levels have no density: a model could put an ever narrower peak on each of them. Spread out, a density's nats
    are a bound for the levels themselves (Theis, van den Oord and Bethge, A note on the evaluation of generative
    models, 2016): bits per dimension are nats / (D ln 2) + 8.
    """
    return (images + rng.random(images.shape, dtype=np.float32)) / np.float32(256)


def dct(images: np.ndarray) -> np.ndarray:
    """The orthonormal two-dimensional DCT-II of floating images (N, S, S, C), each channel by itself: same shape."""
    matrix = dct_matrix(images.shape[1]).astype(images.dtype)
    columns = np.tensordot(images, matrix, axes=(2, 1))  # (N, S, C, j)
    return np.tensordot(columns, matrix, axes=(1, 1)).transpose(0, 3, 2, 1)  # (N, C, j, i) -> (N, i, j, C)


def dct_matrix(size: int) -> np.ndarray:
    """The orthonormal DCT-II (size, size): row k is sqrt(2 / size) cos(pi k (n + 1/2) / size), row 0 1 / sqrt(size)."""
    k, n = np.ogrid[:size, :size]
    matrix = np.sqrt(2 / size) * np.cos(np.pi * k * (n + 0.5) / size)
    matrix[0] = np.sqrt(1 / size)
    return matrix


def power_spectrum(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (F,) in cycles per picture, and the mean square of a DCT value at each, (F,).

    `images` are floating pictures or residuals (N, S, S, C), F = S / 2; each frequency f takes in those up to 1/2 from
    it. White noise of variance s^2 has the value s^2 at every frequency.
    """
    power = np.square(dct(images)).mean(axis=(0, 3), dtype=np.float64)
    nearest = np.rint(_radius(images.shape[1])).astype(int)
    frequencies = np.arange(images.shape[1] // 2)
    return frequencies, np.array([power[nearest == f].mean() for f in frequencies])


def band_ratios(samples: np.ndarray, real: np.ndarray) -> list[float]:
    """Power of samples divided by that of real pictures in each of `BANDS`; uint8 (N, S, S, C) and (M, S, S, C).

    The power of what differs between pictures: each set's mean picture is taken off first. Below 1, detail is missing.
    Bands beyond S / 2 cycles, the finest that S pixels hold, are left out.
    """
    radius = _radius(real.shape[1])
    powers = []
    for pictures in (samples, real):
        floats = pictures.astype(np.float32) / np.float32(255)
        powers.append(np.square(dct(floats - floats.mean(0))).mean(axis=(0, 3), dtype=np.float64))
    inside = [(radius >= low) & (radius < high) for low, high in BANDS if high <= real.shape[1] // 2]
    return [float(powers[0][band].sum() / powers[1][band].sum()) for band in inside]


def _radius(size):
    """Cycles per picture of each DCT value: (size, size)."""
    i, j = np.ogrid[:size, :size]
    return np.sqrt(i**2 + j**2) / 2
