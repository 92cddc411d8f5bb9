"""relu and leaky_relu on arrays, for the op itself and for the ops that end in one (convolutions, batch_norm).

Both are straight lines with a kink at 0: slope 1 to its right, `negative_slope` (0 for relu) to its left and at 0.

Taught by docs/10-checking-gradients.md.
"""

import numpy as np

ACTIVATIONS = (None, "relu", "leaky_relu")


def check_activation(activation, negative_slope):
    """ValueError for an unknown activation, or a slope outside 0 to 1: then the sign of y does not give that of x."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {ACTIVATIONS}, not {activation!r}")
    if activation == "leaky_relu" and not 0 <= negative_slope <= 1:
        raise ValueError(f"negative_slope is {negative_slope}, expected 0 to 1: use leaky_relu for others")


def activate(rows, activation, negative_slope):
    """Apply an activation to an array in place."""
    if activation == "relu":
        np.maximum(rows, np.zeros(rows.shape[-1], rows.dtype), out=rows)  # NumPy is slower with a scalar 0
    elif activation == "leaky_relu":
        np.maximum(rows, rows * rows.dtype.type(negative_slope), out=rows)


def slope_below_zero(activation, negative_slope):
    """The slope to the left of the kink and at 0."""
    return negative_slope if activation == "leaky_relu" else 0.0


def slopes(positive: np.ndarray, negative_slope: float, dtype: np.dtype) -> np.ndarray:
    """A new array: 1 where `positive` (bool), else `negative_slope`.

    Arithmetic on whole arrays; np.where says the same and is many times slower on arrays larger than the cache.
    """
    slopes = positive.astype(dtype)
    if negative_slope:
        slopes *= 1 - negative_slope
        slopes += negative_slope
    return slopes


def times_slopes(g: np.ndarray, positive: np.ndarray, negative_slope: float) -> np.ndarray:
    """g times these slopes, in a new array: the gradient before an activation whose result is positive there.

    Both activations keep the sign of their input, or give 0: so the result tells which side of the kink it was on.
    """
    gradient = slopes(positive, negative_slope, g.dtype)
    gradient *= g
    return gradient
