"""Broken backward passes of shape ops and of the matrix product: the right numbers in the wrong places."""

from functools import partial

import numpy as np

from ...rules import RULES
from .mutant import first_copy, mean_of_copies, mutant, nothing, rewritten, spoiled


def overwriting(g, y, x, key):
    """An element picked twice keeps only the gradient of the last pick."""
    full = np.zeros_like(x)
    full[key] = g
    return full


def border_lost(dx, *arguments, **options):
    """The first and the last slice along axis 0 get 0."""
    inner = np.zeros_like(dx)
    inner[1:-1] = dx[1:-1]
    return inner


def pieces(g, *arrays, axis=0, order=1, offset=0):
    """The piece of g for each array, in the given order, cut `offset` elements too early."""
    sizes = [a.shape[axis] for a in arrays]
    ends = np.cumsum(sizes)
    cut = [np.take(g, np.arange(end - n, end) - offset, axis) for end, n in zip(ends, sizes, strict=True)]
    return cut[::order]


def slices(g, *arrays, axis=0, order=1, of_first=False, share=False):
    """The slice of g for each array, in the given order; or the first slice for all; or divided as for a mean."""
    cut = [np.take(g, 0 if of_first else i, axis) for i in range(len(arrays))]
    return [piece / len(arrays) if share else piece for piece in cut[::order]]


def from_corner(g, y, x, pad_width, constant_values=0):
    """A slice of x's shape, taken from the corner of the border instead of from inside it."""
    return g[tuple(slice(0, n) for n in x.shape)]


def g_forgotten(g, y, a, b):
    """The gradient without g: ones in place of g in g b^T."""
    return np.ones_like(g) @ b.mT if a.ndim > 1 < b.ndim else b


def first_of_batch(g, y, a, b):
    """If a whole batch shares one b, the gradient from the first matrix only."""
    if a.ndim == 3 and b.ndim == 2:
        return a[0].mT @ g[0]
    return a.mT @ g if a.ndim > 1 < b.ndim else 0 * b


def mean_of_batch(dx, y, a, b):
    """If a whole batch shares one b, the mean over the batch instead of the sum."""
    return dx / len(a) if a.ndim == 3 and b.ndim == 2 else dx


def joined(gradients, x, axis, order=1, keep=slice(None)):
    """The gradients of all pieces joined in this order; pieces outside `keep` become zeros."""
    kept = [g if i in range(len(gradients))[keep] else 0 * g for i, g in enumerate(gradients)]
    return np.concatenate(kept[::order], axis)


def einsum_with(change):
    """The right gradients of einsum, each changed: `change(gradient, g, arrays, i)`."""

    def pullback(g, *arrays, subscripts):
        right = RULES["einsum"](*arrays, subscripts=subscripts)[1:]
        return [change(vjp(g), g, arrays, i) for i, vjp in enumerate(right)]

    return pullback


SHAPES = [
    mutant(
        "split",
        "dropped term",
        "the first piece alone",
        x=lambda g, y, x, indices_or_sections, axis=0: joined(g, x, axis, keep=slice(1)),
    ),
    mutant(
        "split",
        "swapped",
        "pieces in reverse order",
        x=lambda g, y, x, indices_or_sections, axis=0: joined(g, x, axis, order=-1),
    ),
    spoiled("split", "zero", "cut off", "x", nothing),
    mutant("flip", "flipped/dropped term", "not turned back", x=lambda g, y, x, axis=None: g),
    mutant("flip", "flipped", "turned along every axis", x=lambda g, y, x, axis=None: np.flip(g)),
    spoiled("flip", "sign", "a minus too many", "x", lambda dx, *arguments, **options: -dx),
    rewritten("einsum", "sign", "a minus too many", einsum_with(lambda dx, g, arrays, i: -dx)),
    rewritten(
        "einsum",
        "transposed/flipped",
        "axes in reverse order",
        einsum_with(lambda dx, g, arrays, i: dx.T if dx.T.shape == dx.shape else dx[..., ::-1]),
    ),
    rewritten(
        "einsum",
        "dropped term",
        "the other arrays forgotten",
        einsum_with(lambda dx, g, arrays, i: np.ones_like(dx) * g.sum()),
    ),
    rewritten(
        "einsum", "zero", "the first array taken as a constant", einsum_with(lambda dx, g, arrays, i: dx * (i > 0))
    ),
    mutant("reshape", "transposed", "column by column", x=lambda g, y, x, shape: g.reshape(x.shape, order="F")),
    mutant("reshape", "flipped", "from the end", x=lambda g, y, x, shape: g.ravel()[::-1].reshape(x.shape)),
    spoiled("reshape", "zero", "cut off", "x", nothing),
    mutant("transpose", "transposed", "reshaped, not transposed back", x=lambda g, y, x, axes=None: g.reshape(x.shape)),
    mutant("transpose", "transposed", "left as it came", x=lambda g, y, x, axes=None: g),
    spoiled("transpose", "flipped", "rotated back, not transposed", "x", lambda dx, *arguments, **options: dx[::-1]),
    mutant("broadcast_to", "factor", "mean over copies", x=lambda g, y, x, shape: mean_of_copies(g, x.shape)),
    mutant("broadcast_to", "unbroadcast", "the first copy alone", x=lambda g, y, x, shape: first_copy(g, x.shape)),
    mutant(
        "broadcast_to",
        "unbroadcast",
        "summed over everything",
        x=lambda g, y, x, shape: np.broadcast_to(g.sum(), x.shape),
    ),
    mutant("getitem", "dropped term", "what was picked twice is overwritten", x=overwriting),
    spoiled(
        "getitem",
        "shifted",
        "one row too late",
        "x",
        lambda dx, y, x, key: np.concatenate([0 * dx[:1], dx[:-1]]) if dx.ndim else 2 * dx,
    ),
    spoiled("getitem", "zero", "cut off", "x", nothing),
    spoiled("getitem", "offset", "left out: 1, not 0", "x", lambda dx, *arguments, **options: dx + 1),
    rewritten("concatenate", "swapped", "pieces in reverse order", partial(pieces, order=-1)),
    rewritten("concatenate", "shifted", "cut one too early", partial(pieces, offset=1)),
    rewritten("concatenate", "zero", "the pieces cut off", lambda g, *arrays, axis=0: [0 * a for a in arrays]),
    rewritten("stack", "swapped", "slices in reverse order", partial(slices, order=-1)),
    rewritten("stack", "swapped", "the first slice for all", partial(slices, of_first=True)),
    rewritten("stack", "factor", "mean", partial(slices, share=True)),
    mutant("pad", "shifted", "counted from the corner of the border", x=from_corner),
    spoiled("pad", "formula", "one more row cut off on either side", "x", border_lost),
    spoiled("pad", "flipped", "back to front", "x", lambda dx, *arguments, **options: dx[::-1]),
    mutant("matmul", "shape", "g b, b not transposed", a=lambda g, y, a, b: g @ b),
    spoiled("matmul", "transposed", "b g^T", "a", lambda dx, y, a, b: dx.mT if a.ndim > 1 else dx),
    spoiled("matmul", "transposed", "g^T a", "b", lambda dx, y, a, b: dx.mT if b.ndim > 1 else dx),
    mutant("matmul", "dropped term", "g forgotten", a=g_forgotten),
    spoiled("matmul", "sign", "a minus too many", "b", lambda dx, y, a, b: -dx),
    spoiled("matmul", "factor", "mean over the batch that shares b", "b", mean_of_batch),
    mutant("matmul", "unbroadcast/dropped term", "the first of the batch that shares b", b=first_of_batch),
]
