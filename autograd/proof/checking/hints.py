"""What went wrong? The pattern of a wrong gradient, told from the right one beside it.

Bugs in a backward pass leave fingerprints: a forgotten 1/N makes every element N times too large, a transposed
operand moves the right numbers to the wrong places. `recognise` compares what backward gave with what it should have
been, tries the patterns below one after the other, the simplest explanation first, and puts the first that fits into
a sentence:

    pattern         backward gave                                           usual cause
    zero            0 everywhere                                            graph cut off (detach, .data), no vjp
    sign            the negative, everywhere or where it is wrong           a minus too many or too few
    factor          c times the gradient, everywhere or where it is wrong   1/N of a mean, counted twice, a constant
    offset          the gradient plus one constant                          something added on the way
    transposed      its axes in another order                               a missing .T, reshape for transpose
    flipped         an axis back to front                                   a convolution's kernel flipped, or not
    shifted         its own numbers, one or two places further on           padding forgotten, an index off by one
    unbroadcast     its sum or mean along an axis, at every place;          summed over an axis that was not broadcast;
                    that of one copy of what was broadcast                  not summed over one that was
    swapped         its own numbers in other places, or those of another    gates or arguments mixed up
                    argument
    dropped term    what came in; or the gradient times, or over, a factor  a factor of the formula missing
                    that is at hand; or 0 where it is wrong
    shape           another shape than the argument's                       (`recognise_shape`)

A pattern counts only if it explains all numbers to the last digit. Even then a hint is a guess and no proof: one
number alone, twice too large, has many possible causes. Where no pattern fits, it is None and the hint empty.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from . import hints_by_place as place
from . import hints_by_value as value
from .hint_case import Case, named

PATTERNS = (
    "zero",
    "sign",
    "factor",
    "offset",
    "transposed",
    "flipped",
    "shifted",
    "unbroadcast",
    "swapped",
    "dropped term",
    "shape",
)

# The simplest explanation first: what fits an earlier one may fit a later one by accident, seldom the other way.
LOOKS = (
    value.zero,
    value.multiple,
    value.passed_on,
    value.offset,
    place.transposed,
    place.flipped,
    place.one_copy,
    place.unbroadcast,
    place.swapped,
    place.shifted,
    value.missing_factor,
    value.partly,
)

Hint = tuple[str | None, str]
Shape = tuple[int, ...]


def recognise(
    analytic: np.ndarray,
    numeric: np.ndarray,
    *,
    tolerance: float | np.ndarray | None = None,
    cotangents: Sequence[np.ndarray] = (),
    others: Mapping[str, np.ndarray] | None = None,
    factors: Mapping[str, np.ndarray] | None = None,
) -> Hint:
    """The pattern of a wrong gradient, and a sentence on it.

    Args:
        analytic: what backward gave, of the argument's shape.
        numeric: what is right, of the same shape.
        tolerance: how far off `numeric` may be, for each element or for all. If None, 1e-9 of its largest.
        cotangents: the gradients that came in, one for each result of the function.
        others: the right gradients of the other arguments, by name.
        factors: arrays that a formula may have forgotten to multiply by (arguments, results), by name.

    Returns:
        One of `PATTERNS` and a sentence on it; (None, "") where none fits.
    """
    analytic, numeric = np.asarray(analytic, np.float64), np.asarray(numeric, np.float64)
    if not analytic.size:
        return None, ""
    if not np.isfinite(analytic).all():
        return None, "backward gives NaN or infinity: look for a division by zero or the logarithm of zero"
    allowed = 1e-9 * np.abs(numeric).max() if tolerance is None else np.asarray(tolerance)
    case = Case(analytic, numeric, allowed, tuple(cotangents), others or {}, factors or {})
    for look in LOOKS:
        if found := look(case):
            return found
    return None, ""


def recognise_shape(shape: Shape, expected: Shape, others: Sequence[Shape] = ()) -> Hint:
    """The same for a gradient whose very shape is not that of its argument, `expected`; `others` are the others'."""
    if shape in others:
        return "swapped", "it has the shape of another argument: are two vjps exchanged?"
    if sorted(shape) == sorted(expected):
        return "transposed", "its axes are the argument's in another order: transpose it back"
    for count in range(1, len(expected) + 1):
        for axes in combinations(range(len(expected)), count):
            dropped = tuple(n for axis, n in enumerate(expected) if axis not in axes)
            kept = tuple(1 if axis in axes else n for axis, n in enumerate(expected))
            if shape in (dropped, kept):
                return "unbroadcast", f"it was summed along {named(axes)}, along which the argument was not broadcast"
    return "shape", "a gradient has one number for each number of its argument"
