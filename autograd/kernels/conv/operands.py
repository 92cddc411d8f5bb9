"""The two sides of a convolution, a part at a time.

A form of the convolution asks for the part of an array (H, W, C, N) that it works on next, `read(rows)` or
`read(channels=...)`. So what has to be done to it first, such as undoing an activation, is done while it is in the
cache, and shared out between threads like the rest. Winograd's form reads its sides a few channels at a time, so that
no array of all of it is made; the other forms ask for `read.whole()`.
"""

import numpy as np

from ..threads import in_parallel
from .epilogue import before_activation
from .layout import to_hwcn

ALL = slice(None)
ROWS_AT_A_TIME = 4  # at a time, where an array is brought together


class AsItIs:
    """An array (N, H, W, C) as it is."""

    def __init__(self, array):
        self._array, self.dtype = to_hwcn(array), array.dtype

    def __call__(self, rows=ALL, channels=ALL):
        """The part (rows, W, channels, N), a view."""
        return self._array[rows, :, channels]

    def whole(self):
        """All of it."""
        return self._array


class IncomingGradient:
    """g = dL/dy (N, H, W, C), on its way back through the activation that made y; and its sum, which is dL/dbias."""

    def __init__(self, g, y=None, activation=None, negative_slope=0.0):
        self._g, self._y = AsItIs(g), None if y is None else AsItIs(y)
        self._activation, self._negative_slope = activation, negative_slope
        self._channels, self.dtype = g.shape[-1], g.dtype
        self._sums = {}

    def __call__(self, rows=ALL, channels=ALL):
        """The part (rows, W, channels, N) of the gradient before the activation."""
        g = self._g(rows, channels)
        if self._y is not None:
            g = before_activation(g, self._y(rows, channels), self._activation, self._negative_slope)
        # keyed by where the part begins: a second reading replaces it, and the order of adding is always the same
        self._sums[rows.start or 0, channels.start or 0] = channels, sum_of_positions(g)
        return g

    def whole(self):
        """All of it, brought together from parts that the threads share out."""
        if self._y is None:
            return self._g.whole()
        g = np.empty_like(self._g.whole())

        def run(rows):
            g[rows] = self(rows)

        in_parallel(run, [slice(r, r + ROWS_AT_A_TIME) for r in range(0, len(g), ROWS_AT_A_TIME)])
        return g

    def bias_gradient(self):
        """The sum over all images and positions, (C,), of what has been read; of everything, if that was nothing."""
        if not self._sums:
            self()
        total = np.zeros(self._channels, self._sums[min(self._sums)][1].dtype)
        for _, (channels, part) in sorted(self._sums.items()):
            total[channels] += part
        return total


def sum_of_positions(g):
    """g (H, W, C, N) summed over everything but the channels, (C,).

    A product with ones adds up long rows, faster than sum() adds short runs.
    """
    height, width, channels, batch = g.shape
    rows = g.reshape(height * width, channels * batch)
    return (np.ones(len(rows), g.dtype) @ rows).reshape(channels, batch).sum(axis=1)
