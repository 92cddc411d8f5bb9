"""Is one model better than another? Differences of their scores, with 95 % intervals.

Every model of a seed meets the same test windows, so two models are compared by their differences seed by seed (a
paired comparison): what made one split easier than another cancels. Source: R. Bouckaert and E. Frank, "Evaluating the
Replicability of Significance Tests for Comparing Learning Algorithms" (2004).
"""

import math
from dataclasses import dataclass

import numpy as np

# Student's t: two-sided 95 % quantiles for 1 to 10 degrees of freedom; above that the value for 10 is kept,
# which makes intervals slightly too wide.
NORMAL_QUANTILE = 1.96
T_QUANTILE = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)


@dataclass(frozen=True)
class Difference:
    """Gain of one model over another in one score; positive is better for the first."""

    mean: float
    error: float  # standard error of the mean over seeds; NaN with a single seed
    seeds: int
    test_error: float = 0.0  # standard error from the finite test set, where all seeds share one

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval; NaN with a single seed."""
        if self.seeds < 2:
            return float("nan")
        quantile = T_QUANTILE[min(self.seeds - 1, len(T_QUANTILE)) - 1]
        return math.hypot(quantile * self.error, NORMAL_QUANTILE * self.test_error)

    @property
    def verdict(self) -> str:
        """``above``, ``below`` or ``noise``: whether the 95 % interval excludes 0; ``unknown`` for one seed."""
        if self.seeds < 2:
            return "unknown"
        if abs(self.mean) <= self.margin:
            return "noise"
        return "above" if self.mean > 0 else "below"


def paired_difference(first: np.ndarray, second: np.ndarray) -> Difference:
    """Mean of first - second (seeds,), where row i of both is the same seed; pairs with a NaN are left out."""
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    differences = differences[np.isfinite(differences)]
    count = len(differences)
    if count == 0:
        return Difference(float("nan"), float("nan"), 0)
    error = float(differences.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    return Difference(float(differences.mean()), error, count)


def unpaired_difference(first: np.ndarray, second: np.ndarray) -> Difference:
    """Mean of first minus mean of second where their test sets differ, so that the errors add in squares."""
    first, second = (values[np.isfinite(values)] for values in (first, second))
    seeds = min(len(first), len(second))
    if seeds == 0:
        return Difference(float("nan"), float("nan"), 0)
    error = math.hypot(first.std(ddof=1), second.std(ddof=1)) / math.sqrt(seeds) if seeds > 1 else float("nan")
    return Difference(float(first.mean() - second.mean()), error, seeds)
