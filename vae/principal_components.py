"""Principal components of pictures: the axes along which they vary most, and the error of a code on K of them."""

from typing import NamedTuple, Self

import numpy as np

BLOCK = 1024


class PrincipalComponents(NamedTuple):
    """The K main axes of pictures of D values each; every value is divided by its `scale` first.

    Attributes:
        centre: the mean picture, (D,), in [0, 1].
        scale: divisors of the centred values, (D,); all 1 in ordinary PCA.
        axes: orthonormal columns, (D, K).
        variances: of the pictures along the axes, (K,), largest first.
        total: the sum of the variances of all D values; the part not in `variances` lies off the axes.
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

    def first(self, count: int) -> Self:
        """The first `count` axes, all of them where there are no more; centre, scale and total stay."""
        return self._replace(axes=self.axes[:, :count], variances=self.variances[:count])

    def project(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates on the axes (N, K), and the whole squared distance from the centre (N,), of uint8 pictures."""
        parts = [
            (flat @ self.axes, np.square(flat).sum(1, dtype=np.float64))
            for flat in _blocks(images, self.centre, self.scale)
        ]
        coordinates, squared = zip(*parts, strict=True)
        return np.concatenate(coordinates), np.concatenate(squared)


def principal_components(
    images: np.ndarray, count: int, rng: np.random.Generator, scale: np.ndarray | None = None
) -> PrincipalComponents:
    """The `count` main axes of uint8 pictures (N, S, S, C), N at least `count`; values count as in [0, 1].

    The axes come from a randomised range finder with two power iterations (Halko, Martinsson and Tropp 2011,
    algorithm 4.4), block by block: converted to floats at once, the pictures would take more memory than training does.
    """
    centre = (images.reshape(len(images), -1).mean(0, dtype=np.float64) / 255).astype(np.float32)
    scale = np.ones_like(centre) if scale is None else scale
    basis = rng.standard_normal((len(centre), count + 16), dtype=np.float32)
    for _ in range(3):
        image_of_basis = sum(flat.T @ (flat @ basis) for flat in _blocks(images, centre, scale))
        basis, _ = np.linalg.qr(image_of_basis)
    found = PrincipalComponents(centre, scale, basis, np.empty(0), 0.0)
    coordinates, squared = found.project(images)
    _, lengths, axes = np.linalg.svd(coordinates, full_matrices=False)
    variances = np.square(lengths[:count].astype(np.float64)) / len(images)
    return PrincipalComponents(centre, scale, basis @ axes[:count].T, variances, float(squared.mean()))


def _blocks(images, centre, scale):
    """Pictures as rows of floats, centred and scaled, block by block: (up to BLOCK, D)."""
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK]
        flat = np.divide(block.reshape(len(block), -1), 255, dtype=np.float32)
        flat -= centre
        flat /= scale
        yield flat


def pca_error(components: PrincipalComponents, images: np.ndarray) -> float:
    """Mean squared error per value of uint8 pictures rebuilt from their coordinates on the axes of ordinary PCA.

    No linear code of the same size has a smaller error on the pictures that the axes were fitted to.
    """
    coordinates, squared = components.project(images)
    left = (squared - np.square(coordinates).sum(1)).mean() / components.dimensions
    return max(float(left), 0.0)  # where the axes hold all the variance, rounding may leave less than nothing
