"""The memory order of images inside the kernels: rows, columns, channels, batch (H, W, C, N).

To every caller an image is (N, H, W, C). The order of NumPy's axes says nothing about the order in memory, which is
free. With the batch innermost

    a[row, column]                        is a matrix (C, N), one column for each image,
    a[row, left:right].reshape(-1, N)     the matrix of a window of the row: no copy, whatever the window's width,
    a[row].reshape(W, C N)                a matrix too: one product treats all its C N columns alike.

So nearly every step of a convolution is a matrix product of views, without a copy. Where elements are added or copied,
they form contiguous runs of C N elements, long even for the 3 channels of a photograph.

The kernels return such arrays under their (N, H, W, C) names; elementwise NumPy operations keep the memory order of
their operands, so a network stays in it from layer to layer. Arrays of any other order are accepted and copied once.

Taught by docs/15-fast-convolution.md.
"""

import numpy as np

from ..products import in_row_order

ALL = slice(None)  # all rows, or all channels


def to_hwcn(image):
    """An (N, H, W, C) image as a contiguous (H, W, C, N) array: no copy if its memory has that order."""
    return in_row_order(image.transpose(1, 2, 3, 0))


def to_nhwc(array):
    """The (N, H, W, C) view of an (H, W, C, N) array."""
    return array.transpose(3, 0, 1, 2)


def batch_innermost(images):
    """The same images (N, H, W, C), in the memory order of the convolutions.

    A convolution copies images of any other order. If a batch is used several times (the pixels of an autoencoder are
    both its input and its target), one copy beforehand is cheaper. Raises ValueError unless they have four axes.
    """
    if np.ndim(images) != 4:
        raise ValueError(f"batch_innermost: images have shape {np.shape(images)}, expected (N, H, W, C)")
    return to_nhwc(to_hwcn(images))


def empty_hwcn(shape, dtype):
    """An uninitialised (H, W, C, N) array for an image whose logical shape is (N, H, W, C)."""
    batch, height, width, channels = shape
    return np.empty((height, width, channels, batch), dtype)


def view_as(array, shape):
    """The array reshaped, to be written to. Raises ValueError if that needs a copy: what is written there is lost."""
    view = array.reshape(shape)
    if array.size and not np.may_share_memory(view, array):
        raise ValueError(f"cannot view shape {array.shape}, strides {array.strides}, as shape {shape} without a copy")
    return view
