"""Means over seeds, and differences between models with their uncertainty.

A seed fixes the split and the initial weights, and every model of a seed meets the same test windows. So two
models are compared by the differences seed by seed (a paired comparison): what made one split easier than
another cancels. See R. Bouckaert and E. Frank, "Evaluating the Replicability of Significance Tests for
Comparing Learning Algorithms" (2004).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from experiments.rnn.saved import BASELINES, CELLS, LOWER_IS_BETTER

# Student's t: two-sided 95 % quantiles for 1 to 10 degrees of freedom; above that the value for 10 is kept,
# which errs on the side of caution.
NORMAL_QUANTILE = 1.96
T_QUANTILE = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)


@dataclass(frozen=True)
class Difference:
    """Gain of one model over another in one metric, paired over seeds; positive is better for the first."""

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


def over_seeds(results: pd.DataFrame) -> pd.DataFrame:
    """``mean``, ``sd`` (divisor n - 1; NaN for one seed) and ``seeds`` by model, length, split and metric."""
    grouped = results.groupby(["model", "length", "split", "metric"], sort=False)["value"]
    return grouped.agg(mean="mean", sd="std", seeds="count").reset_index()


def values_by_seed(results: pd.DataFrame, model: str, length: int, split: str, metric: str) -> pd.Series:
    """The metric of one model in one setting, indexed by seed; empty if that was not run."""
    rows = results[
        (results["model"] == model)
        & (results["length"] == length)
        & (results["split"] == split)
        & (results["metric"] == metric)
    ]
    return rows.set_index("seed")["value"].sort_index().dropna()


def mean_of(results: pd.DataFrame, model: str, length: int, split: str, metric: str) -> float:
    """Mean over seeds, NaN if the setting was not run."""
    values = values_by_seed(results, model, length, split, metric)
    return float(values.mean()) if len(values) else float("nan")


def gain(first: pd.Series, second: pd.Series, metric: str) -> Difference:
    """Gain of ``first`` over ``second`` (values by seed) on the seeds that both have."""
    difference = (first - second).dropna().to_numpy(dtype=float)
    if metric in LOWER_IS_BETTER:
        difference = -difference
    count = len(difference)
    if count == 0:
        return Difference(float("nan"), float("nan"), 0)
    error = float(difference.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    return Difference(float(difference.mean()), error, count)


def compare(results: pd.DataFrame, model: str, other: str, length: int, split: str, metric: str) -> Difference:
    """Gain of ``model`` over ``other`` in one setting, paired over seeds."""
    return gain(
        values_by_seed(results, model, length, split, metric),
        values_by_seed(results, other, length, split, metric),
        metric,
    )


def with_test_error(difference: Difference, predictions: pd.DataFrame, model: str, other: str) -> Difference:
    """The difference in accuracy with the scatter of a finite test set added, for a split that every seed shares.

    ``predictions`` holds the rows of predictions.csv of one length and split. Each window counts once: whether the
    first model was right minus whether the other was, averaged over seeds, gives one number a window, and their
    standard error is taken. Where ``other`` left no predictions, its hits are taken to be independent of the
    model's, which makes the error larger than it is.
    """
    window = ["country", "day"]
    right = predictions["decision"].astype(bool) == predictions["label"].astype(bool)
    hits = predictions.assign(right=right).groupby(["model", *window])["right"].mean()
    models = hits.index.get_level_values("model")
    if model not in models:
        return difference
    if other in models:
        error = float((hits[model] - hits[other]).dropna().sem())
    else:
        error = math.sqrt(2) * float(hits[model].sem())
    return replace(difference, test_error=error)


def best_of(results: pd.DataFrame, models: tuple[str, ...], length: int, split: str, metric: str) -> str | None:
    """The model with the best mean over seeds among those that were run; None if none was."""
    means = {model: mean_of(results, model, length, split, metric) for model in models}
    means = {model: value for model, value in means.items() if np.isfinite(value)}
    if not means:
        return None
    pick = min if metric in LOWER_IS_BETTER else max
    return pick(means, key=lambda model: means[model])


def cells_in(results: pd.DataFrame) -> tuple[str, ...]:
    """The recurrent cells that were trained, in the order of CELLS."""
    return tuple(cell for cell in CELLS if (results["model"] == cell).any())


def baselines_in(results: pd.DataFrame) -> tuple[str, ...]:
    """The baselines that were run, in the order of BASELINES."""
    return tuple(model for model in BASELINES if (results["model"] == model).any())
