"""What may follow a convolution while its result is still in cache: the bias, then an activation.

The forms of the convolution hand every block of finished positions, an array (..., N, C), to one function
which changes it in place. A separate pass over a large array afterwards would cost more than the arithmetic
does.
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
        if bias is not None:
            _add_to_channels(block, bias)
        if activation == "relu":
            np.maximum(block, block.dtype.type(0), out=block)
        elif activation == "leaky_relu":
            np.maximum(block, block * block.dtype.type(negative_slope), out=block)

    return finish


def _add_to_channels(block, bias):
    if block.flags.c_contiguous:  # the bias repeated N times: runs of N C instead of C numbers
        batch, channels = block.shape[-2:]
        flat = block.reshape(-1, batch * channels)
        np.add(flat, np.tile(bias, batch), out=flat)
    else:
        np.add(block, bias, out=block)
