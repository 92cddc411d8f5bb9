"""From case counts to numbers that a net can learn from.

Daily counts run from -15 (a correction) over 0 (two thirds of them) to 35,000. Divided by their standard deviation
nearly all of them would be the same number; the logarithm spreads them: a rise from 3 to 6 looks like one from 300
to 600. Nothing is fitted, so nothing can leak from test to training.
"""

from dataclasses import dataclass

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
