"""A bias and an activation after a convolution, applied while its result is still in the cache.

The forms of the convolution hand every finished block (..., C, N) to one function that changes it in place. A separate
pass over the whole array afterwards would fetch all of it from memory again.

Taught by docs/15-fast-convolution.md.
"""

import numpy as np

from ..activation import activate, check_activation
from .layout import view_as


def epilogue(bias, activation, negative_slope):
    """A function finish(block, channels) that adds bias (C,) to a block (..., C, N), then applies the activation.

    activation: None, "relu" max(y, 0), or "leaky_relu" max(y, slope y) with 0 <= slope <= 1. Where a block holds only
    some channels, `channels` is their slice. The block is changed in place.
    """
    check_activation(activation, negative_slope)

    def finish(block, channels=slice(None)):
        # one long axis of C N elements: NumPy's inner loops are faster on long runs
        rows = view_as(block, (*block.shape[:-2], block.shape[-2] * block.shape[-1]))
        if bias is not None:
            rows += np.repeat(bias[channels], block.shape[-1])
        activate(rows, activation, negative_slope)

    return finish
