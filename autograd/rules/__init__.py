"""Every rule of calculus that the engine knows, one per op, each with its forward and backward side by side."""

from . import (
    convolution,
    einsum,
    elementwise,
    likelihood,
    linear,
    loss,
    normalization,
    pooling,
    recurrent,
    reduction,
    shape,
)
from .registry import RULES

__all__ = [
    "RULES",
    "convolution",
    "einsum",
    "elementwise",
    "likelihood",
    "linear",
    "loss",
    "normalization",
    "pooling",
    "recurrent",
    "reduction",
    "shape",
]
