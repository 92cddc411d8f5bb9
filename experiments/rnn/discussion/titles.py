"""The finding of a figure in one line, from the tables."""

import numpy as np
import pandas as pd

from experiments.rnn.summary import baselines_in, best_of, cells_in, compare, gain, mean_over_cells
from experiments.rnn.words import MODEL_NAMES, SPLIT_NAMES, interval, the


def length_finding(results: pd.DataFrame, splits: tuple[str, ...]) -> str:
    """What going from the shortest to the longest L does to the AUC of the cells, on the first split."""
    lengths = sorted(int(length) for length in results["length"].unique())
    split, cells = splits[0], cells_in(results)
    short, long = lengths[0], lengths[-1]
    name = SPLIT_NAMES[split]
    if short == long:
        return f"One window length was run, L = {short} days"
    means = [mean_over_cells(results, cells, length, split) for length in (short, long)]
    change = gain(means[1], means[0], "auc")
    if not change.seeds:
        return f"{name.capitalize()}, no AUC is defined: only one class occurs in the test part"
    if change.verdict in ("noise", "unknown"):
        found = "is within noise of" if change.verdict == "noise" else "differs, on one seed, from"
        return f"{name.capitalize()}, AUC at L = {long} days {found} that at L = {short} ({interval(change)})"
    word = "adds" if change.mean > 0 else "costs"
    return f"{name.capitalize()}, L = {long} instead of {short} days {word} {abs(100 * change.mean):.1f} points of AUC"


def headline_finding(results: pd.DataFrame, length: int, splits: tuple[str, ...]) -> str:
    """How far the best cell stands above or below the best baseline on the first split."""
    split = splits[0]
    cell, baseline = (
        best_of(results, models, length, split, "accuracy") or models[0]
        for models in (cells_in(results), baselines_in(results))
    )
    best = compare(results, cell, baseline, length, split, "accuracy")
    where = f"{SPLIT_NAMES[split].capitalize()}, L = {length} days"
    name, margin = MODEL_NAMES[cell], f" ± {100 * best.margin:.1f}" if np.isfinite(best.margin) else ""
    size = f"{abs(100 * best.mean):.1f}{margin} points of accuracy"
    # By time all seeds share one test period, whose own luck the scatter over seeds does not show: no verdict.
    verdict = "unknown" if split == "time" else best.verdict
    if verdict == "above":
        return f"{where}: the best cell, {name}, beats {the(baseline)} by {size}"
    if verdict == "below":
        return f"{where}: even the best cell, {name}, falls short of {the(baseline)} by {size}"
    remark = ", within noise" if verdict == "noise" else ""
    return f"{where}: {interval(best)} of accuracy from {the(baseline)} to the best cell, {name}{remark}"
