"""A bias and an activation after a convolution, applied while its result is still in the cache.

The forms of the convolution hand every finished block to an `Epilogue`, which changes it in place. A separate pass over
the whole array afterwards would fetch all of it from memory again.

Taught by docs/15-fast-convolution.md.
"""

import numpy as np

from ..activation import activate, check_activation, slope_below_zero
from .layout import ALL, empty_hwcn, view_as


class Epilogue:
    """Adds bias (C,) to the result of a convolution, then applies the activation, block by block.

    Args:
        shape: (N, H, W, C), of the result.
        activation: None, "relu" max(y, 0), or "leaky_relu" max(y, slope y) with 0 <= slope <= 1.

    Attributes:
        positive: bool (H, W, C, N), where the result is above 0; None without an activation. The slope of the
            activation follows from it, so that the result, four times as large, need not be kept.
        slope: that of the activation where the result is not above 0.

    Raises ValueError for an unknown activation, or a negative_slope outside 0 to 1.
    """

    def __init__(self, shape, bias, activation, negative_slope):
        check_activation(activation, negative_slope)
        self.positive = empty_hwcn(shape, bool) if activation else None
        self.slope = slope_below_zero(activation, negative_slope)
        self._bias, self._activation, self._negative_slope = bias, activation, negative_slope

    def __call__(self, block, rows=ALL, channels=ALL):
        """Finish a block (H, W, C, N), the part [rows, :, channels] of the result."""
        # one long axis of C N elements: NumPy's inner loops are faster on long runs
        long = view_as(block, (*block.shape[:-2], block.shape[-2] * block.shape[-1]))
        if self._bias is not None:
            long += np.repeat(self._bias[channels], block.shape[-1])
        activate(long, self._activation, self._negative_slope)
        if self.positive is not None:
            np.greater(block, 0, out=self.positive[rows, :, channels])
