"""What went wrong? Recognise the pattern of a wrong gradient by comparing it with the correct one.

Typical bugs in a backward pass leave a pattern: a forgotten 1/N makes every element N times too large, a transposed
operand moves the right numbers to the wrong places. `recognise` compares the result of backward with the correct
gradient. It tries the patterns below in order, the simplest first, and describes the first that fits in a sentence:

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

A pattern fits only if it explains all elements within the tolerance. Even then a hint is a guess, not a proof: a
single element that is twice too large has many possible causes. If no pattern fits, the result is (None, "").
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

# Simplest explanation first: a gradient that fits an early pattern may fit a later one by accident, rarely vice versa.
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
    """Find the pattern of a wrong gradient.

    Args:
        analytic: the gradient from backward, in the argument's shape.
        numeric: the correct gradient, same shape.
        tolerance: absolute error of `numeric`, per element or one for all. If None, 1e-9 times its largest element.
        cotangents: the incoming gradients, one for each result of the function.
        others: the correct gradients of the other arguments, by name.
        factors: arrays that the formula may have left out as a factor (arguments, results), by name.

    Returns:
        One of `PATTERNS` and a sentence about it; (None, "") if none fits. A gradient with NaN or infinity gets a
        sentence and no pattern.
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
    """Find the pattern of a gradient of the wrong shape; `others` are the shapes of the other arguments."""
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
