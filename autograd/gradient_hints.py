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
    unbroadcast     its sum or mean along an axis, at every place           summed over an axis that was not broadcast
    swapped         its own numbers in other places, or those of another    gates or arguments mixed up
                    argument
    boundary        right inside, wrong along the border                    padding, stride, first or last step
    dropped term    right in part: some elements, or in the main direction  a term of the formula missing or wrong
    shape           another shape than the argument's                       (`recognise_shape`)

A hint is a guess, worth reading before anything else, and no proof: one number alone, twice too large, may have got
there in any way. Where no pattern fits, it is None and the hint empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

PATTERNS = (
    "zero",
    "sign",
    "factor",
    "offset",
    "transposed",
    "flipped",
    "unbroadcast",
    "swapped",
    "boundary",
    "dropped term",
    "shape",
)

MOST_AXES = 5  # orders and subsets of more axes are too many to try
MOST_SLICES = 400

Hint = tuple[str | None, str]


def recognise(
    analytic: np.ndarray,
    numeric: np.ndarray,
    *,
    tolerance: float | np.ndarray | None = None,
    cotangents: Sequence[np.ndarray] = (),
    others: Mapping[str, np.ndarray] | None = None,
) -> Hint:
    """The pattern of a wrong gradient, and a sentence on it.

    Args:
        analytic: what backward gave, of the argument's shape.
        numeric: what is right, of the same shape.
        tolerance: how far off `numeric` may be, for each element or for all. If None, 1e-6 of its largest.
        cotangents: the gradients that came in, one for each result of the function.
        others: the right gradients of the other arguments, by name.

    Returns:
        One of `PATTERNS` and a sentence on it; (None, "") where none fits.
    """
    analytic, numeric = np.asarray(analytic, np.float64), np.asarray(numeric, np.float64)
    if not analytic.size:
        return None, ""
    if not np.isfinite(analytic).all():
        return None, "backward gives NaN or infinity: look for a division by zero or the logarithm of zero"
    allowed = 1e-6 * np.abs(numeric).max() if tolerance is None else np.asarray(tolerance)
    case = _Case(analytic, numeric, allowed, tuple(cotangents), others or {})
    for look in _LOOKS:
        if found := look(case):
            return found
    return None, ""


def recognise_shape(shape: tuple[int, ...], expected: tuple[int, ...]) -> Hint:
    """The same for a gradient whose very shape is not that of its argument, `expected`."""
    if sorted(shape) == sorted(expected):
        return "transposed", "its axes are the argument's in another order: transpose it back"
    for count in range(1, len(expected) + 1):
        for axes in combinations(range(len(expected)), count):
            dropped = tuple(n for axis, n in enumerate(expected) if axis not in axes)
            kept = tuple(1 if axis in axes else n for axis, n in enumerate(expected))
            if shape in (dropped, kept):
                return "unbroadcast", f"it was summed along {_axes(axes)}, along which the argument was not broadcast"
    return "shape", "a gradient has one number for each number of its argument"


@dataclass(frozen=True)
class _Case:
    """A gradient as it is and as it should be."""

    analytic: np.ndarray
    numeric: np.ndarray
    allowed: float | np.ndarray
    cotangents: tuple[np.ndarray, ...]
    others: Mapping[str, np.ndarray]

    def is_like(self, candidate, where=None) -> bool:
        """Whether backward gave just this, up to the accuracy of the numbers."""
        near = np.abs(self.analytic - candidate) <= self.allowed + 1e-6 * np.abs(self.analytic)
        return bool(near.all() if where is None else near[where].all())

    @property
    def wrong(self) -> np.ndarray:
        return ~(np.abs(self.analytic - self.numeric) <= self.allowed)

    @property
    def telling(self) -> np.ndarray:
        """Elements whose right value is not lost in inaccuracy: only they show a factor or a sign."""
        return np.abs(self.numeric) > 100 * self.allowed


def _zero(case):
    if not case.analytic.any():
        return "zero", (
            "backward gives zero everywhere: is the graph cut off (detach, .data, no_grad), or a term missing?"
        )
    return None


def _multiple(case):
    """sign and factor, of all elements."""
    ratio = np.vdot(case.analytic, case.numeric) / (np.vdot(case.numeric, case.numeric) or 1.0)
    if not case.is_like(ratio * case.numeric) or not case.telling.any():
        return None
    if abs(ratio + 1) < 1e-6:
        return "sign", "every element has the opposite sign: is a minus missing, or one too many?"
    if case.telling.sum() == 1 and not _whole(ratio):
        return None  # one number is always a multiple of another
    return "factor", f"every element is {_times(ratio)}"


def _times(ratio):
    if k := _whole(ratio):
        times = f"{k:.0f} times" if abs(k) > 1 else f"1/{1 / k:.0f} of"
        question = "counted twice, or a mean's 1/N missing" if k > 1 else "missing, or a mean where a sum belongs"
        return f"{times} what it should be: is a value {question}?"
    return f"{ratio:.6g} times what it should be: is a constant of the formula missing or wrong?"


def _whole(ratio):
    """The ratio as k or 1/k with a whole k of at least 2; 0 if it is neither."""
    for k, back in ((ratio, 1), (1 / ratio if ratio else 0, -1)):
        if abs(round(k)) >= 2 and abs(k - round(k)) < 1e-5 * abs(k):
            return float(round(k)) ** back
    return 0.0


def _passed_on(case):
    for v in case.cotangents:
        if v.shape == case.analytic.shape and v.size > 1 and case.is_like(v):
            return (
                "dropped term",
                "backward hands on what came in unchanged: the derivative of the op itself is missing",
            )
    return None


