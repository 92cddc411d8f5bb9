"""Whether counts are what they claim to be: cumulative or daily, and one step a day.

The wrong kind trains without complaint and answers another question, so it is refused with the measured share.
"""

import numpy as np

from data.covid.headings import Kind
from data.errors import DataError

MAX_FALLS = 0.02  # share of steps; real cumulative files have 0.0001 to 0.0007, daily counts about 0.16
_FEW = 3  # so many falls are corrections even in a short table
_MIN_RISES = 50  # fewer rises say nothing about a table in which nothing falls


def check_days(dates: np.ndarray, source: str) -> None:
    """Raise DataError if most of the steps between `dates` (D,) are longer than a day."""
    steps = np.diff(dates).astype(int)
    if 2 * (steps > 1).sum() > len(steps):
        usual = int(np.median(steps))
        raise DataError(
            f"{source}: most dates are {usual} days apart, from {dates[0]} to {dates[-1]}: "
            "the study needs counts of every day; take a file with daily dates"
        )


def check_kind(counts: np.ndarray, kind: Kind, source: str) -> None:
    """Raise DataError if `counts` (C, D), cumulative or daily as `kind` says, rise and fall like the other kind."""
    steps = np.diff(counts, axis=1)
    falls, rises = int((steps < 0).sum()), int((steps > 0).sum())
    if kind == "cumulative" and falls > max(_FEW, MAX_FALLS * steps.size):
        raise DataError(
            f"{source}: {falls / steps.size:.1%} of the steps from one day to the next are falls, but cumulative "
            f"counts fall in less than {MAX_FALLS:.0%}: if these are daily counts, say so with --counts daily"
        )
    if kind == "daily" and rises >= _MIN_RISES and falls <= MAX_FALLS * (falls + rises):
        raise DataError(
            f"{source}: the daily counts rise {rises:,} times and fall {falls:,} times, as only cumulative counts do: "
            "use --counts cumulative"
        )
