"""An array seen as a matrix whose rows repeat the pattern of groups, for batch and group normalisation.

An array of memory order (H, W, C, N) becomes a matrix without a copy. Each row holds the same pattern of groups. So
one row can hold a number for each group, and sums over a group begin with sums of columns.

Taught by docs/13-normalisation.md.
"""

from math import prod

import numpy as np

from .conv.layout import to_hwcn, to_nhwc

BLOCK = 65536  # elements that a chain of operations takes at a time: they stay in the cache from one to the next
MAX_ROW = 8192  # elements of a row; rows should be as long as this allows: each row costs NumPy a fixed overhead


class Pattern:
    """How the groups of equal mean lie in an array of memory order (H, W, C, N), or (N, C).

    Read in this order, an array repeats one *period* again and again, an array of few axes along some of which a
    group lies:

        batch_norm    (C, N)            over N               x (N, C):     (C,)
        group_norm    (G, C / G, N)     over C / G           x (N, C):     (N, G, C / G)    over C / G

    A row of the matrix is as many periods as fit and divide the array.
    """

    def __init__(self, shape, groups=None):
        batch, channels = shape[0], shape[-1]
        self.period: tuple[int, ...]
        self.within: tuple[int, ...]  # the axes of the period along which a group lies
        self.shape, self.channels, self.is_image = shape, channels, len(shape) == 4
        if groups is None:
            self.period, self.within = ((channels, batch), (1,)) if self.is_image else ((channels,), ())
        elif self.is_image:
            self.period, self.within = (groups, channels // groups, batch), (1,)
        else:
            self.period, self.within = (batch, groups, channels // groups), (2,)
        size = prod(self.period)
        periods = prod(shape) // size
        fitting = np.arange(1, max(1, MAX_ROW // size) + 1)
        self.periods_in_row = int(fitting[periods % fitting == 0][-1])
        self.length = self.periods_in_row * size

    def rows(self, x):
        """x as a matrix (rows, length), without a copy if its memory order is (H, W, C, N) or (N, C)."""
        return (to_hwcn(x) if self.is_image else np.ascontiguousarray(x)).reshape(-1, self.length)

    def image(self, rows):
        """The matrix under the shape of x."""
        if not self.is_image:
            return rows.reshape(self.shape)
        batch, height, width, channels = self.shape
        return to_nhwc(rows.reshape(height, width, channels, batch))

    def mean(self, sums, rows):
        """From the sums of the columns over some rows, (length,), the mean of each column's group, (length,)."""
        sums = sums.reshape(self.periods_in_row, *self.period)
        totals = sums.sum((0, *(axis + 1 for axis in self.within)), keepdims=True)
        return np.broadcast_to(totals / (rows * sums.size // totals.size), sums.shape).reshape(-1)

    def repeat(self, channels):
        """Numbers for each channel, (C,), as a row."""
        if self.is_image:
            channels = np.repeat(channels, self.shape[0])
        return np.tile(channels, self.length // len(channels))

    def sum_by_channel(self, row):
        """A row summed over all but the channels, (C,)."""
        return row.reshape(-1, self.channels, self.shape[0] if self.is_image else 1).sum((0, 2))

    def first_of_channel(self, row):
        """The numbers of a row that is the same all over a channel, (C,)."""
        return row[: self.channels * self.shape[0] : self.shape[0]] if self.is_image else row[: self.channels]


def column_sums(rows):
    """The sum of the rows of a matrix, as a product with ones: faster than sum(axis=0)."""
    return np.matmul(np.ones(len(rows), rows.dtype), rows)


def row_blocks(rows):
    """Slices of whole rows, about BLOCK elements each."""
    step = max(1, BLOCK // rows.shape[1])
    return [slice(i, i + step) for i in range(0, len(rows), step)]