def _offset(case):
    shift = float(np.mean(case.analytic - case.numeric))
    if case.analytic.size > 1 and case.is_like(case.numeric + shift):
        return "offset", f"off by the same amount everywhere, {shift:.6g}: is something added that should not be?"
    return None


def _transposed(case):
    numeric = case.numeric
    if not 2 <= numeric.ndim <= MOST_AXES:
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


def _flipped(case):
    for axes in _subsets(case.numeric):
        if case.is_like(np.flip(case.numeric, axes)):
            return "flipped", f"it is the right gradient back to front along {_axes(axes)}"
    return None


def _unbroadcast(case):
    for axes in _subsets(case.numeric):
        total = case.numeric.sum(axes, keepdims=True)
        for what, candidate in (("summed", total), ("averaged", total / (case.numeric.size / total.size))):
            if case.is_like(candidate):
                return "unbroadcast", (
                    f"it is the right gradient {what} along {_axes(axes)}: "
                    "sum over axes along which the argument was broadcast, and no others"
                )
    return None


def _swapped(case):
    for name, other in case.others.items():
        if other.size == case.numeric.size > 1 and case.is_like(other.reshape(case.numeric.shape)):
            return "swapped", f"it is the right gradient of argument {name}: are two vjps exchanged?"
    for axis, n in enumerate(case.numeric.shape):
        if 2 <= n <= MOST_SLICES and (order := _order_of_slices(case, axis)):
            return "swapped", (
                f"along axis {axis} the right numbers stand in each other's places ({order}): are parts mixed up?"
            )
    flat = np.argsort(case.numeric, axis=None)
    sorted_like = np.empty(case.numeric.size)
    sorted_like[np.argsort(case.analytic, axis=None)] = case.numeric.ravel()[flat]
    if case.numeric.size > 2 and case.telling.sum() > 2 and case.is_like(sorted_like.reshape(case.numeric.shape)):
        return "swapped", "the right numbers stand in the wrong places: is an index, or an order of axes, mixed up?"
    return None


def _order_of_slices(case, axis) -> str:
    """Which slices of the right gradient stand where, if they are only rearranged: "2, 0, 1"; else ""."""
    n = case.numeric.shape[axis]
    right = np.moveaxis(case.numeric, axis, 0).reshape(n, -1)
    given = np.moveaxis(case.analytic, axis, 0).reshape(n, -1)
    direction = np.random.default_rng(0).standard_normal(right.shape[1])  # tells slices apart by one number each
    order = np.empty(n, int)
    order[np.argsort(given @ direction)] = np.argsort(right @ direction)
    if not case.is_like(np.take(case.numeric, order, axis)):
        return ""
    return ", ".join(map(str, order[:8])) + (" ..." if n > 8 else "")


def _boundary(case):
    """Wrong faces, and nothing wrong but they. Elements that are 0 and should be are neither right nor wrong."""
    wrong, silent = case.wrong, (np.abs(case.numeric) <= case.allowed) & ~case.wrong
    if wrong.all():
        return None
    for width in (1, 2):
        faces, covered = [], np.zeros(wrong.shape, bool)
        for axis, n in enumerate(wrong.shape):
            for start in (0, n - width):
                face = (slice(None),) * axis + (slice(start, start + width),)
                if n > 2 * width and (wrong | silent)[face].all() and wrong[face].any():
                    covered[face] = True
                    faces.append(f"{'end' if start else 'start'} of axis {axis}")
        if faces and not (wrong & ~covered).any() and not (wrong | silent | covered).all():
            return "boundary", (
                f"only elements at the border are wrong ({', '.join(faces)}): padding, stride, first or last step?"
            )
    return None


def _partly(case):
    """Some elements are right; the wrong ones have something in common."""
    wrong = case.wrong
    if wrong.all() or wrong.sum() < 2:
        return None
    given, right = case.analytic[wrong], case.numeric[wrong]
    count = f"the {wrong.sum()} wrong elements of {wrong.size}"
    if not given.any():
        return "dropped term", f"{count} get no gradient at all: is a branch or a part missing?"
    if case.is_like(-case.numeric, wrong):
        return "sign", f"{count} have the opposite sign: is a minus, or a sign(x), missing?"
    ratio = np.vdot(given, right) / (np.vdot(right, right) or 1.0)
    if case.is_like(ratio * case.numeric, wrong) and right.any():
        return "factor", f"each of {count} is {_times(ratio)}"
    return None


def _dropped_term(case):
    """Nothing simpler fits, yet backward and the right gradient share something."""
    lengths = np.linalg.norm(case.analytic) * np.linalg.norm(case.numeric)
    right = ~case.wrong & case.telling
    if right.any() and case.numeric.size > 1:
        return "dropped term", (
            f"{case.wrong.sum()} of {case.wrong.size} elements are wrong, by no common factor: "
            "is a term missing that only they receive?"
        )
    if case.numeric.size > 2 and lengths and np.vdot(case.analytic, case.numeric) / lengths > 0.1:
        return "dropped term", "it is the right gradient in part: is a term of the formula missing, or one too many?"
    return None


def _subsets(array) -> Iterator[tuple[int, ...]]:
    """All choices of axes with more than one element, the smallest first."""
    axes = [axis for axis, n in enumerate(array.shape) if n > 1]
    if len(axes) <= MOST_AXES:
        for count in range(1, len(axes) + 1):
            yield from combinations(axes, count)


def _axes(axes):
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"


# The simplest explanation first: what fits an earlier one may fit a later one by accident, seldom the other way.
_LOOKS = (
    _zero,
    _multiple,
    _passed_on,
    _offset,
    _transposed,
    _flipped,
    _unbroadcast,
    _swapped,
    _boundary,
    _partly,
    _dropped_term,
)
