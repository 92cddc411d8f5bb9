"""Broken backward passes of reductions: wrong n, gradients at the wrong element, g not broadcast back."""

import numpy as np

from .mutant import mutant, nothing, spoiled


def spread(g, y, x, axis=None, keepdims=False):
    """g with the reduced axes restored, so that it broadcasts against x."""
    return g if keepdims else np.expand_dims(g, tuple(range(x.ndim)) if axis is None else axis)


def centred(x, axis=None):
    """x without its mean."""
    return x - x.mean(axis, keepdims=True)


def size(x, y):
    """The number of elements reduced to one."""
    return x.size / max(np.size(y), 1)


def first_only(dx, y, x, axis=None, **options):
    """Only the first element along the axis keeps its gradient; the others get 0."""
    kept = np.zeros_like(dx)
    index = tuple(
        slice(0, 1) if axis is None or i in np.atleast_1d(axis) % x.ndim else slice(None) for i in range(x.ndim)
    )
    kept[index] = dx[index]
    return kept


def against(dx, order):
    """The gradients given to the wrong elements: the largest element's goes to the smallest, and so on."""
    flat = np.empty_like(dx).ravel()
    ranked = np.argsort(order, axis=None)
    flat[ranked] = dx.ravel()[ranked[::-1]]
    return flat.reshape(dx.shape)


def _softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def over_x(g, y, x, axis=None, keepdims=False):
    """g y / x, with 0 where x is 0 (the quotient would be NaN or infinite)."""
    whole = spread(y, y, x, axis, keepdims)
    return spread(g, y, x, axis, keepdims) * np.divide(whole, x, out=np.zeros_like(x), where=x != 0)


def length(x, axis):
    """The norm, with the reduced axes kept."""
    return np.sqrt((x * x).sum(axis, keepdims=True))


def running(g, y, x, axis=None):
    """The cumulative sum of g from the start, as for x, instead of from the end."""
    return np.cumsum(g, 0 if axis is None else axis).reshape(x.shape)


