"""Normalising layers: `weight` starts at one and `bias` at zero, so that at first they only normalise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from ..functional import batch_norm, group_norm, layer_norm
from ..tensor import Tensor
from .module import Module


def _weight_and_bias(shape, dtype):
    return Tensor(np.ones(shape, dtype), requires_grad=True), Tensor(np.zeros(shape, dtype), requires_grad=True)


class BatchNorm(Module):
    """`autograd.batch_norm` of (N, H, W, channels) or (N, channels), with parameters and running statistics.

    While training, the buffers `running_mean` and `running_var` follow the statistics of the batches; `eval` uses them.
    `activation` ("relu", "leaky_relu" with `negative_slope`) is applied at the end, in the same pass over memory.
    """

    def __init__(
        self,
        channels: int,
        momentum: float = 0.1,
        epsilon: float = 1e-5,
        activation: str | None = None,
        negative_slope: float = 0.01,
        dtype: DTypeLike = np.float32,
    ):
        self.momentum, self.epsilon = momentum, epsilon
        self.activation, self.negative_slope = activation, negative_slope
        self.weight, self.bias = _weight_and_bias(channels, dtype)
        self.running_mean, self.running_var = np.zeros(channels, dtype), np.ones(channels, dtype)

    def forward(self, x: Tensor) -> Tensor:
        parameters = self.weight, self.bias, self.running_mean, self.running_var
        settings = self.momentum, self.epsilon, self.activation, self.negative_slope
        return batch_norm(x, *parameters, self.training, *settings)


class GroupNorm(Module):
    """`autograd.group_norm` of (N, H, W, channels), with parameters."""

    def __init__(self, groups: int, channels: int, epsilon: float = 1e-5, dtype: DTypeLike = np.float32):
        self.groups, self.epsilon = groups, epsilon
        self.weight, self.bias = _weight_and_bias(channels, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return group_norm(x, self.weight, self.bias, self.groups, self.epsilon)


class LayerNorm(Module):
    """`autograd.layer_norm` over the last axes, of sizes `shape`, with parameters."""

    def __init__(self, shape: int | Sequence[int], epsilon: float = 1e-5, dtype: DTypeLike = np.float32):
        self.epsilon = epsilon
        self.weight, self.bias = _weight_and_bias(shape, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return layer_norm(x, self.weight, self.bias, self.epsilon)
