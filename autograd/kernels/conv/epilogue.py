"""What may follow a convolution or a normalisation while its result is still in cache: a bias, then an activation.

The forms of the convolution hand every block of finished positions, an array (..., C, N), to one function
that changes it in place. A separate pass over a large array afterwards would fetch all of it from memory again.
"""

import numpy as np

from ..kinks import slopes
from .layout import view_as

ACTIVATIONS = (None, "relu", "leaky_relu")


def epilogue(bias, activation, negative_slope):
    """A function finish(block, channels) that adds bias (C,) to a block (..., C, N), then applies the activation.

    activation: None, "relu" max(y, 0), or "leaky_relu" max(y, slope y) with 0 <= slope <= 1. Where a block holds only
    some channels, `channels` is their slice. The block is changed in place.
    """
    check_activation(activation, negative_slope)

    def finish(block, channels=slice(None)):
        rows = view_as(
            block, (*block.shape[:-2], block.shape[-2] * block.shape[-1])
        )  # runs of C N numbers are faster than runs of N
        if bias is not None:
            rows += np.repeat(bias[channels], block.shape[-1])
        activate(rows, activation, negative_slope)

    return finish


def check_activation(activation, negative_slope):
    """ValueError for an activation that is unknown, or whose slopes its result does not tell apart."""
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


def before_activation(g, y, activation, negative_slope):
    """The gradient with respect to the activation's input, from g = dL/dy and the activation's result y.

    y tells which side of the kink its input was on: both activations keep the sign, or give 0.
    """
    if activation is None:
        return g
    slope = slopes(y > 0, negative_slope if activation == "leaky_relu" else 0, y.dtype)
    return np.multiply(g, slope, out=slope)
