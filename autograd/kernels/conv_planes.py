"""Convolution of images with few channels, such as the 3 of a photograph: one wide matrix of windows.

With C = 3 the runs of channels are too short to copy fast and too narrow a matrix to multiply fast. So at
this end of a network the image is taken apart into planes, memory order (C, H, W, N) with the batch
innermost, and each tap of the kernel contributes one shifted and strided copy of every plane ("im2col"), all
of it in runs of N:

    windows[i, j, c, r, q, n]  =  x[n, s r + d i - p, s q + d j - p, c]            (kH kW C, OH OW N)

       y   (OH OW N, F)     =   windows^T  @  w^T             w as a matrix (F, kH kW C)
       dw  (F, kH kW C)     =   (windows @ g)^T               g as a matrix (OH OW N, F)
       dx                   =   w^T @ g^T  (kH kW C, OH OW N), each of its rows added back where it was copied from

The windows hold kH kW / s^2 times the image, which is little when C is little. Images on this side come and
go in the order (N, H, W, C) in which they are loaded and shown; the output side is (H, W, N, C) inside, as
everywhere.
"""

import numpy as np

from .conv_geometry import inside
from .conv_layout import empty_hwnc, to_hwnc, to_nhwc

MOST_CHANNELS = 4


def serves(geometry):
    """Images with few channels, unless a 1 x 1 kernel makes the windows narrow as well."""
    return geometry.channels <= MOST_CHANNELS < geometry.channels * geometry.kernel[0] * geometry.kernel[1]


def lower_image(x, geometry):
    """The windows (kH kW C, OH OW N) of x (N, H, W, C)."""
    planes = np.ascontiguousarray(x.transpose(3, 1, 2, 0))
    windows = np.zeros((*geometry.kernel, geometry.channels, *geometry.output, geometry.batch), x.dtype)
    for outputs, pixels in _taps(geometry):
        windows[outputs] = planes[pixels]
    return windows.reshape(-1, windows[0, 0, 0].size)


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
    """dx (N, H, W, C): every tap adds its share to the pixels that it read."""
    shares = weight.reshape(geometry.filters, -1).T @ output.T
    shares = shares.reshape(*geometry.kernel, geometry.channels, *geometry.output, geometry.batch)
    planes = np.zeros((geometry.channels, *geometry.image, geometry.batch), output.dtype)
    for outputs, pixels in _taps(geometry):
        np.add(planes[pixels], shares[outputs], out=planes[pixels])
    if finish is not None:
        finish(planes.transpose(1, 2, 3, 0))
    return np.ascontiguousarray(planes.transpose(3, 1, 2, 0))


def to_weight(windows, output, geometry):
    """dw (F, kH, kW, C)."""
    return np.ascontiguousarray((windows @ output).T).reshape(geometry.weight_shape)


def _taps(geometry):
    """For each tap: where it lies among the windows (i, j, :, rows, columns), and what it reads of the planes."""
    (height, width), (rows, columns), (row_stride, column_stride) = (
        geometry.image,
        geometry.output,
        geometry.stride,
    )
    for i, row_offset in enumerate(geometry.tap_offsets(0)):
        r, r_end = inside(row_offset, row_stride, height, rows)
        for j, column_offset in enumerate(geometry.tap_offsets(1)):
            q, q_end = inside(column_offset, column_stride, width, columns)
            yield (
                (i, j, slice(None), slice(r, r_end), slice(q, q_end)),
                (
                    slice(None),
                    slice(row_stride * r + row_offset, row_stride * r_end + row_offset, row_stride),
                    slice(
                        column_stride * q + column_offset,
                        column_stride * q_end + column_offset,
                        column_stride,
                    ),
                ),
            )
