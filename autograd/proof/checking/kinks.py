"""Where there is no derivative to check: does an element lie within a step of a kink, and of which op?

relu, abs, max and their like have corners. A difference across one sees a mixture of the slopes on either side, and
disagrees with any backward pass, however right. Two step sizes tell a corner from a wrong gradient. Where a function is
smooth,

    the central difference       C(h) = (right + left) / 2   hardly depends on h:  C(h) - C(h/2) is of order h^2
    the turn of the slope        D(h) = right - left         is h f'', so that     D(h) - 2 D(h/2) is of order h^3

with the slopes to the right and to the left over a step h. At a corner where the slope turns by d, a distance t h
away, D(h) = d (1 - t) and C(h) is off by d (1 - t) / 2; the quantities above are then of that order themselves: for
every t one of them is at least a quarter of the error. A jump looks the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...mode import observing
from .probe import Probe

SMOOTH, KINK = "smooth", "kink"
BRANCH = "a branch of the function"
STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def judge_error(probe: Probe, u: np.ndarray, h: float, analytic: float, numeric: float, noise: float) -> str:
    """Why backward and the central difference over h, `numeric`, disagree: SMOOTH, where backward is wrong, or KINK."""
    noticeable = max(abs(analytic - numeric) / 4, 4 * noise)
    left, right = probe.one_sided(u, h / 2)
    central_short, turn_short = (right + left).sum() / 2, right - left
    change = abs(numeric - central_short)
    if max(change, np.abs(turn_short).sum()) <= noticeable:
        return SMOOTH
    left, right = probe.one_sided(u, h)
    bends = np.abs(right - left - 2 * turn_short).sum() > noticeable
    return KINK if bends or change > noticeable else SMOOTH


def kinked_op(probe: Probe, u: np.ndarray, h: float) -> str:
    """The name of the first op whose result bends on the way from x - h u to x + h u, or BRANCH if other ops run on
    either side; "" where nothing seems to bend.
    """
    tapes = [_Tape() for _ in STEPS]
    for step, tape in zip(STEPS, tapes, strict=True):
        with observing(tape):
            probe.results_at(probe.x + step * h * u)
    if len({tuple(tape.ops) for tape in tapes}) > 1:
        return BRANCH
    for k, op in enumerate(tapes[0].ops):
        if _bends([tape.values[k] for tape in tapes], h):
            return op
    return ""


def _bends(values: Sequence[np.ndarray], h: float) -> bool:
    """Whether a result at the five STEPS has a corner in between, by the same two signs as above."""
    slopes = np.diff(np.stack(values).astype(float), axis=0) * 2 / h
    turn, turn_short = (slopes[2] + slopes[3] - slopes[0] - slopes[1]) / 2, slopes[2] - slopes[1]
    change = np.abs(slopes[0] + slopes[3] - slopes[1] - slopes[2]) / 4  # C(h) - C(h/2)
    rounding = 64 * np.finfo(float).eps * np.max(np.abs(values[2]), initial=0) / h
    noticeable = 1e-3 * np.max(np.abs(slopes), initial=0) + rounding
    return bool((np.maximum(np.abs(turn - 2 * turn_short), change) > noticeable).any())


@dataclass
class Skip:
    """An element that was not judged: where it is (None for a direction), and why.

    op                 whose kink is near, "" where unknown
    noise, derivative  how far off differences may be, and the derivative that they give, where noise is the reason
    """

    index: tuple[int, ...] | None
    op: str
    noise: float | None = None
    derivative: float = 0.0


def describe_skips(skips: Sequence[Skip], of: int) -> str:
    """In words: element [0, 3] lies within a step of a kink of relu: skipped 1 of 24."""
    noisy = [skip for skip in skips if skip.noise is not None]
    at_kinks = [skip for skip in skips if skip.noise is None]
    told = [describe(some, of) for describe, some in ((_at_kinks, at_kinks), (_in_noise, noisy)) if some]
    return "; ".join(told)


def _at_kinks(skips, of) -> str:
    ops = list(dict.fromkeys(skip.op for skip in skips if skip.op))
    kinks = [op if op == BRANCH else f"a kink of {op}" for op in ops]
    kink = " or ".join(kinks) or "a kink"
    if skips[0].index is None:
        return f"every direction tried crosses {kink} within a step: skipped"
    lies = "lies" if len(skips) == 1 else "lie"
    return f"{_elements(skips)} {lies} within a step of {kink}: skipped {len(skips)} of {of}"


def _in_noise(skips, of) -> str:
    worst = max(skips, key=lambda skip: skip.noise)
    reason = f"the error of differences, {worst.noise:.0e}, is too large beside the derivative, {worst.derivative:.0e}"
    if skips[0].index is None:
        return f"cannot judge: {reason}"
    return f"cannot judge {_elements(skips)}, {len(skips)} of {of}: {reason}"


def _elements(skips) -> str:
    places = ", ".join(str(list(skip.index or ())) for skip in skips[:3])
    more = f" and {len(skips) - 3} more" if len(skips) > 3 else ""
    return f"{'element' if len(skips) == 1 else 'elements'} {places}{more}"


class _Tape:
    """The observer of the engine: notes every op and what it gave."""

    def __init__(self):
        self.ops: list[str] = []
        self.values: list[np.ndarray] = []

    def running(self, rule):
        return rule

    def computed(self, op, value, node):
        for array in value if isinstance(value, tuple) else (value,):
            self.ops.append(op)
            self.values.append(np.array(array))

    def shown(self, array):
        return array
