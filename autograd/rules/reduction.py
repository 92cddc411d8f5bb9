"""Reductions: many numbers become one along `axis` (an int, a tuple, or None for all axes).

The backward pass gives the gradient of each result to all numbers that it was made from. `_spread` puts back the axes
that the reduction removed, with size 1, so that g broadcasts to the shape of x.

Taught by docs/04-broadcasting.md and, for softmax, docs/12-softmax-and-cross-entropy.md.
"""

import math

import numpy as np

from ..kernels import floating
from .registry import rule


def _axes(x, axis):
    """`axis` as a tuple of non-negative ints. As in NumPy, a number without axes may be reduced along axis 0 or -1."""
    if axis is None:
        return tuple(range(x.ndim))
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    if x.ndim == 0 and axes in ((0,), (-1,)):
        return ()
    return tuple(np.lib.array_utils.normalize_axis_index(a, x.ndim) for a in axes)


def _count(x, axes, ddof=0):
    """How many numbers each result is made from, less `ddof`; refuses to divide by none."""
    n = math.prod(x.shape[a] for a in axes)
    if n <= ddof:
        raise ValueError(f"undefined for {n} numbers" + (f" with ddof = {ddof}" if ddof else ""))
    return n - ddof


def _spread(g, axes, keepdims):
    return g if keepdims else np.expand_dims(g, axes)


def _divide(g, counts):
    """g / counts in the dtype of g. float16 ends at 65,504, so the division is done in a wider type."""
    return np.divide(g, counts, dtype=np.result_type(g.dtype, np.float32)).astype(g.dtype, copy=False)


def _widen(x):
    """float16 as float32, whose squares do not overflow at 256; any other floating array as it is."""
    return x.astype(np.result_type(x.dtype, np.float32), copy=False)


def _centred(x, axes):
    """x minus its mean; exactly 0 where all elements are equal, even if their mean is rounded (inf - inf stays NaN)."""
    first = x[tuple(slice(1) if a in axes else slice(None) for a in range(x.ndim))]
    varies = (x != first).any(axes, keepdims=True) | np.isinf(first)
    return np.where(varies, x - x.mean(axes, keepdims=True), 0)


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
    return x.mean(axes, keepdims=keepdims), lambda g: np.broadcast_to(_spread(_divide(g, n), axes, keepdims), shape)


@rule
def prod(x, axis=None, keepdims=False):
    """Product. Backward: every factor receives g times the product of the others.

    That product is the one of all factors before it times the one of all after it; y / x would fail where x is 0.
    """
    axes = _axes(x, axis)

    def vjp(g):
        kept = tuple(a for a in range(x.ndim) if a not in axes)
        factors = x.transpose(kept + axes)
        rows = factors.reshape(*factors.shape[: len(kept)], math.prod(x.shape[a] for a in axes))
        others = _product_before(rows) * _product_before(rows[..., ::-1])[..., ::-1]
        return _spread(g, axes, keepdims) * others.reshape(factors.shape).transpose(np.argsort(kept + axes))

    return x.prod(axes, keepdims=keepdims), vjp


def _product_before(rows):
    """For each element the product of the elements before it in its row; 1 for the first."""
    before = np.ones_like(rows)
    np.cumprod(rows[..., :-1], -1, out=before[..., 1:])
    return before


@rule
def norm(x, axis=None, keepdims=False):
    """Euclidean length, the root of sum x^2. Backward: g * x / y, and 0 where y is 0."""
    x = floating(x)
    axes = _axes(x, axis)
    wide = _widen(x)
    size = np.abs(wide).max(axes, keepdims=True, initial=0)
    unit = wide / np.where((size > 0) & np.isfinite(size), size, 1)  # its squares neither overflow nor underflow
    root = np.sqrt(np.sum(unit * unit, axes, keepdims=True))
    y = (np.where(np.isfinite(size), size, 1) * root).astype(x.dtype)
    slope = unit / np.where(root == 0, 1, root)
    return y if keepdims else y.squeeze(axes), lambda g: (_spread(g, axes, keepdims) * slope).astype(g.dtype)


