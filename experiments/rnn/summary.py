"""Look-ups in results.csv: means over seeds, the best model, and differences between models."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from rnn.baselines import BASELINES
from rnn.classifier import CELLS
from rnn.compare import Difference, paired_difference, unpaired_difference
from rnn.metrics import LOWER_IS_BETTER
from rnn.splits import SPLITS


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


def mean_over_cells(results: pd.DataFrame, cells: tuple[str, ...], length: int, split: str) -> pd.Series:
    """The AUC of the cells' mean, indexed by seed."""
    return pd.concat([values_by_seed(results, cell, length, split, "auc") for cell in cells], axis=1).mean(axis=1)


def gain(first: pd.Series, second: pd.Series, metric: str) -> Difference:
    """Gain of ``first`` over ``second`` (values by seed) on the seeds that both have; positive is better."""
    first, second = first.align(second, join="inner")
    if metric in LOWER_IS_BETTER:
        first, second = second, first
    return paired_difference(first.to_numpy(), second.to_numpy())


def compare(results: pd.DataFrame, model: str, other: str, length: int, split: str, metric: str) -> Difference:
    """Gain of ``model`` over ``other`` in one setting, paired over seeds."""
    return gain(
        values_by_seed(results, model, length, split, metric),
        values_by_seed(results, other, length, split, metric),
        metric,
    )


def between_splits(results: pd.DataFrame, model: str, length: int, first: str, second: str) -> Difference:
    """Accuracy of a model on one split minus its accuracy on another, whose test windows differ."""
    values = (values_by_seed(results, model, length, split, "accuracy").to_numpy() for split in (first, second))
    return unpaired_difference(*values)


def with_test_error(difference: Difference, predictions: pd.DataFrame, model: str, other: str) -> Difference:
    """The difference in accuracy with the scatter of a finite test set added, for a split that every seed shares.

    ``predictions`` holds the rows of predictions.csv of one length and split. Each window counts once: whether the
    first model was right minus whether the other was, averaged over seeds, gives one number a window, and their
    standard error is taken. If ``other`` left no predictions, its hits are taken to be independent of the model's,
    which makes the error larger than it is.
    """
    right = predictions["decision"].astype(bool) == predictions["label"].astype(bool)
    hits = predictions.assign(right=right).groupby(["model", "country", "day"])["right"].mean()
    models = hits.index.get_level_values("model")
    if model not in models:
        return difference
    if other in models:
        error = float((hits[model] - hits[other]).dropna().sem())
    else:
        error = math.sqrt(2) * float(hits[model].sem())
    return replace(difference, test_error=error)


def best_of(results: pd.DataFrame, models: Iterable[str], length: int, split: str, metric: str) -> str | None:
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


def splits_in(table: pd.DataFrame) -> tuple[str, ...]:
    """The splits that a table has rows of, in the order of SPLITS."""
    return tuple(split for split in SPLITS if (table["split"] == split).any())
