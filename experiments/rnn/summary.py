"""Look-ups in results.csv: means over seeds, and the best model."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from rnn.baselines import BASELINES
from rnn.classifier import CELLS
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


def best_of(results: pd.DataFrame, models: Iterable[str], length: int, split: str, metric: str) -> str | None:
    """The model with the best mean over seeds among those that were run; None if none was."""
    means = {model: mean_of(results, model, length, split, metric) for model in models}
    means = {model: value for model, value in means.items() if np.isfinite(value)}
    if not means:
        return None
    pick = min if metric in LOWER_IS_BETTER else max
    return pick(means, key=lambda model: means[model])


def chosen_cell(results: pd.DataFrame, length: int, split: str) -> str | None:
    """The cell with the lowest log-loss on the validation cut: the test part has no say in which cell is quoted."""
    return best_of(results, cells_in(results), length, split, "validation_loss")


def cells_in(results: pd.DataFrame) -> tuple[str, ...]:
    """The recurrent cells that were trained, in the order of CELLS."""
    return tuple(cell for cell in CELLS if (results["model"] == cell).any())


def baselines_in(results: pd.DataFrame) -> tuple[str, ...]:
    """The baselines that were run, in the order of BASELINES."""
    return tuple(model for model in BASELINES if (results["model"] == model).any())


def splits_in(table: pd.DataFrame) -> tuple[str, ...]:
    """The splits that a table has rows of, in the order of SPLITS."""
    return tuple(split for split in SPLITS if (table["split"] == split).any())
