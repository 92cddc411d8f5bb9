"""Measure a work: our side, its matrix products alone and every side of the peers take turns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from . import peers
from .agreement import TOLERANCES, history, in_precision, require_same
from .machine import Busyness
from .products import Product, Products
from .sides import Clock, Side
from .timing import Plan, Ratio, Stopwatch, fastest, interleaved, ratio
from .works import Work

UNKNOWN = float("nan")
NO_RATIO = Ratio(UNKNOWN, UNKNOWN, UNKNOWN)
Timed = Side | Products


@dataclass(frozen=True)
class Comparison:
    """One work against one peer; without a peer, our side alone.

    Attributes:
        settings: the peer's fastest settings.
        ratio: our time divided by the peer's.
        ours_ms, peer_ms: the time of a step (for a chain: of an op), the median over the rounds.
        gemm_share: the time of the matrix products alone on one core, divided by threads times the time of the step.
        peak_mb_ours, peak_mb_peer: the peak memory of a step.
        busy: the share of the time in which this process had a core.
    """

    work: Work
    threads: int
    ours_ms: float
    gemm_share: float
    busy: float
    peer: str = ""
    settings: str = ""
    ratio: Ratio = NO_RATIO
    peer_ms: float = UNKNOWN
    peak_mb_ours: float = UNKNOWN
    peak_mb_peer: float = UNKNOWN


def check(work: Work, names: Sequence[str]) -> None:
    """Check that every side of these peers computes the same as ours.

    Raises:
        DifferentError: a side computes something else.
    """
    for dtype in TOLERANCES if names else ():
        problem = in_precision(work.problem, dtype)
        ours = history(problem.ours())
        for name in names:
            for settings, make in peers.makers(name, problem).items():
                who = f"{name} ({settings})" if settings else name
                require_same(work.name, who, dtype, ours, history(make()))


def compare(
    work: Work, names: Sequence[str], products: Sequence[Product], threads: int, plan: Plan, clock: Clock
) -> list[Comparison]:
    """Compare the work with each of these peers in the same rounds; without peers, measure our side alone.

    Args:
        products: the matrix products of our step.
    """
    ours = work.problem.ours()
    theirs = {(name, s): make() for name in names for s, make in peers.makers(name, work.problem).items()}
    timed: list[Timed] = [ours, *([Products(products)] if products else []), *theirs.values()]
    stopwatches: list[Stopwatch] = [partial(side.seconds, clock=clock) for side in timed]
    seen = Busyness()
    table = interleaved([seen.watching(stopwatches[0]), *stopwatches[1:]], plan)
    share = float(np.median(table[:, 1] / table[:, 0])) / threads if products else 0.0
    alone = Comparison(work, threads, _milliseconds(table[:, 0], work), share, seen.share)
    columns = dict(zip(theirs, table.T[-len(theirs) :], strict=True)) if theirs else {}
    return [_against(alone, table[:, 0], name, columns) for name in names] or [alone]


def _against(alone, ours, peer, columns):
    """The comparison with the fastest of the peer's sides; `columns` has seconds by peer and settings."""
    settings = [s for name, s in columns if name == peer]
    table = np.column_stack([columns[peer, s] for s in settings])
    best = fastest(table)
    return replace(
        alone,
        peer=peer,
        settings=settings[best],
        ratio=ratio(ours, table[:, best]),
        peer_ms=_milliseconds(table[:, best], alone.work),
    )


def _milliseconds(seconds, work):
    return 1e3 * float(np.median(seconds)) / work.problem.steps_in_one
