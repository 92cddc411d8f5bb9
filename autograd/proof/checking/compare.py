"""One argument's gradient beside its numerical derivatives, element by element or along a random direction.

What backward gave and what differences give; where they disagree, whether a kink is to blame (``kinks.py``); and, along
one direction, what the complex step says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arguments import Argument
from .cotangents import random_signs, random_stream
from .kinks import KINK, LONG_STEP, SMOOTH, Skip, judge_error, kinked_op
from .probe import Probe

DIRECTIONS = 10  # tried in directional mode, with shorter and shorter steps, until one crosses no kink
NAMED = 5  # skipped elements for which the op with the kink is looked for: it takes five evaluations each

Direction = tuple[int, ...] | np.ndarray  # the index of an element that is moved, or how far each is


@dataclass(frozen=True)
class Settings:
    """How `gradcheck` was asked to look: its arguments of the same names."""

    mode: str
    eps: float
    rtol: float
    atol: float | None


@dataclass(frozen=True)
class Comparison:
    """The derivatives in one argument, one for each direction: from backward, and from differences.

    `noise` is how far off the differences may be by rounding alone; `long_step` whether the step turned out too long.
    """

    argument: Argument
    settings: Settings
    directions: Sequence[Direction]
    analytic: np.ndarray
    numeric: np.ndarray
    noise: np.ndarray
    long_step: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the argument."""
        return self.argument.value.shape

    @property
    def is_full(self) -> bool:
        """Whether there is a derivative for each element, kinks apart."""
        return all(isinstance(direction, tuple) for direction in self.directions)

    @property
    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """Absolute and relative; a relative error counts as that of atol / rtol where the derivative is smaller."""
        absolute = np.abs(self.analytic - self.numeric)
        return absolute, absolute / self.allowed * self.settings.rtol

    @property
    def allowed(self) -> np.ndarray:
        """The error that is accepted in each derivative: max(atol, rtol * its size); atol as for `gradcheck`."""
        rtol, atol = self.settings.rtol, self.settings.atol
        largest = np.abs(self.numeric).max(initial=0)
        floor = np.maximum(0.01 * rtol * largest, self.noise) if atol is None else atol
        tiny = np.finfo(np.float64).tiny  # where all is 0, so is the error
        return np.maximum(rtol * np.maximum(np.abs(self.analytic), np.abs(self.numeric)), floor + tiny)

    @property
    def wrong(self) -> np.ndarray:
        """Which derivatives are wrong; NaN is."""
        return ~(np.abs(self.analytic - self.numeric) <= self.allowed)

    def without(self, rows: Sequence[int]) -> "Comparison":
        """The same without some of the derivatives."""
        left_out = set(rows)
        kept = [i for i in range(len(self.directions)) if i not in left_out]
        found = {name: getattr(self, name)[kept] for name in ("analytic", "numeric", "noise")}
        return replace(self, directions=[self.directions[i] for i in kept], **found)

    def combined(self, values: np.ndarray) -> np.ndarray:
        """The sum of the directions times the values: for elements an array that holds the values, else 0."""
        total = np.zeros(self.shape)
        for direction, value in zip(self.directions, values, strict=True):
            if isinstance(direction, tuple):
                total[direction] = value
            else:
                total += value * direction
        return total


def compare(probe: Probe, gradient: np.ndarray, settings: Settings, rng) -> tuple[Comparison, list[Skip]]:
    """The derivatives in one argument from backward and from differences, and the elements left out at kinks."""
    for attempt, directions in enumerate(_tries(settings.mode, probe.x, rng), start=1):
        steps = [_step(probe.x, u, settings.eps) / attempt for u in directions]
        comparison, skips = _without_kinks(probe, gradient, directions, steps, settings)
        if comparison.directions:
            break
    return comparison, skips


def _tries(mode, x, rng) -> Iterator[Sequence[Direction]]:
    """All that is to be tried at once, then, should all of it lie at kinks, what is to be tried instead."""
    if mode == "full" or not x.size:
        yield list(np.ndindex(x.shape))
        return
    for _ in range(DIRECTIONS):
        u = random_signs(rng, x.shape)
        yield [u / np.linalg.norm(u)]


def _without_kinks(probe, gradient, directions, steps, settings) -> tuple[Comparison, list[Skip]]:
    found = [probe.central(_vector(probe.x, u), step) for u, step in zip(directions, steps, strict=True)]
    comparison = Comparison(
        probe.argument,
        settings,
        directions,
        analytic=np.array([gradient[u] if isinstance(u, tuple) else np.vdot(gradient, u) for u in directions]),
        numeric=np.array([numeric for numeric, _ in found]),
        noise=np.array([noise for _, noise in found]),
    )
    verdicts = {i: _verdict(probe, comparison, i, steps[i]) for i in np.flatnonzero(comparison.wrong).tolist()}
    if LONG_STEP in verdicts.values():
        comparison = replace(comparison, long_step=True)
    kinks = [i for i, verdict in verdicts.items() if verdict == KINK]
    ops = [kinked_op(probe, _vector(probe.x, directions[i]), steps[i]) for i in kinks[:NAMED]]
    ops += [""] * (len(kinks) - len(ops))
    places = [directions[i] if comparison.is_full else None for i in kinks]
    return comparison.without(kinks), [Skip(place, op) for place, op in zip(places, ops, strict=True)]


def _vector(x, direction):
    """A direction as an array of unit length."""
    if not isinstance(direction, tuple):
        return direction
    axis = np.zeros(x.shape)
    axis[direction] = 1.0
    return axis


def _step(x, direction, eps):
    here = abs(x[direction]) if isinstance(direction, tuple) else np.linalg.norm(x)
    return eps * max(1.0, float(here))


def _verdict(probe, comparison, i, step):
    if not np.isfinite(comparison.analytic[i]):
        return SMOOTH
    u = _vector(probe.x, comparison.directions[i])
    return judge_error(probe, u, step, comparison.analytic[i], comparison.numeric[i], comparison.noise[i])


def complex_error(probe: Probe, comparison: Comparison, checked: Sequence[Argument]) -> float | None:
    """The relative error of backward against the complex step, along one direction; None where it has nothing to say.

    It speaks only if it agrees with differences: then the function is analytic on the way from x to x + ih u.
    """
    weights = random_signs(random_stream(0), (len(comparison.directions),))
    terms = weights * comparison.numeric
    scale = np.abs(terms).sum()
    if not scale:
        return None
    derivative = probe.complex_step(comparison.combined(weights), checked)
    if derivative is None or not abs(derivative - terms.sum()) <= 1e-5 * scale + comparison.noise.sum():
        return None
    return float(abs(weights @ comparison.analytic - derivative) / scale)
