"""What may follow a convolution while its result is still in cache: the bias, then an activation.

The forms of the convolution hand every block of finished positions, an array (..., N, C), to one function
which changes it in place. A separate pass over a large array afterwards would cost more than the arithmetic
does.
"""

import numpy as np

ACTIVATIONS = (None, "relu", "leaky_relu")


def epilogue(bias=None, activation=None, negative_slope=0.2):
    """The function that adds bias (C,) and applies the activation to a block in place; None if there is neither.

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
    if block.flags.c_contiguous and block.ndim == 3:  # the bias N times: runs of N C instead of C numbers
        positions, batch, channels = block.shape
        flat = block.reshape(positions, batch * channels)
        np.add(flat, np.tile(bias, batch), out=flat)
    else:
        np.add(block, bias, out=block)
