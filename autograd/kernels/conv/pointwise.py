"""Convolution with a 1 x 1 kernel: the same small matrix for every pixel.

In memory order (H, W, C, N) a pixel of all images is a matrix (C, N), and a 1 x 1 kernel is a matrix (F, C):

    y[h, l] = w x[h, l]        dx[h, l] = w^T g[h, l]        dw = sum over h, l of g[h, l] x[h, l]^T

Taught by docs/15-fast-convolution.md.
"""

import numpy as np

from ..products import in_row_order, multiply, sum_of_products
from ..threads import in_parallel
from .layout import empty_hwcn, to_nhwc

BANDS = 4  # bands of rows, which threads take in turn


def serves(geometry):
    """1 x 1 kernels that see every pixel."""
    return geometry.kernel == geometry.stride == (1, 1) and geometry.padding == (0, 0)


def lower_image(image, geometry):
    """The image as it is, (H, W, C, N)."""
    return image.whole()


def lower_output(output, geometry):
    """The output side as it is, (H, W, F, N)."""
    return output.whole()


def to_output(image, weight, geometry, finish=None):
    """y (N, H, W, F)."""
    y = empty_hwcn(geometry.output_shape, weight.dtype)
    _multiply_pixels(weight.reshape(geometry.filters, geometry.channels), image.whole(), finish, out=y)
    return to_nhwc(y)


def to_image(output, weight, geometry, finish=None):
    """dx (N, H, W, C)."""
    dx = empty_hwcn(geometry.image_shape, weight.dtype)
    transposed = in_row_order(weight.reshape(geometry.filters, geometry.channels).T)
    _multiply_pixels(transposed, output.whole(), finish, out=dx)
    return to_nhwc(dx)


def to_weight(image, output, geometry):
    """dw (F, 1, 1, C)."""
    shares = in_parallel(lambda band: sum_of_products(image[band], output[band]), _bands(image))
    dw = np.sum(shares, axis=0)  # (C, F)
    return np.ascontiguousarray(dw.T).reshape(geometry.weight_shape)


def _multiply_pixels(matrix, pixels, finish, out):
    def run(band):
        multiply(matrix, pixels[band], out=out[band])
        if finish is not None:
            finish(out[band], rows=band)

    in_parallel(run, _bands(pixels))


def _bands(rows):
    count = min(BANDS, len(rows))
    return [slice(k * len(rows) // count, (k + 1) * len(rows) // count) for k in range(count)]