@rule
def var(x, axis=None, ddof=0, keepdims=False):
    """Variance, sum (x - mean)^2 / (n - ddof). Backward: g * 2 (x - mean) / (n - ddof).

    The mean moves with x too, but sum (x - mean) = 0 cancels its part. (PyTorch's default is ddof=1.)
    """
    x = floating(x)
    axes = _axes(x, axis)
    n = _count(x, axes, ddof)
    centred = _centred(_widen(x), axes)
    y = np.sum(centred * centred, axes, keepdims=keepdims) / n
    return y.astype(x.dtype), lambda g: (_spread(g, axes, keepdims) * (2 / n * centred)).astype(g.dtype)


@rule
def std(x, axis=None, ddof=0, keepdims=False):
    """Standard deviation s, the root of `var`. Backward: g * (x - mean) / ((n - ddof) s), and 0 where s is 0."""
    x = floating(x)
    axes = _axes(x, axis)
    n = _count(x, axes, ddof)
    centred = _centred(_widen(x), axes)
    size = np.abs(centred).max(axes, keepdims=True)
    unit = centred / np.where(size == 0, 1, size)  # its squares neither overflow nor underflow
    root = np.sqrt(np.sum(unit * unit, axes, keepdims=True) / n)
    y = (size * root).astype(x.dtype)
    slope = unit / np.where(root == 0, 1, n * root)
    return y if keepdims else y.squeeze(axes), lambda g: (_spread(g, axes, keepdims) * slope).astype(g.dtype)


def _extreme(x, axis, keepdims, pick):
    axes = _axes(x, axis)
    y = pick(x, axis=axes, keepdims=True)

    def vjp(g):
        chosen = x == y
        return _divide(_spread(g, axes, keepdims), chosen.sum(axes, keepdims=True)) * chosen

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
    -inf, as behind a mask, m is left out (-inf + inf is NaN): the value is log 0 = -inf, and its gradient 0. So it is
    for a sum of no elements. Where x holds +inf the value is +inf, and the gradient NaN at the infinite element, as in
    PyTorch.
    """
    x = floating(x)
    axes = _axes(x, axis)
    largest = x.max(axes, keepdims=True, initial=-np.inf)
    shift = np.where(largest == -np.inf, 0, largest)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponentials = np.exp(x - shift)
        total = exponentials.sum(axes, keepdims=True)  # at least 1, the e^0 of the maximum, unless m was left out
        y = np.where(largest == np.inf, largest, np.log(total) + shift)
    total = np.where(largest == np.inf, 1, np.maximum(total, 1))
    return y if keepdims else y.squeeze(axes), lambda g: _spread(g, axes, keepdims) * (exponentials / total)


@rule
def softmax(x, axis=-1):
    """p = e^x / sum e^x. Backward: p * (g - sum(g * p)); a constant added to g has no effect."""
    x = floating(x)
    exponentials = np.exp(x - x.max(axis, keepdims=True, initial=-np.inf))
    p = exponentials / exponentials.sum(axis, keepdims=True)
    return p, lambda g: p * (g - (g * p).sum(axis, keepdims=True))


@rule
def log_softmax(x, axis=-1):
    """x - logsumexp(x). Backward: g - softmax(x) * sum(g)."""
    x = floating(x)
    shifted = x - x.max(axis, keepdims=True, initial=-np.inf)
    total = np.exp(shifted).sum(axis, keepdims=True)
    y = shifted - np.log(np.maximum(total, 1))  # at least 1, the e^0 of the maximum, unless there are no elements
    return y, lambda g: g - np.exp(y) * g.sum(axis, keepdims=True)


@rule
def cumsum(x, axis=None):
    """y_i = x_0 + ... + x_i along an axis; None adds all elements up, row by row, in one row.

    Backward: element i receives g_i + g_(i+1) + ..., the same sum from the other end.
    """
    _axes(x, axis)
    shape = x.shape
    rows, along = (x.reshape(-1), 0) if axis is None or x.ndim == 0 else (x, axis)
    row_shape = rows.shape
    y = np.cumsum(rows, along)

    def vjp(g):
        backwards = np.flip(g.reshape(row_shape), along)
        return np.flip(np.cumsum(backwards, along), along).reshape(shape)

    return y if axis is None else y.reshape(shape), vjp
