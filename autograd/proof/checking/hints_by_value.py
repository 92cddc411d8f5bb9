"""Hints from values: a wrong gradient has a wrong factor, sign or constant, or lacks a term.

Each function takes a `Case` and returns a pattern and a sentence about it, or None.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from .hint_case import FEW, Case, Found

CAME_IN = "the gradient that came in"


def zero(case: Case) -> Found:
    """Zero everywhere."""
    if not case.analytic.any():
        return "zero", (
            "backward gives zero everywhere: is the graph cut off (detach, .data, no_grad), or a term missing?"
        )
    return None


def multiple(case: Case) -> Found:
    """The right gradient times one number; -1 is a wrong sign."""
    ratio = np.vdot(case.analytic, case.numeric) / (np.vdot(case.numeric, case.numeric) or 1.0)
    if not case.is_like(ratio * case.numeric) or not case.telling.any():
        return None
    if any(v.size == 1 and abs(ratio * float(v.sum()) - 1) < 1e-9 for v in case.cotangents):
        return "dropped term", f"times {CAME_IN} it would be right: is that factor forgotten?"
    if abs(ratio + 1) < 1e-6:
        return "sign", "every element has the opposite sign: is a minus missing, or one too many?"
    if case.telling.sum() == 1 and not _whole(ratio):
        return None  # any number is a multiple of any other, so this proves nothing
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


def passed_on(case: Case) -> Found:
    """Backward returns the incoming gradient, repeated along the axes that a reduction removed."""
    for v in case.cotangents:
        if case.analytic.size > 1 and any(case.is_like(spread) for spread in spreads(v, case.analytic.shape)):
            return (
                "dropped term",
                "backward hands on what came in unchanged: the derivative of the op itself is missing",
            )
    return None


def spreads(v: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """All ways to repeat an array along new axes so that it has the given shape."""
    for axes in combinations(range(len(shape)), max(len(shape) - v.ndim, 0)):
        spread = np.expand_dims(v, axes)
        if all(n in (1, m) for n, m in zip(spread.shape, shape, strict=False)) and spread.ndim == len(shape):
            yield np.broadcast_to(spread, shape)


def missing_factor(case: Case) -> Found:
    """A known factor is missing or applied twice: an argument, the result, the incoming gradient."""
    if case.telling.sum() < FEW:
        return None
    incoming = [(CAME_IN, spread) for v in case.cotangents for spread in spreads(v, case.numeric.shape)]
    for name, array in [*case.factors.items(), *incoming]:
        try:
            factor = np.broadcast_to(array, case.numeric.shape)
        except ValueError:
            continue
        if case.is_like(case.numeric * factor):
            return "dropped term", f"it is the right gradient times {name}, once too often"
        with np.errstate(divide="ignore", invalid="ignore"):
            if case.is_like(case.numeric / factor):
                return "dropped term", f"times {name} it would be right: is that factor forgotten?"
    return None


def offset(case: Case) -> Found:
    """The right gradient plus the same constant everywhere."""
    shift = float(np.mean(case.analytic - case.numeric))
    if case.analytic.size > 1 and case.is_like(case.numeric + shift):
        return "offset", f"off by the same amount everywhere, {shift:.6g}: is something added that should not be?"
    return None


def partly(case: Case) -> Found:
    """Some elements are right, and all wrong ones are wrong in the same way."""
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
