"""Convolution of images with few channels, such as the 3 of a photograph: one wide matrix of windows.

With C = 3 the runs of channels are too short to copy fast, and a matrix too narrow to multiply fast. So at
this end of a network the batch goes innermost, memory order (H, W, C, N), and whole windows are gathered
("im2col"): each tap of the kernel contributes one shifted and strided copy of the image, in runs of N.

    windows[i, j, c, r, q, n]  =  x[n, s r + d i - p, s q + d j - p, c]        a matrix (kH kW C, OH OW N)

    y   (OH OW N, F)    =   windows^T @ w^T         with w as a matrix (F, kH kW C)
    dw  (F, kH kW C)    =   (windows @ g)^T         with g as a matrix (OH OW N, F)
    dx                  =   w^T @ g^T               (kH kW C, OH OW N): every window's share for each of
                                                    its pixels, added to where the pixel was copied from

The windows hold kH kW / s^2 times the image, which is little when C is little. Images on this side come and
go in the order (N, H, W, C) in which they are loaded and shown; the output side is (H, W, N, C), as
everywhere.
"""

import numpy as np

from .conv_geometry import seen_through
from .conv_layout import empty_hwnc, to_hwnc, to_nhwc

MOST_CHANNELS = 4


def serves(geometry):
    """Images with few channels, unless a 1 x 1 kernel makes the windows narrow as well."""
    return geometry.channels <= MOST_CHANNELS < geometry.channels * geometry.kernel[0] * geometry.kernel[1]


def lower_image(x, geometry):
    """The windows (kH kW C, OH OW N) of x (N, H, W, C)."""
    image = np.empty((*geometry.image, geometry.channels, geometry.batch), x.dtype)
    for some in _few_images(geometry.batch):
        image[..., some] = x[some].transpose(1, 2, 3, 0)
    windows = np.zeros((*geometry.kernel, geometry.channels, *geometry.output, geometry.batch), x.dtype)
    for i, (outputs, pixels) in enumerate(_taps(geometry, axis=0)):
        rows, image_rows = windows[i, :, :, outputs], image[pixels]
        for j, (outputs, pixels) in enumerate(_taps(geometry, axis=1)):
            rows[j, :, :, outputs] = image_rows[:, pixels].transpose(2, 0, 1, 3)
    return windows.reshape(windows[..., 0, 0, 0].size, -1)


def lower_output(g, geometry):
    """g (N, OH, OW, F) as a matrix (OH OW N, F)."""
    return to_hwnc(g).reshape(-1, geometry.filters)


def to_output(windows, weight, geometry, finish):
    """y (N, OH, OW, F), one output row after the other."""
    y = empty_hwnc(geometry.output_shape, windows.dtype)
    matrix = weight.reshape(geometry.filters, -1).T
    for row, seen in zip(y, np.split(windows, len(y), axis=1), strict=True):
        np.matmul(seen.T, matrix, out=row.reshape(-1, geometry.filters))
        if finish is not None:
            finish(row)
    return to_nhwc(y)


def to_image(output, weight, geometry, finish):
    """dx (N, H, W, C): the windows of one output row after the other add their shares to the image."""
    matrix = weight.reshape(geometry.filters, -1).T
    image = np.zeros((*geometry.image, geometry.channels, geometry.batch), output.dtype)
    shares = np.empty((*geometry.kernel, geometry.channels, geometry.output[1], geometry.batch), output.dtype)
    columns = _taps(geometry, axis=1)
    for r, g in enumerate(np.split(output, geometry.output[0])):
        np.matmul(matrix, g.T, out=shares.reshape(len(matrix), -1))
        for i, offset in enumerate(geometry.tap_offsets(0)):
            row = geometry.stride[0] * r + offset
            if 0 <= row < len(image):
                for j, (outputs, pixels) in enumerate(columns):
                    image[row, pixels] += shares[i, j, :, outputs].swapaxes(0, 1)
    if finish is not None:
        finish(image.swapaxes(2, 3))
    dx = np.empty(geometry.image_shape, output.dtype)
    for some in _few_images(geometry.batch):
        dx[some] = image[..., some].transpose(3, 0, 1, 2)
    return dx


def to_weight(windows, output, geometry):
    """dw (F, kH, kW, C)."""
    return np.ascontiguousarray((windows @ output).T).reshape(geometry.weight_shape)


def _taps(geometry, axis):
    """For each tap along H or W: the outputs that see a pixel through it, and these pixels."""
    return [
        seen_through(offset, geometry.stride[axis], geometry.image[axis], geometry.output[axis])
        for offset in geometry.tap_offsets(axis)
    ]


def _few_images(batch):
    """Slices of 8 images, to be transposed together.

    Between the same pixel of two images lie H W C numbers, often a multiple of 4096 bytes, and a cache keeps
    only some 8 lines that lie so: with more images, each line is evicted before its next number is read.
    """
    return [slice(n, n + 8) for n in range(0, batch, 8)]
