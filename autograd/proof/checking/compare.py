"""One argument's gradient beside its numerical derivatives, element by element or along a random direction.

A step is taken relative to the number stepped from: an element of 1e-4 moves by 6e-10, one of 1e6 by 6. Only where it
is 0 does it move by the size of the other elements, or of 1.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arguments import Argument
from .cotangents import random_signs
from .judge import AT_KINK, RIGHT, UNSURE, WRONG, Judge, Verdict
from .kinks import Skip, kinked_op
from .probe import Probe

MAX_DIRECTIONS = 10  # tried in directional mode until one crosses no kink
MAX_NAMED = 5  # skipped elements for which the op with the kink is looked for: it takes five evaluations each

Direction = tuple[int, ...] | np.ndarray  # the index of an element that is moved, or how far each is


@dataclass(frozen=True)
class Settings:
    """How `gradcheck` was asked to look: its arguments of the same names."""

    mode: str = "full"
    eps: float | None = None
    rtol: float = 1e-6
    atol: float | None = None


@dataclass(frozen=True)
class Comparison:
    """The derivatives in one argument that could be judged, one for each direction: from backward, and numerical ones.

    `numeric` are those that decided: of the complex step where the function is analytic, else of differences.
    """

    argument: Argument
    settings: Settings
    directions: Sequence[Direction]
    analytic: np.ndarray
    numeric: np.ndarray
    differences: np.ndarray
    verdicts: Sequence[Verdict]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the argument."""
        return self.argument.value.shape

    @property
    def is_full(self) -> bool:
        """Whether each direction is an element."""
        return all(isinstance(direction, tuple) for direction in self.directions)

    @property
    def wrong(self) -> np.ndarray:
        """Which derivatives are wrong."""
        return np.array([v.verdict == WRONG for v in self.verdicts], bool)

    @property
    def by_complex_step(self) -> bool:
        """Whether the complex step decided on all of them."""
        return bool(self.verdicts) and all(v.by_complex for v in self.verdicts)

    @property
    def absolute(self) -> np.ndarray:
        """The absolute errors."""
        return np.abs(self.analytic - self.numeric)

    @property
    def relative(self) -> np.ndarray:
        """The relative errors; 0 for a derivative that is 0 but for rounding, which has none."""
        rounding = np.array([v.is_rounding for v in self.verdicts], bool)
        return np.where(rounding, 0.0, relative_error(self.analytic, self.numeric))

    @property
    def relative_to_differences(self) -> np.ndarray:
        """The relative errors against central differences, 0 where those could see nothing."""
        seen = ~np.isnan(self.differences) & ~np.array([v.is_rounding for v in self.verdicts], bool)
        return np.where(seen, relative_error(self.analytic, self.differences), 0.0)

    @property
    def allowed(self) -> np.ndarray:
        """By how much each numerical derivative may be off; a hint must explain the numbers as well as this."""
        noise = np.array([0.0 if v.by_complex else v.error for v in self.verdicts])
        return 1e-9 * np.maximum(np.abs(self.analytic), np.abs(self.numeric)) + 4 * noise

    def combined(self, values: np.ndarray) -> np.ndarray:
        """The sum of the directions times the values: for elements an array that holds the values, else 0."""
        total = np.zeros(self.shape)
        for direction, value in zip(self.directions, values, strict=True):
            if isinstance(direction, tuple):
                total[direction] = value
            else:
                total += value * direction
        return total


def relative_error(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """|a - b| / max(|a|, |b|): 0 where both are 0, infinite where one is not finite."""
    size = np.maximum(np.abs(a), np.abs(b))
    with np.errstate(invalid="ignore"):
        found = np.abs(a - b) / np.where(size > 0, size, 1.0)
    return np.where(np.isfinite(size), found, np.inf)


def compare(
    probe: Probe, gradient: np.ndarray, nearby: Callable[[float], np.ndarray], settings: Settings, rng
) -> tuple[Comparison, list[Skip]]:
    """The derivatives in one argument from backward and numerical ones, and the elements left out.

    Args:
        nearby: gives backward's gradient with the argument scaled by a factor.
    """
    judge = Judge(probe, settings.rtol, settings.atol, settings.eps, nearby)
    for directions in _tries(settings.mode, probe.x, rng):
        comparison, skips = _judge_all(judge, gradient, directions, settings)
        if comparison.directions or not directions:
            break
    return comparison, skips


def scale_of(x: np.ndarray) -> np.ndarray:
    """How far each element goes in a relative step of 1: its own size, as a power of 2."""
    size = np.abs(x)
    others = np.median(size[size > 0]) if size.any() else 1.0
    return np.exp2(np.floor(np.log2(np.where(size > 0, size, others))))


def _tries(mode, x, rng) -> Iterator[Sequence[Direction]]:
    """All that is to be tried at once, then, should all of it lie at kinks, what is to be tried instead."""
    if mode == "full" or not x.size:
        yield list(np.ndindex(x.shape))
        return
    for _ in range(MAX_DIRECTIONS):
        yield [random_signs(rng, x.shape) * scale_of(x)]


@dataclass(frozen=True)
class _Move:
    """A step of 1 along a direction: u; what a gradient says of it; and how long it is for an element."""

    direction: Direction
    u: np.ndarray
    scale: float

    def along(self, gradient: np.ndarray) -> float:
        """The derivative along u, from a gradient."""
        if isinstance(self.direction, tuple):
            return float(gradient[self.direction]) * self.scale
        return float(np.vdot(gradient, self.u))


def _moves(x, directions) -> Iterator[_Move]:
    scales = scale_of(x)
    for direction in directions:
        if isinstance(direction, tuple):
            u = np.zeros(x.shape)
            u[direction] = scales[direction]
            yield _Move(direction, u, float(scales[direction]))
        else:
            yield _Move(direction, direction, 1.0)


def _judge_all(judge, gradient, directions, settings) -> tuple[Comparison, list[Skip]]:
    kept: list[tuple[_Move, Verdict]] = []
    skips: list[Skip] = []
    for move in _moves(judge.probe.x, directions):
        verdict = judge(move.u, move.along(gradient), move.along)
        if verdict.verdict in (RIGHT, WRONG):
            kept.append((move, verdict))
        else:
            skips.append(_skip(judge.probe, move, verdict, len(skips)))
    comparison = Comparison(
        judge.probe.argument,
        settings,
        [move.direction for move, _ in kept],
        np.array([move.along(gradient) / move.scale for move, _ in kept], float),
        np.array([verdict.numeric / move.scale for move, verdict in kept], float),
        np.array([verdict.difference / move.scale for move, verdict in kept], float),
        [replace(verdict, error=verdict.error / move.scale) for move, verdict in kept],
    )
    return comparison, skips


def _skip(probe, move, verdict, before) -> Skip:
    index = move.direction if isinstance(move.direction, tuple) else None
    if verdict.verdict == UNSURE:
        return Skip(index, "", noise=verdict.error / move.scale, derivative=abs(verdict.numeric) / move.scale)
    assert verdict.verdict == AT_KINK
    return Skip(index, kinked_op(probe, move.u, verdict.step) if before < MAX_NAMED else "")
