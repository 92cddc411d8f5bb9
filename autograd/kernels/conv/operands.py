"""The two arrays that a convolution reads, a part at a time.

A form of the convolution asks for the part of an operand (H, W, C, N) that it works on next. What has to be done to it
first, such as undoing an activation, is then done while the part is in the cache, and threads share the work.
Winograd's form reads a few channels at a time, so that no array of the whole operand is made; the other forms ask for
`whole()`.

Taught by docs/15-fast-convolution.md.
"""

from typing import Any

import numpy as np

from ..activation import times_slopes
from ..threads import in_parallel
from .layout import ALL, to_hwcn

ROWS_PER_TASK = 4  # rows that one thread brings together at a time


class Operand:
    """An image or gradient (N, H, W, C); and, once a form has prepared it for its products, what it was lowered to.

    Two sums read each operand. `lowered` lets the second one reuse the work of the first, whichever that is.
    """

    def __init__(self, array: np.ndarray):
        self._array, self.dtype = to_hwcn(array), array.dtype
        self.lowered: Any = None

    def part(self, rows: slice = ALL, channels: slice = ALL) -> np.ndarray:
        """The part (rows, W, channels, N), a view."""
        return self._array[rows, :, channels]

    def whole(self) -> np.ndarray:
        """All of it, (H, W, C, N), which is also what it is lowered to."""
        if self.lowered is None:
            self.lowered = self._gathered()
        return self.lowered

    def _gathered(self) -> np.ndarray:
        return self._array


class IncomingGradient(Operand):
    """g = dL/dy (N, H, W, C), carried back through the activation that made y; and its sum, which is dL/dbias.

    positive (H, W, C, N) tells where y is above 0; there the activation has slope 1, elsewhere `slope`.
    """

    def __init__(self, g, positive=None, slope=0.0):
        super().__init__(g)
        self._positive, self._slope = positive, slope
        self._sums = {}

    def part(self, rows=ALL, channels=ALL):
        """The part (rows, W, channels, N) of the gradient before the activation."""
        g = super().part(rows, channels)
        if self._positive is not None:
            g = times_slopes(g, self._positive[rows, :, channels], self._slope)
        # The key is where the part begins: a second reading replaces the sum, and sums are added in a fixed order.
        self._sums[rows.start or 0, channels.start or 0] = channels, sum_of_positions(g)
        return g

    def _gathered(self):
        if self._positive is None:
            return self._array
        g = np.empty_like(self._array)

        def run(rows):
            g[rows] = self.part(rows)

        in_parallel(run, [slice(r, r + ROWS_PER_TASK) for r in range(0, len(g), ROWS_PER_TASK)])
        return g

    def bias_gradient(self):
        """The sum over all images and positions, (C,), from the parts that have been read; reads all if none was."""
        if not self._sums:
            self.part()
        total = np.zeros(self._array.shape[2], self._sums[min(self._sums)][1].dtype)
        for _, (channels, part) in sorted(self._sums.items()):
            total[channels] += part
        return total


def sum_of_positions(g):
    """g (H, W, C, N) summed over everything but the channels, (C,).

    A product with ones adds long rows, and is faster than sum() over short contiguous runs.
    """
    height, width, channels, batch = g.shape
    rows = g.reshape(height * width, channels * batch)
    return np.matmul(np.ones(len(rows), g.dtype), rows).reshape(channels, batch).sum(axis=1)
