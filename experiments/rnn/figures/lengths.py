"""The effect of the window length L, and the headline comparison of all models."""

import os

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.prose import interval, the
from experiments.rnn.saved import BASELINES, CELLS, METRIC_NAMES, MODEL_NAMES, SPLIT_NAMES, SPLITS
from experiments.rnn.summary import baselines_in, best_of, cells_in, compare, gain, over_seeds, values_by_seed
from experiments.style import BASELINE_DASHES, MODEL_COLOURS, MODEL_MARKERS, figure, headline

SHOWN = ("accuracy", "auc")
OVERLAP = "test overlaps training"


def plot_lengths(results: pd.DataFrame, path: str | os.PathLike[str], *, simulated: bool) -> None:
    """Accuracy and ROC-AUC against L, a column per split, all on one scale; bands are one standard deviation."""
    summary = over_seeds(results)
    splits = splits_in(results)
    with figure(path, 2.2 + 2.5 * len(splits), 5.8, simulated=simulated) as fig:
        headline(fig, length_finding(results, splits))
        panels = fig.subplots(len(SHOWN), len(splits), sharex=True, sharey="row", squeeze=False)
        for row, metric in enumerate(SHOWN):
            for column, split in enumerate(splits):
                here = summary[(summary["metric"] == metric) & (summary["split"] == split)]
                _draw_lengths(panels[row, column], here)
            panels[row, 0].set_ylabel(f"test {METRIC_NAMES[metric]} (0 to 1)")
        for column, split in enumerate(splits):
            panels[0, column].set_title(split_title(split))
            panels[-1, column].set_xlabel("window length L (days)")
            panels[-1, column].set_xticks(sorted(results["length"].unique()))
        panels[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def plot_headline(results: pd.DataFrame, path: str | os.PathLike[str], *, length: int, simulated: bool) -> None:
    """Every model at one L, all splits side by side: dots are means over seeds, bars one standard deviation."""
    summary = over_seeds(results)
    summary = summary[summary["length"] == length]
    splits = splits_in(results)
    models = [model for model in (*reversed(CELLS), *reversed(BASELINES)) if (summary["model"] == model).any()]
    with figure(path, 1.9 + 2.4 * len(splits), 5.4, simulated=simulated) as fig:
        headline(fig, headline_finding(results, length, splits))
        panels = fig.subplots(len(SHOWN), len(splits), sharex="row", sharey=True, squeeze=False)
        for row, metric in enumerate(SHOWN):
            for column, split in enumerate(splits):
                axes = panels[row, column]
                here = summary[(summary["metric"] == metric) & (summary["split"] == split)].set_index("model")
                means, spreads = dict(here["mean"]), dict(here["sd"])
                for height, model in enumerate(models):
                    if model in means:
                        _draw_dot(axes, means[model], spreads[model], height, model)
                axes.set_xlabel(f"test {METRIC_NAMES[metric]} (0 to 1)")
                axes.set_yticks(range(len(models)), [MODEL_NAMES[model] for model in models])
                axes.set_ylim(-0.6, len(models) - 0.4)
                axes.margins(x=0.12)  # room for the numbers above the first and the last dot
                if row == 0:
                    axes.set_title(split_title(split))


def splits_in(results: pd.DataFrame) -> tuple[str, ...]:
    """The splits that were run, the hardest to argue with first."""
    return tuple(split for split in SPLITS if (results["split"] == split).any())


def split_title(split: str) -> str:
    """Panel title; where windows overlap it says so."""
    return f"{SPLIT_NAMES[split]}\n({OVERLAP})" if split == "random" else f"{SPLIT_NAMES[split]}\n"


def length_finding(results: pd.DataFrame, splits: tuple[str, ...]) -> str:
    """What going from the shortest to the longest L does to the AUC of the cells, on the first split."""
    lengths = sorted(int(length) for length in results["length"].unique())
    split, cells = splits[0], cells_in(results)
    short, long = lengths[0], lengths[-1]
    name = SPLIT_NAMES[split]
    if short == long:
        return f"One window length was run, L = {short} days"
    means = [_mean_over_cells(results, cells, length, split) for length in (short, long)]
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


def _mean_over_cells(results: pd.DataFrame, cells: tuple[str, ...], length: int, split: str) -> pd.Series:
    return pd.concat([values_by_seed(results, cell, length, split, "auc") for cell in cells], axis=1).mean(axis=1)


def _draw_lengths(axes: Axes, summary: pd.DataFrame) -> None:
    for model in (*CELLS, *BASELINES):
        rows = summary[summary["model"] == model].sort_values("length")
        if rows.empty:
            continue
        mean, spread = rows["mean"], rows["sd"].fillna(0.0)
        if model in BASELINES:
            style, width = BASELINE_DASHES[model], 1.1
        else:
            style, width = (0, ()), 1.8
            axes.fill_between(
                rows["length"], mean - spread, mean + spread, color=MODEL_COLOURS[model], alpha=0.15, linewidth=0
            )
        axes.plot(
            rows["length"],
            mean,
            color=MODEL_COLOURS[model],
            linestyle=style,
            linewidth=width,
            marker=MODEL_MARKERS[model],
            markersize=4,
            label=MODEL_NAMES[model],
        )


def _draw_dot(axes: Axes, mean: float, spread: float, height: int, model: str) -> None:
    axes.errorbar(
        mean,
        height,
        xerr=spread if np.isfinite(spread) else 0.0,
        fmt="o" if model in CELLS else "D",
        color=MODEL_COLOURS[model],
        markersize=5,
        capsize=3,
        linewidth=1.4,
    )
    axes.annotate(f"{mean:.3f}", (mean, height), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=6.5)
