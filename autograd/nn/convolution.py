"""Convolutional layers for images (N, H, W, C)."""

from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..functional import conv2d, conv_transpose2d
from ..kernels.conv.geometry import as_pair
from ..tensor import Tensor
from . import init
from .module import Module

Size = int | tuple[int, int]


class Conv2d(Module):
    """`autograd.conv2d` with parameters: (N, H, W, in_channels) -> (N, OH, OW, out_channels).

    Parameters `weight` (out_channels, kH, kW, in_channels) and `bias` (out_channels,), or None without one; both
    start uniform on +-1/sqrt(in_channels kH kW), as in PyTorch. `activation` ("relu", "leaky_relu") is applied at
    the end, in the same pass over memory.
    """

    torch_axes: ClassVar = {"weight": (0, 3, 1, 2)}

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
        shape = (out_channels, *as_pair("Conv2d", "kernel_size", kernel_size, least=1), in_channels)
        fan_in = in_channels * shape[1] * shape[2]
        self.weight = Tensor(init.fan_in_uniform(rng, shape, dtype, fan_in), requires_grad=True)
        start = init.fan_in_uniform(rng, (out_channels,), dtype, fan_in) if bias else None
        self.bias = Tensor(start, requires_grad=True) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.activation)


class ConvTranspose2d(Module):
    """`autograd.conv_transpose2d` with parameters: (N, H, W, in_channels) -> (N, H', W', out_channels).

    Parameters `weight` (in_channels, kH, kW, out_channels) and `bias` (out_channels,), or None without one; both
    start uniform on +-1/sqrt(out_channels kH kW), as in PyTorch.
    """

    torch_axes: ClassVar = {"weight": (0, 3, 1, 2)}

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
        shape = (in_channels, *as_pair("ConvTranspose2d", "kernel_size", kernel_size, least=1), out_channels)
        fan_in = out_channels * shape[1] * shape[2]
        self.weight = Tensor(init.fan_in_uniform(rng, shape, dtype, fan_in), requires_grad=True)
        start = init.fan_in_uniform(rng, (out_channels,), dtype, fan_in) if bias else None
        self.bias = Tensor(start, requires_grad=True) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        return conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.dilation, self.activation
        )
