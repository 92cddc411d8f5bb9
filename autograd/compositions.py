"""Ops that are made of other ops: they have no rule, and so no gradient of their own to prove.

Shapes change by `reshape` and `transpose`, whose backward passes move no number; a rule could not do better.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from .functional import conv2d
from .tensor import Tensor


def squeeze(x: Tensor, axis: int | Sequence[int] | None = None) -> Tensor:
    """Remove axes of size 1: these, or all of them (None). Raises ValueError for an axis of another size."""
    x = _as_tensor(x)
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else normalize_axis_tuple(axis, x.ndim)
    for a in axes:
        if x.shape[a] != 1:
            raise ValueError(f"squeeze: axis {a} of shape {x.shape} has size {x.shape[a]}, expected 1")
    return x.reshape(tuple(n for i, n in enumerate(x.shape) if i not in axes))


def expand_dims(x: Tensor, axis: int | Sequence[int]) -> Tensor:
    """Insert axes of size 1, which are then at these places of the result's shape, as in np.expand_dims."""
    x = _as_tensor(x)
    axes = normalize_axis_tuple(axis, x.ndim + np.size(axis))
    sizes = iter(x.shape)
    return x.reshape(tuple(1 if i in axes else next(sizes) for i in range(x.ndim + len(axes))))


def flatten(x: Tensor, start_axis: int = 0, end_axis: int = -1) -> Tensor:
    """The axes from `start_axis` to `end_axis`, both included, as one. Raises ValueError if they end before they start.

    flatten(x) has shape (x.size,); flatten(x, 1) turns (N, H, W, C) into (N, H W C).
    """
    x = _as_tensor(x)
    if x.ndim == 0:
        return x.reshape(1)
    start, end = (normalize_axis_index(a, x.ndim) for a in (start_axis, end_axis))
    if end < start:
        raise ValueError(f"flatten: axes {start_axis} to {end_axis} of shape {x.shape}: they end before they start")
    return x.reshape(*x.shape[:start], int(np.prod(x.shape[start : end + 1])), *x.shape[end + 1 :])


def swapaxes(x: Tensor, axis1: int, axis2: int) -> Tensor:
    """Exchange two axes: shape (A, ..., B) becomes (B, ..., A)."""
    x = _as_tensor(x)
    order = list(range(x.ndim))
    a, b = (normalize_axis_index(a, x.ndim) for a in (axis1, axis2))
    order[a], order[b] = b, a
    return x.transpose(order)


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    activation: str | None = None,
) -> Tensor:
    """Convolution along time: `conv2d` of images of height 1, with the same options.

    x (N, T, C), weight (F, k, C), bias (F,) or None -> (N, T', F), T' = (T + 2 padding - dilation (k-1) - 1) // stride
    + 1. Raises ValueError for other shapes.
    """
    x, weight = _as_tensor(x), _as_tensor(weight)
    if (x.ndim, weight.ndim) != (3, 3):
        raise ValueError(
            f"conv1d: x has shape {x.shape} and weight {weight.shape}: expected (batch, time, channels) and "
            "(filters, size, channels)"
        )
    y = conv2d(expand_dims(x, 1), expand_dims(weight, 1), bias, (1, stride), (0, padding), (1, dilation), activation)
    return squeeze(y, 1)


def _as_tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else Tensor(x)
