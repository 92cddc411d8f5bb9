"""Pooling and upsampling as layers; they have no parameters."""

from ..functional import avg_pool2d, max_pool2d, upsample2d
from ..tensor import Tensor
from .convolution import Size
from .module import Module


class MaxPool2d(Module):
    """`autograd.max_pool2d` as a layer."""

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        return max_pool2d(x, self.kernel_size, self.stride, self.padding)


class AvgPool2d(Module):
    """`autograd.avg_pool2d` as a layer."""

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    def forward(self, x: Tensor) -> Tensor:
        return avg_pool2d(x, self.kernel_size, self.stride, self.padding)


class Upsample2d(Module):
    """`autograd.upsample2d` as a layer."""

    def __init__(self, scale: Size):
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        return upsample2d(x, self.scale)
