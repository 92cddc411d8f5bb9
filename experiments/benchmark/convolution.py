"""One convolutional layer, forward and backward: the gradients of its input, its weight and its bias."""

from dataclasses import dataclass, replace

import numpy as np

from autograd import Tensor, nn

from .sides import Precision, Results, Side, gradients


@dataclass(frozen=True)
class Convolution:
    """A layer on `batch` images of `size` x `size` pixels.

    The padding keeps the size at stride 1. Stride 2 halves the size; a transposed layer with stride 2 doubles it.
    """

    kernel: int
    stride: int = 1
    channels: int = 32
    filters: int = 64
    size: int = 16
    transposed: bool = False
    batch: int = 64
    dtype: Precision = "float32"

    steps_in_one = 1

    @property
    def padding(self) -> int:
        return (self.kernel - 1) // 2

    @property
    def output_padding(self) -> int:
        """Rows and columns that a transposed layer adds to reach `stride` times the size."""
        return self.stride - 1

    @property
    def size_out(self) -> int:
        return self.size * self.stride if self.transposed else -(-self.size // self.stride)

    def image(self) -> np.ndarray:
        """(batch, size, size, channels), the same at every call."""
        return _normal(1, (self.batch, self.size, self.size, self.channels), self.dtype)

    def gradient(self) -> np.ndarray:
        """The gradient of the output: (batch, size_out, size_out, filters), the same at every call."""
        return _normal(2, (self.batch, self.size_out, self.size_out, self.filters), self.dtype)

    def model(self) -> nn.Conv2d | nn.ConvTranspose2d:
        """The layer as both sides start with it."""
        shape, rng = (self.channels, self.filters, self.kernel), np.random.default_rng(3)
        if not self.transposed:
            return nn.Conv2d(*shape, rng, self.stride, self.padding, dtype=self.dtype)
        return nn.ConvTranspose2d(*shape, rng, self.stride, self.padding, self.output_padding, dtype=self.dtype)

    def miniature(self) -> "Convolution":
        return replace(self, channels=2, filters=2, size=4, batch=2)

    def ours(self) -> Side:
        return Ours(self)


class Ours(Side):
    """Inside a network, the input has the memory layout that the previous layer gave it. So does the input here."""

    def __init__(self, problem: Convolution):
        self.layer = problem.model()
        before = nn.Conv2d(problem.channels, problem.channels, 1, np.random.default_rng(4), dtype=problem.dtype)
        self.image = Tensor(_in_order_of(before(Tensor(problem.image())).data, problem.image()), requires_grad=True)
        self.y = self.layer(self.image)
        self.gradient = _in_order_of(self.y.data, problem.gradient())

    def step(self) -> None:
        self.layer.zero_grad()
        self.image.grad = None
        self.y = self.layer(self.image)
        self.y.backward(self.gradient)

    def results(self) -> Results:
        own = {"the output": self.y.data, "the gradient of the image": np.asarray(self.image.grad)}
        return {name: array.transpose(0, 3, 1, 2) for name, array in own.items()} | gradients(self.layer)


def _normal(seed, shape, dtype):
    return np.random.default_rng(seed).standard_normal(shape, dtype)


def _in_order_of(pattern, values):
    """A copy of `values` with the memory layout (order of axes) of `pattern`."""
    copy = np.empty_like(pattern)
    copy[...] = values
    return copy
