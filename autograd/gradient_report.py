"""What a gradient check found: two lists of derivatives compared, and a report or a complaint made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .gradient_hints import recognise


class GradientError(AssertionError):
    """A gradient is wrong. The message says where and by how much; so do the attributes, for those it speaks of.

    Attributes: `op` (the one at fault, where it is known), `argument` (its name) and `position`, `index` (None in a
    directional check), `analytic` (what backward says), `numeric` (what differences say), `absolute` and `relative`
    (the error), `pattern` (one of `autograd.gradient_hints.PATTERNS`, or None) and `hint` (a sentence on it, or "").
    """

    def __init__(self, message: str, **details: Any):
        super().__init__(message)
        self.op: str | None = details.get("op")
        self.argument: str | None = details.get("argument")
        self.position: int | None = details.get("position")
        self.index: tuple[int, ...] | None = details.get("index")
        self.analytic: float | None = details.get("analytic")
        self.numeric: float | None = details.get("numeric")
        self.absolute: float | None = details.get("absolute")
        self.relative: float | None = details.get("relative")
        self.pattern: str | None = details.get("pattern")
        self.hint: str = details.get("hint", "")


@dataclass(frozen=True)
class ArgumentReport:
    """How well backward and differences agreed on one argument: the worst of `checked` derivatives."""

    argument: str
    position: int
    shape: tuple[int, ...]
    checked: int
    absolute: float
    relative: float

    def __str__(self) -> str:
        errors = f"worst error {self.absolute:.1e} absolute, {self.relative:.1e} relative"
        return f"{self.argument} {self.shape}: {self.checked} checked, {errors}"


@dataclass(frozen=True, repr=False)
class Report:
    """What a successful check looked at, argument by argument."""

    arguments: tuple[ArgumentReport, ...]

    @property
    def checked(self) -> int:
        return sum(a.checked for a in self.arguments)

    @property
    def absolute(self) -> float:
        return max(a.absolute for a in self.arguments)

    @property
    def relative(self) -> float:
        return max(a.relative for a in self.arguments)

    def __repr__(self) -> str:
        return "\n  ".join(["gradients agree:", *map(str, self.arguments)])


@dataclass(frozen=True)
class Comparison:
    """The derivatives in one argument, one for each direction: from backward, and from differences.

    `indices` tells which element a direction moves, None where it moves all; `noise` how far off the differences may
    be by rounding alone; `cotangents` are the gradients that came into the function.
    """

    argument: str
    position: int
    shape: tuple[int, ...]
    indices: list[tuple[int, ...] | None]
    analytic: np.ndarray
    numeric: np.ndarray
    noise: np.ndarray
    cotangents: list[np.ndarray]


def judge(comparison: Comparison, rtol: float, atol: float | None, others: Sequence[Comparison] = ()) -> ArgumentReport:
    """The worst errors in one argument; a relative error counts as that of atol / rtol where the derivative is smaller.

    Args:
        rtol, atol: as for `gradcheck`.
        others: what was found in the other arguments, for the hint.

    Raises:
        GradientError: at least one error is above max(atol, rtol * size of the derivative).
    """
    c = comparison
    if not len(c.numeric):
        return ArgumentReport(c.argument, c.position, c.shape, 0, 0.0, 0.0)
    floor = np.maximum(0.01 * rtol * np.abs(c.numeric).max(), c.noise) if atol is None else atol
    tiny = np.finfo(np.float64).tiny  # where all is 0, so is the error
    allowed = np.maximum(rtol * np.maximum(np.abs(c.analytic), np.abs(c.numeric)), floor + tiny)
    absolute = np.abs(c.analytic - c.numeric)
    relative = absolute / allowed * rtol
    wrong = ~(absolute <= allowed)  # so that NaN is wrong
    worst = int(np.argmax(relative))
    if wrong.any():
        hint = _hint(c, allowed, others)
        raise _wrong_gradient(c, worst, absolute[worst], relative[worst], int(wrong.sum()), *hint)
    return ArgumentReport(c.argument, c.position, c.shape, len(c.numeric), float(absolute.max()), float(relative.max()))


def _hint(c, allowed, others):
    """The pattern of the error and a sentence on it; along a random direction there is one number to judge by."""
    if None in c.indices:
        return recognise(c.analytic, c.numeric, tolerance=allowed)
    return recognise(
        c.analytic.reshape(c.shape),
        c.numeric.reshape(c.shape),
        tolerance=allowed.reshape(c.shape),
        cotangents=c.cotangents,
        others={label(o.position, o.argument): o.numeric.reshape(o.shape) for o in others if o is not c},
    )


def _wrong_gradient(c, worst, absolute, relative, wrong, pattern, hint):
    index, analytic, numeric = c.indices[worst], c.analytic[worst], c.numeric[worst]
    return GradientError(
        f"the gradient of argument {label(c.position, c.argument)} is wrong "
        f"{'along a random direction' if index is None else f'at index {index}'}: "
        f"backward gives {analytic:.9g}, central differences {numeric:.9g} "
        f"(error {absolute:.2e} absolute, {relative:.2e} relative; {wrong} of {len(c.indices)} are wrong)"
        + (f"; hint: {hint}" if hint else ""),
        argument=c.argument,
        position=c.position,
        index=index,
        analytic=float(analytic),
        numeric=float(numeric),
        absolute=float(absolute),
        relative=float(relative),
        pattern=pattern,
        hint=hint,
    )


def label(position: int, name: str) -> str:
    """How messages call an argument: 1 (weight), or 1 where the name is unknown."""
    return f"{position} ({name})" if name else str(position)
