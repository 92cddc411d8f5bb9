"""Reductions: many numbers become one along `axis` (an int, a tuple, or None for all axes).

The backward pass gives the gradient of each result to all numbers that it was made from. `_spread` puts back the axes
that the reduction removed, with size 1, so that g broadcasts to the shape of x.

Taught by docs/04-broadcasting.md.
"""

import math

import numpy as np

from .registry import rule


def _axes(x, axis):
    """`axis` as a tuple of non-negative ints."""
    if axis is None:
        return tuple(range(x.ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(np.lib.array_utils.normalize_axis_index(a, x.ndim) for a in axes)


def _count(x, axes, ddof=0):
    """How many numbers each result is made from, less `ddof`; refuses to divide by none."""
    n = math.prod(x.shape[a] for a in axes)
    if n <= ddof:
        raise ValueError(f"undefined for {n} numbers" + (f" with ddof = {ddof}" if ddof else ""))
    return n - ddof


def _spread(g, axes, keepdims):
    return g if keepdims else np.expand_dims(g, axes)


@rule
def sum(x, axis=None, keepdims=False):
    """Sum. Backward: every summand receives g."""
    shape, axes = x.shape, _axes(x, axis)
    return x.sum(axes, keepdims=keepdims), lambda g: np.broadcast_to(_spread(g, axes, keepdims), shape)


@rule
def mean(x, axis=None, keepdims=False):
    """Arithmetic mean of n numbers. Backward: every one of them receives g / n."""
    shape, axes = x.shape, _axes(x, axis)
    n = _count(x, axes)
    return x.mean(axes, keepdims=keepdims), lambda g: np.broadcast_to(_spread(g, axes, keepdims) / n, shape)


@rule
def var(x, axis=None, ddof=0, keepdims=False):
    """Variance, sum (x - mean)^2 / (n - ddof). Backward: g * 2 (x - mean) / (n - ddof).

    The mean moves with x too, but sum (x - mean) = 0 cancels its part. (PyTorch's default is ddof=1.)
    """
    axes = _axes(x, axis)
    n = _count(x, axes, ddof)
    centred = x - x.mean(axes, keepdims=True)
    y = np.sum(centred * centred, axes, keepdims=keepdims) / n
    return y, lambda g: _spread(g, axes, keepdims) * (2 / n) * centred


@rule
def std(x, axis=None, ddof=0, keepdims=False):
    """Standard deviation s, the root of `var`. Backward: g * (x - mean) / ((n - ddof) s), and 0 where s is 0."""
    axes = _axes(x, axis)
    n = _count(x, axes, ddof)
    centred = x - x.mean(axes, keepdims=True)
    y = np.sqrt(np.sum(centred * centred, axes, keepdims=keepdims) / n)
    # Where s is 0, so is x - mean, and any number will do in place of n s.
    return y, lambda g: _spread(g / np.where(y == 0, 1, n * y).astype(g.dtype), axes, keepdims) * centred


def _extreme(x, axis, keepdims, pick):
    axes = _axes(x, axis)
    y = pick(x, axis=axes, keepdims=True)

    def vjp(g):
        chosen = x == y
        return _spread(g, axes, keepdims) / chosen.sum(axes, keepdims=True, dtype=x.dtype) * chosen

    return y if keepdims else y.squeeze(axes), vjp


@rule
def max(x, axis=None, keepdims=False):
    """Largest value. Backward: g to where it stood, in equal shares if it stood in several places."""
    return _extreme(x, axis, keepdims, np.max)


@rule
def min(x, axis=None, keepdims=False):
    """Smallest value. Backward: g to where it stood, in equal shares if it stood in several places."""
    return _extreme(x, axis, keepdims, np.min)


@rule
def logsumexp(x, axis=-1, keepdims=False):
    """log sum e^x. Backward: g * softmax(x).

    Shifting x by its maximum m, log sum e^(x - m) + m, changes nothing and keeps e^ from overflowing. Where all of x is
    -inf, as behind a mask, m is left out (-inf + inf is no number): the answer is log 0 = -inf, and its gradient 0.
    """
    axes = _axes(x, axis)
    largest = x.max(axes, keepdims=True)
    shift = np.where(largest == -np.inf, 0, largest)
    exponentials = np.exp(x - shift)
    total = exponentials.sum(axes, keepdims=True)  # at least 1, the e^0 of the maximum, but for the sum of nothing
    with np.errstate(divide="ignore"):
        y = np.log(total) + shift
    total = np.maximum(total, 1)
    return y if keepdims else y.squeeze(axes), lambda g: _spread(g, axes, keepdims) * (exponentials / total)


@rule
def softmax(x, axis=-1):
    """p = e^x / sum e^x. Backward: p * (g - sum(g * p)); a constant added to g has no effect."""
    exponentials = np.exp(x - x.max(axis, keepdims=True))
    p = exponentials / exponentials.sum(axis, keepdims=True)
    return p, lambda g: p * (g - (g * p).sum(axis, keepdims=True))


@rule
def log_softmax(x, axis=-1):
    """x - logsumexp(x). Backward: g - softmax(x) * sum(g)."""
    shifted = x - x.max(axis, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))
    return y, lambda g: g - np.exp(y) * g.sum(axis, keepdims=True)
