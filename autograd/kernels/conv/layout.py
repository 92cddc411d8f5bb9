"""The memory order of images inside the kernels: rows, columns, channels, batch (H, W, C, N).

To every caller an image is (N, H, W, C). NumPy's axes are only names, the order in memory is free, and with the batch
innermost

    a[row, column]                        is a matrix (C, N), one column for each image,
    a[row, left:right].reshape(-1, N)     the matrix of a window of the row: no copy, whatever the window's width,
    a[row].reshape(W, C N)                a matrix too, to which a product can do the same thing for all C N at once.

So nearly everything that a convolution does is a matrix product of parts of arrays where they lie; and for the rest,
what is added or copied are runs of C N numbers, long ones even for the 3 channels of a photograph.

The kernels return such arrays under their (N, H, W, C) names; elementwise NumPy operations keep the memory order of
their operands, so a network stays in it from layer to layer. Arrays of any other order are accepted and copied once.

Taught by docs/06-convolution.md.
"""

import numpy as np

from ..products import in_row_order


def to_hwcn(image):
    """An (N, H, W, C) image as a contiguous (H, W, C, N) array: no copy if its memory has that order."""
    return in_row_order(image.transpose(1, 2, 3, 0))


def to_nhwc(array):
    """The (N, H, W, C) view of an (H, W, C, N) array."""
    return array.transpose(3, 0, 1, 2)


def batch_innermost(images):
    """Images (N, H, W, C), unchanged but for their order in memory, which becomes that of the convolutions.

    They would copy them anyway; a batch that is used more than once, like the pixels of an autoencoder, which are read
    and then compared with, is better brought into it beforehand.
    """
    return to_nhwc(to_hwcn(images))


def empty_hwcn(shape, dtype):
    """An uninitialised (H, W, C, N) array for an image whose logical shape is (N, H, W, C)."""
    batch, height, width, channels = shape
    return np.empty((height, width, channels, batch), dtype)


def view_as(array, shape):
    """An array under another shape, to write to. Raises ValueError where that takes a copy, which would be lost."""
    view = array.reshape(shape)
    if array.size and not np.may_share_memory(view, array):
        raise ValueError(f"an array of shape {array.shape} and strides {array.strides} is no array {shape} in place")
    return view
