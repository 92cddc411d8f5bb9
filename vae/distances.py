"""How far samples are, as a whole, from real pictures: the Frechet distance between two sets of pictures.

Both sets are projected on the K main axes of real pictures, and a normal distribution is fitted to each. Between
N(a, A) and N(b, B) the squared distance of the best coupling (the 2-Wasserstein distance) has a closed form:

    d^2 = |a - b|^2 + tr(A + B - 2 (A^(1/2) B A^(1/2))^(1/2))

It is 0 for equal means and covariances only. Pixel values count as in [0, 1], so d^2 has the unit of a squared distance
between pictures. Two finite samples of one distribution are some way apart too: this *floor* is measured with real
pictures, as many as there are samples. The axes see large shapes and colours; sharpness they hardly see.

Sources: Dowson and Landau, The Frechet distance between multivariate normal distributions (1982); Heusel et al., GANs
trained by a two time-scale update rule (2017), who measure it in the features of a trained network.
"""

from typing import NamedTuple

import numpy as np

from .principal_components import PrincipalComponents


class Normal(NamedTuple):
    """A normal distribution: mean (K,) and covariance (K, K), float64."""

    mean: np.ndarray
    covariance: np.ndarray


def fitted_normal(features: np.ndarray) -> Normal:
    """The normal distribution with the mean and covariance of features (N, K), N at least 2."""
    features = features.astype(np.float64)
    return Normal(features.mean(0), np.atleast_2d(np.cov(features.T)))


def frechet_distance(a: Normal, b: Normal) -> float:
    """d^2 of the formula at the top of this file; never negative."""
    root = _square_root(a.covariance)
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b.covariance @ root), 0)).sum()
    squared = np.square(a.mean - b.mean).sum() + np.trace(a.covariance) + np.trace(b.covariance) - 2 * cross
    return max(float(squared), 0.0)


def picture_distance(samples: np.ndarray, real: np.ndarray, components: PrincipalComponents) -> float:
    """The Frechet distance of uint8 pictures (N, S, S, C) from others (M, S, S, C) along the main axes."""
    return frechet_distance(*(fitted_normal(components.project(pictures)[0]) for pictures in (samples, real)))


def _square_root(covariance):
    """The symmetric square root of a covariance (K, K)."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
