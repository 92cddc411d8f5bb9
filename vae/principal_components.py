"""Principal components of pictures: the axes along which they vary most, and what a code of so many numbers misses."""

from typing import NamedTuple

import numpy as np


class PrincipalComponents(NamedTuple):
    """The K main axes of pictures of D values each, after every value was divided by its `scale`.

    Attributes:
        centre: the mean picture, (D,), in [0, 1].
        scale: what values less the centre are divided by, (D,); all 1 in plain PCA.
        axes: orthonormal columns, (D, K).
        variances: of the pictures along the axes, (K,), largest first.
        total: the variances of all D values added up; what is not in `variances` lies off the axes.
    """

    centre: np.ndarray
    scale: np.ndarray
    axes: np.ndarray
    variances: np.ndarray
    total: float

    @property
    def dimensions(self) -> int:
        """D, the number of values in a picture."""
        return len(self.centre)

    def project(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates on the axes (N, K), and the whole squared distance from the centre (N,), of uint8 pictures."""
        flat = (_flat(images) - self.centre) / self.scale
        return flat @ self.axes, np.square(flat).sum(1, dtype=np.float64)


def principal_components(
    images: np.ndarray, count: int, rng: np.random.Generator, scale: np.ndarray | None = None
) -> PrincipalComponents:
    """The `count` main axes of uint8 pictures (N, S, S, C), N at least `count`; values count as in [0, 1].

    The axes come from a randomised range finder with two power iterations (Halko, Martinsson and Tropp 2011,
    algorithm 4.4).
    """
    flat = _flat(images)
    centre = flat.mean(0)
    flat -= centre
    if scale is not None:
        flat /= scale
    basis = rng.standard_normal((flat.shape[1], count + 16), dtype=np.float32)
    for _ in range(3):
        basis, _ = np.linalg.qr(flat.T @ (flat @ basis))
    _, lengths, axes = np.linalg.svd(flat @ basis, full_matrices=False)
    variances = np.square(lengths[:count].astype(np.float64)) / len(flat)
    total = float(np.square(flat).sum(dtype=np.float64)) / len(flat)
    scale = np.ones_like(centre) if scale is None else scale
    return PrincipalComponents(centre, scale, basis @ axes[:count].T, variances, total)


def pca_error(components: PrincipalComponents, images: np.ndarray) -> float:
    """Mean squared error per value of uint8 pictures rebuilt from their coordinates on the axes of plain PCA.

    The bar to beat: the best that a linear code of the same size can do.
    """
    coordinates, squared = components.project(images)
    return float((squared - np.square(coordinates).sum(1)).mean() / components.dimensions)


def _flat(images):
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)