REDUCTIONS = [
    spoiled("prod", "sign", "a minus too many", "x", lambda dx, *arguments, **options: -dx),
    mutant("prod", "dropped term", "y / x, but 0 where x is 0", x=over_x),
    mutant(
        "prod",
        "dropped term",
        "the product of all",
        x=lambda g, y, x, axis=None, keepdims=False: spread(g * y, y, x, axis, keepdims) + 0 * x,
    ),
    mutant(
        "prod",
        "dropped term",
        "that of a sum",
        x=lambda g, y, x, axis=None, keepdims=False: spread(g, y, x, axis, keepdims) + 0 * x,
    ),
    mutant("cumsum", "dropped term", "summed from the same end", x=running),
    mutant("cumsum", "dropped term", "not summed", x=lambda g, y, x, axis=None: g.reshape(x.shape)),
    spoiled("cumsum", "flipped", "not turned back", "x", lambda dx, y, x, axis=None: np.flip(dx, axis or 0)),
    mutant(
        "norm",
        "factor/dropped term",
        "that of the square: over y forgotten",
        x=lambda g, y, x, axis=None, keepdims=False: spread(g, y, x, axis, keepdims) * x,
    ),
    mutant(
        "norm",
        "factor",
        "2 x, as for the square",
        x=lambda g, y, x, axis=None, keepdims=False: spread(g, y, x, axis, keepdims) * 2 * x / length(x, axis),
    ),
    mutant(
        "norm",
        "dropped term",
        "sign(x), that of the sum of |x|",
        x=lambda g, y, x, axis=None, keepdims=False: spread(g, y, x, axis, keepdims) * np.sign(x),
    ),
    spoiled("sum", "factor", "that of a mean", "x", lambda dx, y, x, **options: dx / size(x, y)),
    spoiled("sum", "dropped term", "the first summand alone", "x", first_only),
    spoiled("sum", "zero", "cut off", "x", nothing),
    mutant("sum", "shape", "keepdims forgotten", x=lambda g, y, x, **options: np.broadcast_to(g, x.shape)),
    spoiled("mean", "factor", "1/n forgotten", "x", lambda dx, y, x, **options: dx * size(x, y)),
    spoiled("mean", "factor", "1/(n-1)", "x", lambda dx, y, x, **options: dx * size(x, y) / (size(x, y) - 1 or 2)),
    spoiled("mean", "factor", "1/n twice", "x", lambda dx, y, x, **options: dx / size(x, y)),
    spoiled("mean", "sign", "a minus too many", "x", lambda dx, *arguments, **options: -dx),
    spoiled("var", "factor", "2 forgotten", "x", lambda dx, *arguments, **options: dx / 2),
    mutant(
        "var",
        "dropped term",
        "x not centred",
        x=lambda g, y, x, axis=None, ddof=0, keepdims=False: spread(g, y, x, axis, keepdims) * 2 * x / size(x, y),
    ),
    spoiled("var", "factor", "1/n forgotten", "x", lambda dx, y, x, **options: dx * size(x, y)),
    spoiled("var", "sign", "mean - x", "x", lambda dx, *arguments, **options: -dx),
    mutant(
        "std",
        "factor",
        "that of the variance",
        x=lambda g, y, x, axis=None, ddof=0, keepdims=False: (
            spread(g, y, x, axis, keepdims) * 2 * centred(x, axis) / (size(x, y) - ddof)
        ),
    ),
    mutant(
        "std",
        "dropped term",
        "x not centred",
        x=lambda g, y, x, axis=None, ddof=0, keepdims=False: (
            spread(g / y, y, x, axis, keepdims) * x / (size(x, y) - ddof)
        ),
    ),
    spoiled("std", "factor", "twice", "x", lambda dx, *arguments, **options: 2 * dx),
    spoiled("max", "factor", "shared with all", "x", lambda dx, y, x, **options: dx / size(x, y)),
    mutant(
        "max",
        "dropped term",
        "to every element",
        x=lambda g, y, x, axis=None, keepdims=False: np.broadcast_to(spread(g, y, x, axis, keepdims), x.shape),
    ),
    spoiled("max", "swapped", "to the smallest", "x", lambda dx, y, x, **options: against(dx, x)),
    spoiled("max", "zero", "cut off, as argmax is", "x", nothing),
    spoiled("min", "swapped", "to the largest", "x", lambda dx, y, x, **options: against(dx, x)),
    spoiled("min", "sign", "that of -max", "x", lambda dx, *arguments, **options: -dx),
    mutant(
        "min",
        "dropped term",
        "to every element",
        x=lambda g, y, x, axis=None, keepdims=False: np.broadcast_to(spread(g, y, x, axis, keepdims), x.shape),
    ),
    mutant(
        "logsumexp",
        "dropped term",
        "softmax forgotten",
        x=lambda g, y, x, axis=-1, keepdims=False: np.broadcast_to(spread(g, y, x, axis, keepdims), x.shape),
    ),
    mutant(
        "logsumexp",
        "formula",
        "equal shares",
        x=lambda g, y, x, axis=-1, keepdims=False: np.broadcast_to(
            spread(g, y, x, axis, keepdims) / size(x, y), x.shape
        ),
    ),
    mutant(
        "logsumexp",
        "formula",
        "softmax of -x",
        x=lambda g, y, x, axis=-1, keepdims=False: spread(g, y, x, axis, keepdims) * _softmax(-x, axis),
    ),
    mutant(
        "logsumexp",
        "dropped term",
        "the shift by the maximum differentiated too",
        x=lambda g, y, x, axis=-1, keepdims=False: (
            spread(g, y, x, axis, keepdims) * (_softmax(x, axis) + (x == x.max(axis, keepdims=True)))
        ),
    ),
    mutant("softmax", "dropped term", "what all share does not cancel", x=lambda g, y, x, axis=-1: g * y),
    mutant("softmax", "dropped term", "the diagonal of the Jacobian alone", x=lambda g, y, x, axis=-1: g * y * (1 - y)),
    mutant(
        "softmax",
        "formula",
        "the sum of g not weighted by y",
        x=lambda g, y, x, axis=-1: y * (g - g.sum(axis, keepdims=True)),
    ),
    mutant(
        "softmax",
        "formula",
        "y in front of the sum forgotten",
        x=lambda g, y, x, axis=-1: y * g - (g * y).sum(axis, keepdims=True),
    ),
    mutant(
        "softmax",
        "formula",
        "a mean where the sum belongs",
        x=lambda g, y, x, axis=-1: y * (g - (g * y).mean(axis, keepdims=True)),
    ),
    mutant("softmax", "zero", "as if under a sum", x=lambda g, y, x, axis=-1: 0 * y),
    mutant(
        "softmax",
        "formula",
        "summed over everything, not along the axis",
        x=lambda g, y, x, axis=-1: y * (g - (g * y).sum()),
    ),
    mutant("softmax", "sign", "sum - g", x=lambda g, y, x, axis=-1: y * ((g * y).sum(axis, keepdims=True) - g)),
    mutant("log_softmax", "dropped term", "the normalisation taken as a constant", x=lambda g, y, x, axis=-1: g),
    mutant("log_softmax", "dropped term", "sum of g forgotten", x=lambda g, y, x, axis=-1: g - np.exp(y)),
    mutant(
        "log_softmax",
        "formula",
        "y where softmax belongs",
        x=lambda g, y, x, axis=-1: g - y * g.sum(axis, keepdims=True),
    ),
    mutant(
        "log_softmax",
        "formula",
        "equal shares where softmax belongs",
        x=lambda g, y, x, axis=-1: g - g.mean(axis, keepdims=True),
    ),
]
