"""From case counts to numbers that a net can learn from.

Daily counts run from -15 (a correction) over 0 (two thirds of them) to 35,000. Divided by their standard deviation
nearly all of them would be the same number; the logarithm spreads them: a rise from 3 to 6 looks like one from 300
to 600. Nothing is fitted, so nothing can leak from test to training.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import DTypeLike


def signed_log(counts: np.ndarray, dtype: DTypeLike = np.float32) -> np.ndarray:
    """sign(x) log(1 + |x|), element by element: odd, 0 at 0, defined for the negative counts of corrections."""
    counts = np.asarray(counts, dtype=np.float64)
    return (np.sign(counts) * np.log1p(np.abs(counts))).astype(dtype)


@dataclass(frozen=True)
class Standardisation:
    """(x - mean) / deviation, column by column, with the mean and deviation of the training part alone."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def fit(cls, train: np.ndarray) -> "Standardisation":
        """Constants of `train` (n, columns); a column that never changes is only centred."""
        deviation = train.std(axis=0)
        return cls(train.mean(axis=0), np.where(deviation > 0, deviation, deviation.dtype.type(1)))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return (x - self.mean) / self.deviation


SMALL = 0.1
Scale = Callable[[np.ndarray], np.ndarray]  # windows (n, L) of counts to inputs (n, L)


def of_all_days(train: np.ndarray) -> Scale:
    """Counts, by the mean and the deviation of all days of the training windows: one number each."""
    constants = Standardisation.fit(np.asarray(train, dtype=np.float64).reshape(-1, 1))
    return partial(_standardised, constants)


def of_each_window(counts: np.ndarray) -> np.ndarray:
    """Counts, by the mean and the deviation of their own window; 0 where they never change."""
    return _by_row(np.asarray(counts, dtype=np.float64))


def log_of_each_window(counts: np.ndarray) -> np.ndarray:
    """The signed log, by the mean and the deviation of its own window; 0 where it never changes."""
    return _by_row(signed_log(counts, np.float64))


def log_beside_the_last_day(counts: np.ndarray) -> np.ndarray:
    """The signed log minus that of the last day."""
    log = signed_log(counts)
    return log - log[:, -1:]


# What a net may see of the counts: name -> the training windows -> a scaling.
SCALINGS: dict[str, Callable[[np.ndarray], Scale]] = {
    "log": lambda train: signed_log,
    "all_days": of_all_days,
    "window": lambda train: of_each_window,
    "log_window": lambda train: log_of_each_window,
    "log_relative": lambda train: log_beside_the_last_day,
}


def steps_lost(counts: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    """(n,) the share of each window's steps between days that is smaller than `SMALL` to the net; NaN without a step.

    Inputs of standard deviation 1 are what weights are drawn for: a step of a tenth of that hardly moves a logit.
    """
    stepped = np.diff(counts, axis=1) != 0
    lost = stepped & (np.abs(np.diff(scaled, axis=1)) < SMALL)
    with np.errstate(invalid="ignore"):
        return lost.sum(axis=1) / stepped.sum(axis=1)


def level_kept(counts: np.ndarray, scaled: np.ndarray) -> float:
    """How much of a window's level, the log of its mean, is a linear function of its inputs: R squared, 0 to 1."""
    level = np.log1p(np.abs(counts).mean(axis=1))
    x = np.column_stack([scaled, np.ones(len(scaled))]).astype(np.float64)
    rest = level - x @ np.linalg.lstsq(x, level, rcond=None)[0]
    return float(1 - rest.var() / level.var())


def _standardised(constants: Standardisation, counts: np.ndarray) -> np.ndarray:
    return constants(np.asarray(counts, dtype=np.float64)).astype(np.float32)


def _by_row(x: np.ndarray) -> np.ndarray:
    return Standardisation.fit(x.T)(x.T).T.astype(np.float32)
