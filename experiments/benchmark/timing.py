"""Read several stopwatches in turn, so that all of them see the machine in the same state.

The speed of a processor drifts by 20 % within minutes, with its temperature and its other load. One round measures all
sides within a moment, so the drift hardly changes their *ratio*. A comparison is the median of the ratios of all
rounds; its spread is the lowest and the highest ratio.
"""

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

Stopwatch = Callable[[int], float]  # number of steps -> the seconds that they take


class Plan(NamedTuple):
    """How long to measure.

    Attributes:
        rounds: how often each stopwatch is read.
        least_seconds: a reading runs enough steps to last this long.
        pause: seconds to wait before a reading, so that spinning threads of a library fall asleep.
    """

    rounds: int = 9
    least_seconds: float = 0.1
    pause: float = 0.0


class Ratio(NamedTuple):
    """The time of one side divided by that of another: median, lowest and highest over the rounds."""

    median: float
    low: float
    high: float


def interleaved(stopwatches: Sequence[Stopwatch], plan: Plan) -> np.ndarray:
    """Seconds per step, (rounds, stopwatches). Each stopwatch warms up first; every second round runs backwards."""
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
    """The ratio of two sides, from their seconds per step, (rounds,) each."""
    by_round = ours / theirs
    return Ratio(float(np.median(by_round)), float(by_round.min()), float(by_round.max()))


def fastest(table: np.ndarray) -> int:
    """The index of the column with the smallest median."""
    return int(np.median(table, axis=0).argmin())


def _steps_to_fill(stopwatch: Stopwatch, least_seconds: float) -> int:
    """The number of steps that last `least_seconds`. The first step is a warm-up: it makes buffers that stay."""
    stopwatch(1)
    steps, seconds = 1, stopwatch(1)
    while seconds < least_seconds / 4:
        steps *= 2
        seconds = stopwatch(steps)
    return max(1, math.ceil(steps * least_seconds / seconds))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Switch off Python's garbage collector, which would interrupt whichever side is running."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
