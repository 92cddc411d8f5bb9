"""The memory order of images inside the kernels: rows, columns, batch, channels (H, W, N, C).

To every caller an image is (N, H, W, C). NumPy's axes are only names, the order in memory is free, and with
the batch between the pixels and the channels

    a[row, column]                is one contiguous run of N C numbers,
    a[row, left:right]            too,
    a[row].reshape(W N, C)        is a matrix that goes to the matrix product without being copied.

A kernel window moves along rows and columns, so every array operation in these files works on long runs, and
NumPy's speed is decided by the length of the innermost run. The kernels return such arrays under their (N, H,
W, C) names; elementwise NumPy operations keep the memory order of their operands, so a network stays in it
from layer to layer. Arrays of any other order are accepted and copied once.
"""

import numpy as np


def to_hwnc(image):
    """An (N, H, W, C) image as a contiguous (H, W, N, C) array: no copy if its memory has that order."""
    return np.ascontiguousarray(image.transpose(1, 2, 0, 3))


def to_nhwc(rows):
    """The (N, H, W, C) view of an (H, W, N, C) array."""
    return rows.transpose(2, 0, 1, 3)


def empty_hwnc(shape, dtype):
    """An uninitialised (H, W, N, C) array for an image whose logical shape is (N, H, W, C)."""
    batch, height, width, channels = shape
    return np.empty((height, width, batch, channels), dtype)
