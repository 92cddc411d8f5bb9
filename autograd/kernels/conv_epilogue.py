"""What may follow a convolution while its result is still in cache: the bias, then an activation.

The forms of the convolution hand every block of finished positions, an array (..., N, C), to one function
that changes it in place. A separate pass over a large array afterwards costs more than the arithmetic does.
"""

import numpy as np

ACTIVATIONS = (None, "relu", "leaky_relu")


def epilogue(bias=None, activation=None, negative_slope=0.2):
    """The function that adds bias (C,) to a block and applies the activation, in place; None for neither.

    activation: None, "relu" max(y, 0), or "leaky_relu" max(y, slope y) with 0 <= slope <= 1.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {ACTIVATIONS}, not {activation!r}")
    if bias is None and activation is None:
        return None

    def finish(block):
        batch, channels = block.shape[-2:]
        if block.flags.c_contiguous:  # runs of N C numbers are faster than runs of C
            block = block.reshape(-1, batch * channels)
        run = block.shape[-1]
        if bias is not None:
            np.add(block, np.tile(bias, run // channels), out=block)
        if activation == "relu":
            np.maximum(block, np.zeros(run, block.dtype), out=block)  # NumPy is slower with a scalar 0
        elif activation == "leaky_relu":
            np.maximum(block, block * block.dtype.type(negative_slope), out=block)

    return finish


def before_activation(g, y, activation, negative_slope=0.2):
    """The gradient with respect to the activation's input, from g = dL/dy and the activation's result y.

    y tells which side of the kink its input was on: both activations keep the sign, or give 0.
    """
    if activation is None:
        return g
    if activation == "relu":
        return g * (y > 0)
    slope = (y > 0).astype(y.dtype)
    slope *= 1 - negative_slope
    slope += negative_slope
    return np.multiply(g, slope, out=slope)
