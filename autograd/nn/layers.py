"""Layers without a state: linear maps, embeddings, activations, dropout, and layers in sequence.

A layer that has parameters takes the generator that draws them and their dtype: float32 to train, float64 to check.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..compositions import flatten
from ..functional import gelu, leaky_relu, relu, sigmoid, silu, tanh
from ..tensor import Tensor
from . import init
from .module import Module


class Linear(Module):
    """y = x W^T + b: (..., in_features) -> (..., out_features).

    Parameters `weight` (out_features, in_features) and `bias` (out_features,), or None without one; both start
    uniform on +-1/sqrt(in_features) (`init.fan_in_uniform`), as in PyTorch. Raises ValueError for another number of
    features than in_features.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        rng: np.random.Generator,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
    ):
        self.in_features, self.out_features = in_features, out_features
        self.weight = Tensor(init.fan_in_uniform(rng, (out_features, in_features), dtype), requires_grad=True)
        self.bias = None
        if bias:
            start = init.fan_in_uniform(rng, (out_features,), dtype, fan_in=in_features)
            self.bias = Tensor(start, requires_grad=True)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(f"Linear: x has shape {x.shape}, expected (..., in_features = {self.in_features})")
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


class Embedding(Module):
    """One trained vector for each word of a vocabulary: indices (...) -> vectors (..., features).

    The parameter `weight` (words, features) starts standard normal, as in PyTorch. Its gradient is the sum of the
    gradients of all places where a word stands (docs/14-indexing.md). Raises TypeError for indices that are not
    integers, IndexError for one outside the vocabulary.
    """

    def __init__(self, words: int, features: int, rng: np.random.Generator, dtype: DTypeLike = np.float32):
        self.words, self.features = words, features
        self.weight = Tensor(init.normal(rng, (words, features), 1, dtype), requires_grad=True)

    def forward(self, indices: Any) -> Tensor:
        picked = indices.data if isinstance(indices, Tensor) else np.asarray(indices)
        if picked.dtype.kind not in "iu":
            raise TypeError(f"Embedding: indices have dtype {picked.dtype}, expected integers")
        if picked.size and (picked.min() < 0 or picked.max() >= self.words):
            raise IndexError(
                f"Embedding: indices run from {picked.min()} to {picked.max()}: expected 0 to {self.words - 1}"
            )
        return self.weight[picked]


class Flatten(Module):
    """All axes but the batch's as one: (N, ...) -> (N, numbers of one example).  (`autograd.flatten`)

    Images (N, H, W, C) give their numbers pixel by pixel; PyTorch's (N, C, H, W) give them channel by channel.
    """

    def __init__(self, start_axis: int = 1, end_axis: int = -1):
        self.start_axis, self.end_axis = start_axis, end_axis

    def forward(self, x: Tensor) -> Tensor:
        return flatten(x, self.start_axis, self.end_axis)


class Dropout(Module):
    """While training, set each number to zero with probability `rate` and divide the others by 1 - rate.

    The division keeps the expected value, so that x passes unchanged in `eval` mode. Each call draws from `rng` which
    numbers survive. Raises ValueError for a rate outside that range.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014), in the
    inverted form of its section 10.
    """

    def __init__(self, rate: float, rng: np.random.Generator):
        init.require_generator("Dropout", rng)
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout: rate is {rate}, expected 0 <= rate < 1, the share that is set to zero")
        self.rate = rate
        self.rng = rng

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        keep = 1 - self.rate
        drawn_in = np.float64 if x.dtype == np.float64 else np.float32  # generators know no others
        survives = self.rng.random(x.shape, drawn_in) < keep
        return x * (survives.astype(x.dtype) / keep)


class Sequential(Module):
    """Layers in a row: each reads the result of the one before it. Parameters are named "0.weight", "1.bias" ...

    ``len(net)``, ``net[0]``, ``net[-1]`` and a slice, which is a Sequential of the same layers, work as on a list. An
    attribute that is set later is a part of the module, but not a layer of the row. Raises TypeError for a layer that
    is not a Module.
    """

    def __init__(self, *layers: Module):
        for i, layer in enumerate(layers):
            if isinstance(layer, list | tuple):
                raise TypeError(f"Sequential: layer {i} is a {type(layer).__name__}: write Sequential(*layers)")
            if not isinstance(layer, Module):
                hint = f"{layer.__name__}()" if isinstance(layer, type) else "e.g. nn.Tanh()"
                raise TypeError(f"Sequential: layer {i} is {layer!r}, expected a Module, {hint}")
            setattr(self, str(i), layer)

    def __iter__(self) -> Iterator[Module]:
        return (part for name, part in vars(self).items() if name.isdigit())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return True  # without layers it is the identity, not nothing

    def __getitem__(self, index: int | slice) -> Module:
        chosen = list(self)[index]
        return Sequential(*chosen) if isinstance(chosen, list) else chosen

    def forward(self, x: Any) -> Any:
        for layer in self:
            x = layer(x)
        return x


class Tanh(Module):
    """`autograd.tanh` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        return tanh(x)


class Sigmoid(Module):
    """`autograd.sigmoid` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        return sigmoid(x)


class ReLU(Module):
    """`autograd.relu` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        return relu(x)


class LeakyReLU(Module):
    """`autograd.leaky_relu` as a layer."""

    def __init__(self, negative_slope: float = 0.01):
        self.negative_slope = negative_slope

    def forward(self, x: Tensor) -> Tensor:
        return leaky_relu(x, self.negative_slope)


class GELU(Module):
    """`autograd.gelu` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        return gelu(x)


class SiLU(Module):
    """`autograd.silu` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        return silu(x)
