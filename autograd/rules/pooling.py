"""Pooling and upsampling of images (N, H, W, C); mathematics and array code in ``autograd/kernels/pooling.py``.

Taught by docs/06-convolution.md.
"""

from ..kernels.pooling import (
    avg_pool2d_forward,
    avg_pool2d_gradient,
    max_pool2d_forward,
    max_pool2d_gradient,
    upsample2d_forward,
    upsample2d_gradient,
)
from .registry import rule


@rule
def max_pool2d(x, kernel_size, stride=None, padding=0):
    """The maximum of each window, (N, H, W, C) -> (N, OH, OW, C); stride: the kernel's size unless given.

    Backward: g to each window's first maximum. Padding never wins.
    """
    y = max_pool2d_forward(x, kernel_size, stride, padding)
    return y, lambda g: max_pool2d_gradient(g, x, y, kernel_size, stride, padding)


@rule
def avg_pool2d(x, kernel_size, stride=None, padding=0):
    """The mean of each window, (N, H, W, C) -> (N, OH, OW, C); stride: the kernel's size unless given.

    Backward: g / (kH kW) to every pixel of the window. Padding counts as zeros.
    """
    shape = x.shape
    y = avg_pool2d_forward(x, kernel_size, stride, padding)
    return y, lambda g: avg_pool2d_gradient(g, shape, kernel_size, stride, padding)


@rule
def upsample2d(x, scale):
    """Every pixel repeated, (N, H, W, C) -> (N, scale H, scale W, C). Backward: the sum over the copies."""
    return upsample2d_forward(x, scale), lambda g: upsample2d_gradient(g, scale)
