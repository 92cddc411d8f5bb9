"""Pooling and upsampling of images (N, H, W, C): each channel alone, windows of kH x kW, stride s, padding p.

    max_pool2d    y[n,r,q,c] = max over the window's i, j of   x[n, s r + i - p, s q + j - p, c]
    avg_pool2d    y[n,r,q,c] = sum over the window's i, j of   x[n, s r + i - p, s q + j - p, c]  /  (kH kW)
    upsample2d    y[n,r,q,c] = x[n, r // k, q // k, c]        every pixel becomes k x k equal ones ("nearest")

Padding never wins a maximum, and counts as zeros in an average (PyTorch's default).

Backward, with g = dL/dy. A maximum passes its gradient to the pixel that won, the first in the window's order
when several are equal; an average passes g / (kH kW) to every pixel of its window; a pixel that was repeated
collects the gradients of its copies. Windows may overlap, and what a pixel gets from several windows adds.

In arrays: the pixels that all windows see through one tap (i, j) form a strided slice of the image. So each op takes
one or two whole-array operations for each tap.

Taught by docs/06-convolution.md.
"""

import numpy as np

from . import check_floating
from .conv.geometry import as_pair, seen_through, window_counts
from .conv.layout import empty_hwcn, to_hwcn, to_nhwc


def max_pool2d_forward(x, kernel, stride=None, padding=0):
    """y (N, OH, OW, C): the maximum of each window. stride: the kernel's size unless given.

    Raises ValueError when no window fits, or when a window could see padding alone (padding > kernel / 2).
    """
    check_floating("max_pool2d", x=x)
    window = _Windows("max_pool2d", x.shape, kernel, stride, padding)
    image = to_hwcn(x)
    y = np.full(window.output_shape, -np.inf, x.dtype)
    for outputs, pixels in window.taps():
        np.maximum(y[outputs], image[pixels], out=y[outputs])
    return to_nhwc(y)


def max_pool2d_gradient(g, x, y, kernel, stride=None, padding=0):
    """dL/dx from g = dL/dy, the input x and the result y: to the first maximum of each window (a NaN gets none)."""
    window = _Windows("max_pool2d", x.shape, kernel, stride, padding)
    image, y, g = to_hwcn(x), to_hwcn(y), to_hwcn(g)
    dx = np.zeros_like(image)
    waiting = np.ones(y.shape, bool)  # windows whose maximum has not been found yet
    for outputs, pixels in window.taps():
        won = image[pixels] == y[outputs]
        won &= waiting[outputs]
        waiting[outputs] ^= won
        dx[pixels] += g[outputs] * won
    return to_nhwc(dx)


def avg_pool2d_forward(x, kernel, stride=None, padding=0):
    """y (N, OH, OW, C): the sum of each window / (kH kW). Raises ValueError like `max_pool2d_forward`."""
    check_floating("avg_pool2d", x=x)
    window = _Windows("avg_pool2d", x.shape, kernel, stride, padding)
    image = to_hwcn(x)
    y = np.zeros(window.output_shape, x.dtype)
    for outputs, pixels in window.taps():
        y[outputs] += image[pixels]
    y /= window.area
    return to_nhwc(y)


def avg_pool2d_gradient(g, x_shape, kernel, stride=None, padding=0):
    """dL/dx from g = dL/dy: every pixel of a window gets g / (kH kW)."""
    window = _Windows("avg_pool2d", x_shape, kernel, stride, padding)
    share = to_hwcn(g) / window.area
    dx = np.zeros(window.image_shape, g.dtype)
    for outputs, pixels in window.taps():
        dx[pixels] += share[outputs]
    return to_nhwc(dx)


def upsample2d_forward(x, scale):
    """y (N, kH H, kW W, C): every pixel repeated along H and W; scale k is an int or a pair."""
    down, across = as_pair("upsample2d", "scale", scale, minimum=1)
    batch, height, width, channels = _four("upsample2d", x.shape)
    image = to_hwcn(x)
    y = empty_hwcn((batch, down * height, across * width, channels), x.dtype)
    for i in range(down):
        for j in range(across):
            y[i::down, j::across] = image
    return to_nhwc(y)


def upsample2d_gradient(g, scale):
    """dL/dx from g = dL/dy (N, kH H, kW W, C): the sum over the copies of each pixel."""
    down, across = as_pair("upsample2d", "scale", scale, minimum=1)
    g = to_hwcn(g)
    dx = g[::down, ::across].copy()
    for i in range(down):
        for j in range(across):
            if (i, j) != (0, 0):
                dx += g[i::down, j::across]
    return to_nhwc(dx)


class _Windows:
    """The sizes of one pooling, in memory order (H, W, C, N), and its taps."""

    def __init__(self, op, x_shape, kernel, stride, padding):
        batch, height, width, channels = _four(op, x_shape)
        self.kernel = as_pair(op, "kernel", kernel, minimum=1)
        self.stride = self.kernel if stride is None else as_pair(op, "stride", stride, minimum=1)
        self.padding = as_pair(op, "padding", padding, minimum=0)
        if 2 * self.padding[0] > self.kernel[0] or 2 * self.padding[1] > self.kernel[1]:
            raise ValueError(f"{op}: padding {self.padding} must be at most half the kernel {self.kernel}")
        self.size = (height, width)
        self.counts = window_counts(op, self.size, self.kernel, self.stride, self.padding)
        self.image_shape = (height, width, channels, batch)
        self.output_shape = (*self.counts, channels, batch)
        self.area = self.kernel[0] * self.kernel[1]

    def taps(self):
        """For each tap, in the window's order: the windows that see a pixel through it, and these pixels."""
        for i in range(self.kernel[0]):
            rows, image_rows = self._tap(0, i)
            for j in range(self.kernel[1]):
                columns, image_columns = self._tap(1, j)
                yield (rows, columns), (image_rows, image_columns)

    def _tap(self, axis, i):
        offset = i - self.padding[axis]
        return seen_through(offset, self.stride[axis], self.size[axis], self.counts[axis])


def _four(op, shape):
    if len(shape) != 4:
        raise ValueError(f"{op}: x must have four axes (N, H, W, C), not shape {shape}")
    return shape
