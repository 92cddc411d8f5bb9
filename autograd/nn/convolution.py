"""Convolutional layers for images (N, H, W, C) and for sequences (N, T, C)."""

from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..compositions import conv1d
from ..functional import conv2d, conv_transpose2d
from ..kernels.conv.geometry import as_pair
from ..tensor import Tensor
from . import init
from .module import Module

Size = int | tuple[int, int]


class _Convolution(Module):
    """The parameters of both layers, which differ in what goes in and what comes out."""

    torch_axes: ClassVar = {"weight": (0, 3, 1, 2)}

    def _draw_parameters(self, rng, filters, kernel_size, channels, biases, dtype):
        """weight (filters, kH, kW, channels) and `biases` numbers or None, uniform on +-1/sqrt(channels kH kW)."""
        kernel = as_pair(type(self).__name__, "kernel_size", kernel_size, minimum=1)
        fan_in = channels * kernel[0] * kernel[1]
        self.weight = Tensor(init.fan_in_uniform(rng, (filters, *kernel, channels), dtype, fan_in), requires_grad=True)
        self.bias = None
        if biases is not None:
            self.bias = Tensor(init.fan_in_uniform(rng, (biases,), dtype, fan_in), requires_grad=True)


class Conv2d(_Convolution):
    """`autograd.conv2d` with parameters: (N, H, W, in_channels) -> (N, OH, OW, out_channels).

    Parameters `weight` (out_channels, kH, kW, in_channels) and `bias` (out_channels,), or None without one; both
    start uniform on +-1/sqrt(in_channels kH kW), as in PyTorch. `activation` ("relu", "leaky_relu") is applied at
    the end, in the same pass over memory.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        rng: np.random.Generator,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        bias: bool = True,
        activation: str | None = None,
        dtype: DTypeLike = np.float32,
    ):
        self.stride, self.padding, self.dilation, self.activation = stride, padding, dilation, activation
        self._draw_parameters(rng, out_channels, kernel_size, in_channels, out_channels if bias else None, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.activation)


class ConvTranspose2d(_Convolution):
    """`autograd.conv_transpose2d` with parameters: (N, H, W, in_channels) -> (N, H', W', out_channels).

    Parameters `weight` (in_channels, kH, kW, out_channels) and `bias` (out_channels,), or None without one; both
    start uniform on +-1/sqrt(out_channels kH kW), as in PyTorch.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        rng: np.random.Generator,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        dilation: Size = 1,
        bias: bool = True,
        activation: str | None = None,
        dtype: DTypeLike = np.float32,
    ):
        self.stride, self.padding, self.output_padding = stride, padding, output_padding
        self.dilation, self.activation = dilation, activation
        self._draw_parameters(rng, in_channels, kernel_size, out_channels, out_channels if bias else None, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.dilation, self.activation
        )


class Conv1d(Module):
    """`autograd.conv1d` with parameters: (N, T, in_channels) -> (N, T', out_channels).

    Parameters `weight` (out_channels, kernel_size, in_channels) and `bias` (out_channels,), or None without one; both
    start uniform on +-1/sqrt(in_channels kernel_size), as in PyTorch.
    """

    torch_axes: ClassVar = {"weight": (0, 2, 1)}

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        rng: np.random.Generator,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        bias: bool = True,
        activation: str | None = None,
        dtype: DTypeLike = np.float32,
    ):
        self.stride, self.padding, self.dilation, self.activation = stride, padding, dilation, activation
        shape = (out_channels, kernel_size, in_channels)
        self.weight = Tensor(init.fan_in_uniform(rng, shape, dtype), requires_grad=True)
        self.bias = None
        if bias:
            start = init.fan_in_uniform(rng, (out_channels,), dtype, kernel_size * in_channels)
            self.bias = Tensor(start, requires_grad=True)

    def forward(self, x: Tensor) -> Tensor:
        return conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.activation)
