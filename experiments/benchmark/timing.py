"""Several stopwatches read in turn, so that all of them see the same machine.

A processor's speed drifts by a fifth within minutes, with its temperature and with what else runs on it. What one
round measures of one side and of another is a moment apart, so their *ratio* hardly knows of the drift: a comparison is
the median of the rounds' ratios, and its spread is the lowest and the highest of them.
"""

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

Stopwatch = Callable[[int], float]  # the seconds that so many steps take


class Plan(NamedTuple):
    """How long to measure.

    Attributes:
        rounds: how often each stopwatch is read.
        least_seconds: a reading is of as many steps as take so long.
        pause: seconds of silence before a reading, in which threads that a library left spinning fall asleep.
    """

    rounds: int = 9
    least_seconds: float = 0.1
    pause: float = 0.0


class Ratio(NamedTuple):
    """How many times the time of another side one takes: median, lowest and highest of the rounds."""

    median: float
    low: float
    high: float


def interleaved(stopwatches: Sequence[Stopwatch], plan: Plan) -> np.ndarray:
    """Seconds a step: (rounds, stopwatches). Each is warmed up first; every other round runs in reverse order."""
    table = np.empty((plan.rounds, len(stopwatches)))
    with _no_garbage_collection():
        steps = [_steps_to_fill(stopwatch, plan.least_seconds) for stopwatch in stopwatches]
        for k in range(plan.rounds):
            order = range(len(stopwatches))
            for s in order if k % 2 == 0 else reversed(order):
                time.sleep(plan.pause)
                table[k, s] = stopwatches[s](steps[s]) / steps[s]
    return table


def ratio(ours: np.ndarray, theirs: np.ndarray) -> Ratio:
    """Of seconds a step, (rounds,) each."""
    by_round = ours / theirs
    return Ratio(float(np.median(by_round)), float(by_round.min()), float(by_round.max()))


def fastest(table: np.ndarray) -> int:
    """The column whose median is the smallest."""
    return int(np.median(table, axis=0).argmin())


def _steps_to_fill(stopwatch: Stopwatch, least_seconds: float) -> int:
    """How many steps take so long. The first step is not counted: much is made once, when it is first needed."""
    stopwatch(1)
    steps, seconds = 1, stopwatch(1)
    while seconds < least_seconds / 4:
        steps *= 2
        seconds = stopwatch(steps)
    return max(1, math.ceil(steps * least_seconds / seconds))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Python's collector of reference cycles would stop whichever side is just running, to look at all objects."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
