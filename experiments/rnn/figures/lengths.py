"""The effect of the window length L, and the headline comparison of all models."""

import os

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.rnn.summary import over_seeds, splits_in
from experiments.rnn.words import METRIC_NAMES, MODEL_NAMES, SPLIT_NAMES
from experiments.style import BASELINE_DASHES, MODEL_COLOURS, MODEL_MARKERS, figure, headline
from rnn.baselines import BASELINES
from rnn.classifier import CELLS

SHOWN = ("accuracy", "auc")
OVERLAP = "test overlaps training"


def plot_lengths(results: pd.DataFrame, path: str | os.PathLike[str], *, title: str, simulated: bool) -> None:
    """Accuracy and ROC-AUC against L, a column per split, all on one scale; bands are one standard deviation."""
    summary = over_seeds(results)
    splits = splits_in(results)
    with figure(path, 2.2 + 2.5 * len(splits), 5.8, simulated=simulated) as fig:
        headline(fig, title)
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


def plot_headline(
    results: pd.DataFrame, path: str | os.PathLike[str], *, title: str, length: int, simulated: bool
) -> None:
    """Every model at one L, all splits side by side: dots are means over seeds, bars one standard deviation."""
    summary = over_seeds(results)
    summary = summary[summary["length"] == length]
    splits = splits_in(results)
    models = [model for model in (*reversed(CELLS), *reversed(BASELINES)) if (summary["model"] == model).any()]
    with figure(path, 1.9 + 2.4 * len(splits), 5.4, simulated=simulated) as fig:
        headline(fig, title)
        panels = fig.subplots(len(SHOWN), len(splits), sharex="row", sharey=True, squeeze=False)
        for row, metric in enumerate(SHOWN):
            for column, split in enumerate(splits):
                axes = panels[row, column]
                here = summary[(summary["metric"] == metric) & (summary["split"] == split)].set_index("model")
                means, spreads = dict(here["mean"]), dict(here["sd"])
                middle = (here["mean"].min() + here["mean"].max()) / 2
                for height, model in enumerate(models):
                    if model in means:
                        _draw_dot(axes, means[model], spreads[model], height, model, left=means[model] > middle)
                axes.set_xlabel(f"test {METRIC_NAMES[metric]} (0 to 1)")
                axes.set_yticks(range(len(models)), [MODEL_NAMES[model] for model in models])
                axes.set_ylim(-0.6, len(models) - 0.4)
                axes.margins(x=0.12)
                if row == 0:
                    axes.set_title(split_title(split))


def split_title(split: str) -> str:
    """Panel title; where windows overlap it says so."""
    return f"{SPLIT_NAMES[split]}\n({OVERLAP})" if split == "random" else f"{SPLIT_NAMES[split]}\n"


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


def _draw_dot(axes: Axes, mean: float, spread: float, height: int, model: str, left: bool) -> None:
    """A dot with its bar, and the number on that side of them where the other dots are not."""
    reach = spread if np.isfinite(spread) else 0.0
    axes.errorbar(
        mean,
        height,
        xerr=reach,
        fmt="o" if model in CELLS else "D",
        color=MODEL_COLOURS[model],
        markersize=5,
        capsize=3,
        linewidth=1.4,
    )
    end, away, side = (mean - reach, -6, "right") if left else (mean + reach, 6, "left")
    axes.annotate(
        f"{mean:.3f}", (end, height), xytext=(away, 0), textcoords="offset points", ha=side, va="center", fontsize=7
    )
