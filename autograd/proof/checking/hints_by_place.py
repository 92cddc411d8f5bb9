"""Hints from positions: the gradient has the right numbers, or sums of them, in the wrong places.

Each function takes a `Case` and returns a pattern and a sentence about it, or None.
"""

from itertools import permutations, product

import numpy as np

from .cotangents import random_stream
from .hint_case import FEW, MAX_AXES, Case, Found, named, subsets

MAX_SLICES = 400
MAX_SHIFT = 2


def transposed(case: Case) -> Found:
    """The axes are in another order; the shape is permuted too, or kept by a reshape."""
    numeric = case.numeric
    if not 2 <= numeric.ndim <= MAX_AXES or case.telling.sum() < FEW:
        return None
    for axes in permutations(range(numeric.ndim)):
        moved = numeric.transpose(axes)
        if axes != tuple(sorted(axes)) and case.is_like(moved.reshape(numeric.shape)):
            if numeric.ndim == 2 and moved.shape == numeric.shape:
                return "transposed", "it is the transpose of the right gradient"
            if moved.shape == numeric.shape:
                return "transposed", f"it is the right gradient with its axes in the order {axes}"
            return "transposed", (
                f"it is the right gradient with its axes in the order {axes}, squeezed into shape {numeric.shape}: "
                "reshape does not transpose"
            )
    return None


def flipped(case: Case) -> Found:
    """The right gradient, reversed along some axes."""
    if case.telling.sum() < FEW:
        return None
    for axes in subsets(case.numeric):
        if case.is_like(np.flip(case.numeric, axes)):
            return "flipped", f"it is the right gradient back to front along {named(axes)}"
    return None


def shifted(case: Case) -> Found:
    """The right gradient moved by a few positions; elements moved past the end are lost."""
    shifts = product(range(-MAX_SHIFT, MAX_SHIFT + 1), repeat=case.numeric.ndim)
    for shift in sorted(shifts, key=lambda shift: sum(map(abs, shift))):
        stays = tuple(slice(max(0, -s), n - max(0, s)) for s, n in zip(shift, case.numeric.shape, strict=True))
        lands = tuple(slice(max(0, s), n - max(0, -s)) for s, n in zip(shift, case.numeric.shape, strict=True))
        right, given = case.numeric[stays], case.analytic[lands]
        if not any(shift) or 3 * right.size < case.numeric.size or case.telling[stays].sum() < FEW or not np.ptp(right):
            continue
        if (np.abs(given - right) <= np.max(case.allowed) + 1e-6 * np.abs(given)).all():
            moves = [f"by {s} along axis {axis}" for axis, s in enumerate(shift) if s]
            return "shifted", f"it is the right gradient moved {' and '.join(moves)}: is a padding or an index off?"
    return None


def one_copy(case: Case) -> Found:
    """The argument was broadcast, and this is the gradient of one copy instead of the sum over all."""
    for v in case.cotangents:
        extra = v.ndim - case.numeric.ndim
        if extra < 0 or v.shape == case.numeric.shape:
            continue
        wanted = (1,) * extra + case.numeric.shape
        axes = tuple(axis for axis, n in enumerate(wanted) if n == 1 and v.shape[axis] > 1)
        if any(n not in (1, m) for n, m in zip(wanted, v.shape, strict=True)) or not axes:
            continue
        total = v.sum(axes, keepdims=True).reshape(case.numeric.shape)
        copies = np.moveaxis(v, axes, range(len(axes))).reshape(-1, *case.numeric.shape)
        if np.allclose(total, case.numeric, rtol=1e-5) and any(case.is_like(copy) for copy in copies):
            return "unbroadcast", (
                f"it is the gradient of one copy alone: the argument was broadcast along {named(axes)}, sum over that"
            )
    return None


def unbroadcast(case: Case) -> Found:
    """Summed or averaged along axes along which the argument was not broadcast."""
    for axes in subsets(case.numeric):
        total = case.numeric.sum(axes, keepdims=True)
        for what, candidate in (("summed", total), ("averaged", total / (case.numeric.size / total.size))):
            if case.is_like(candidate):
                return "unbroadcast", (
                    f"it is the right gradient {what} along {named(axes)}: "
                    "sum over axes along which the argument was broadcast, and no others"
                )
    return None


def swapped(case: Case) -> Found:
    """The gradient of another argument, or the right numbers with parts or elements exchanged."""
    for name, other in case.others.items():
        if other.size == case.numeric.size > 1 and case.is_like(other.reshape(case.numeric.shape)):
            return "swapped", f"it is the right gradient of argument {name}: are two vjps exchanged?"
    for axis, n in enumerate(case.numeric.shape):
        if 2 <= n <= MAX_SLICES and case.telling.sum() >= FEW and (order := _order_of_slices(case, axis)):
            return "swapped", (
                f"along axis {axis} the right numbers stand in each other's places ({order}): are parts mixed up?"
            )
    rearranged = np.empty(case.numeric.size)  # the right numbers in the order of the given ones
    rearranged[np.argsort(case.analytic, axis=None)] = np.sort(case.numeric, axis=None)
    if case.numeric.size > 2 and case.telling.any() and case.is_like(rearranged.reshape(case.numeric.shape)):
        return "swapped", "the right numbers stand in the wrong places: is an index, or an order of axes, mixed up?"
    return None


def _order_of_slices(case, axis) -> str:
    """The order of the slices, such as "2, 0, 1", if they are only rearranged; else ""."""
    n = case.numeric.shape[axis]
    right = np.moveaxis(case.numeric, axis, 0).reshape(n, -1)
    given = np.moveaxis(case.analytic, axis, 0).reshape(n, -1)
    direction = random_stream(0).standard_normal(right.shape[1])  # one number per slice is enough to tell them apart
    order = np.empty(n, int)
    order[np.argsort(given @ direction)] = np.argsort(right @ direction)
    if not case.is_like(np.take(case.numeric, order, axis)):
        return ""
    return ", ".join(map(str, order[:8])) + (" ..." if n > 8 else "")
