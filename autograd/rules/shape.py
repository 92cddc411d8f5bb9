"""Ops that move numbers without changing them: the backward pass moves each number of g back to its place in x.

A number that was copied to several places gets the sum of their gradients; one that was left out gets zero.

Taught by docs/04-broadcasting.md and, for getitem, docs/14-indexing.md.
"""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from .registry import rule


@rule
def reshape(x, shape):
    """The same numbers, row by row, in another shape. Backward: g in the old shape."""
    old = x.shape
    return x.reshape(shape), lambda g: g.reshape(old)


@rule
def transpose(x, axes=None):
    """Axes in another order (reversed if `axes` is None). Backward: the inverse order.

    Raises ValueError unless `axes` names every axis once.
    """
    if axes is None:
        return x.transpose(), lambda g: g.transpose()
    order = normalize_axis_tuple(axes, x.ndim, "axes")
    if len(order) != x.ndim:
        raise ValueError(f"axes are {tuple(axes)}, expected each of the {x.ndim} axes of shape {x.shape} once")
    inverse = np.argsort(order)
    return x.transpose(order), lambda g: g.transpose(inverse)


@rule
def broadcast_to(x, shape):
    """Repeat along axes of size 1 and along new axes in front. Backward: sum over them (the engine's part)."""
    return np.broadcast_to(x, shape), lambda g: g


_BASIC = (int, slice, np.integer, type(None), type(Ellipsis))


def _is_basic(key):
    """Whether a key picks each element at most once and by slices and ints alone, so that it gives a view."""
    return all(isinstance(k, _BASIC) for k in key) if isinstance(key, tuple) else isinstance(key, _BASIC)


@rule
def getitem(x, key):
    """x[key], with slices and ints or with arrays of integers or booleans. Backward: zeros with g at `key`.

    An integer array may name one element twice; `np.add.at` then adds both gradients, where plain assignment
    would keep the last one only. It is much slower, most so for rows, so slices do without it.
    """
    shape = x.shape

    def vjp(g):
        full = np.zeros(shape, g.dtype)
        if _is_basic(key):
            full[key] = g
        else:
            np.add.at(full, key, g)
        return full

    return x[key], vjp


@rule
def concatenate(*arrays, axis=0):
    """Join along an axis that exists. Backward: cut g where the arrays met. Raises ValueError without an axis."""
    if axis is None:
        raise ValueError("axis is None, expected an axis: flatten with reshape(-1) first")
    joined = np.concatenate(arrays, axis)
    ends = np.cumsum([a.shape[axis] for a in arrays])
    pieces = [slice(end - a.shape[axis], end) for a, end in zip(arrays, ends, strict=True)]

    def vjp_of(piece):
        return lambda g: g[(slice(None),) * (axis % g.ndim) + (piece,)]

    return joined, *map(vjp_of, pieces)


@rule
def stack(*arrays, axis=0):
    """Join along a new axis. Backward: array i receives slice i of g."""

    def vjp_of(i):
        return lambda g: np.take(g, i, axis)

    return np.stack(arrays, axis), *map(vjp_of, range(len(arrays)))


@rule
def split(x, indices_or_sections, axis=0):
    """Cut into pieces along an axis: a tuple of them. Backward: the gradients of the pieces, joined.

    A number cuts into so many equal pieces; a list [2, 5] cuts before elements 2 and 5, as in np.split. Raises
    ValueError if the pieces cannot be equal.
    """
    pieces = tuple(np.split(x, indices_or_sections, axis))
    shapes, dtype = [piece.shape for piece in pieces], x.dtype

    def vjp(gradients):  # None for a piece that nobody used
        parts = zip(gradients, shapes, strict=True)
        return np.concatenate([np.zeros(shape, dtype) if g is None else g for g, shape in parts], axis)

    return pieces, vjp


@rule
def flip(x, axis=None):
    """Reverse the order along an axis, along several, or along all (None). Backward: reverse g back."""
    return np.flip(x, axis), lambda g: np.flip(g, axis)


def _widths(pad_width, ndim):
    """`pad_width` as a pair [before, after] for each axis."""
    given = np.asarray(pad_width)
    if given.dtype.kind not in "iu":
        raise TypeError(f"pad_width is {pad_width!r}, expected integers")
    if given.shape not in ((), (1,), (2,), (1, 1), (1, 2), (ndim, 1), (ndim, 2)) or (given < 0).any():
        raise ValueError(
            f"pad_width is {pad_width!r}, expected one width, (before, after), or such a pair for each axis"
        )
    return np.broadcast_to(given, (ndim, 2)).tolist()


@rule
def pad(x, pad_width, constant_values=0):
    """Surround by a constant; `pad_width` as in np.pad. Backward: g without the border.

    Raises ValueError for widths that are negative or of another form, TypeError for widths that are not integers.
    """
    widths = _widths(pad_width, x.ndim)
    inside = tuple(slice(before, before + n) for (before, _), n in zip(widths, x.shape, strict=True))
    return np.pad(x, widths, constant_values=constant_values), lambda g: g[inside]
