"""Measure how time and memory grow: one size of a problem is doubled repeatedly, the others stay fixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from . import memory
from .autoencoder import Autoencoder
from .chain import Chain
from .recurrent import Recurrent
from .sides import Clock
from .timing import Plan, interleaved
from .works import Problem

COLUMNS = ("axis", "value", "threads", "ms", "ms_low", "ms_high", "peak_mb")
SIZES = (16, 32, 64, 128)


@dataclass(frozen=True)
class Axis:
    """A size to vary.

    Attributes:
        size: the size in words.
        where: the problem that has this size, in words.
        problems: the problem at each value of the size.
    """

    name: str
    size: str
    where: str
    problems: Mapping[int, Problem]


@dataclass(frozen=True)
class Point:
    """A row of growth.csv. Times are for a whole step: the median over the rounds, the lowest and the highest."""

    axis: str
    value: int
    threads: int
    ms: float
    ms_low: float
    ms_high: float
    peak_mb: float


AXES = [
    Axis("growth_batch", "images in a batch", "autoencoder", {n: Autoencoder(n) for n in (8, 16, 32, 64, 128)}),
    Axis(
        "growth_image",
        "pixels in an image",
        "autoencoder, batch 32",
        {size * size: Autoencoder(32, image_size=size) for size in SIZES},
    ),
    Axis(
        "growth_length",
        "length L of the sequences",
        "LSTM, batch 128, 64 hidden units",
        {n: Recurrent("lstm", 1, 64, n) for n in (10, 20, 40, 80, 160)},
    ),
    Axis(
        "growth_graph",
        "ops in a graph",
        "additions of one number",
        {n: Chain(n) for n in (1000, 2000, 4000, 8000, 16000)},
    ),
]


def grow(axis: Axis, threads: int, plan: Plan, clock: Clock, with_memory: bool) -> list[Point]:
    """Measure every value of an axis; the problems take turns in each round."""
    problems = list(axis.problems.values())
    table = 1e3 * interleaved([partial(problem.ours().seconds, clock=clock) for problem in problems], plan)
    peaks = [np.nan] * len(problems)
    if with_memory:
        peaks = memory.peaks_mb([(problem, "") for problem in problems], threads)
    return [
        Point(axis.name, value, threads, float(np.median(ms)), float(ms.min()), float(ms.max()), peak)
        for value, ms, peak in zip(axis.problems, table.T, peaks, strict=True)
    ]
