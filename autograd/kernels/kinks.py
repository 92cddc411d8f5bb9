"""The slope of activations that are straight but for a kink at 0: 1 to its right, something else to its left."""

import numpy as np


def slopes(positive: np.ndarray, negative_slope: float, dtype: np.dtype) -> np.ndarray:
    """A fresh array: 1 where `positive` (bool), else the negative slope, at the kink too.

    Three passes of arithmetic; np.where reads as well and takes many times as long once an array leaves the cache.
    """
    slopes = positive.astype(dtype)
    if negative_slope:
        slopes *= 1 - negative_slope
        slopes += negative_slope
    return slopes


def times_slopes(g: np.ndarray, positive: np.ndarray, negative_slope: float) -> np.ndarray:
    """The gradient g carried back through the kink, in a fresh array."""
    gradient = slopes(positive, negative_slope, g.dtype)
    gradient *= g
    return gradient
