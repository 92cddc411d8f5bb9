"""Loss and accuracy against epochs, training and test on one panel, with the baselines as dashed lines."""

import os

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.rnn.summary import baselines_in, cells_in, mean_of, values_by_seed
from experiments.rnn.words import MODEL_NAMES, SPLIT_NAMES
from experiments.style import GREY, MODEL_COLOURS, baseline_line, figure, headline

# Which column of curves.csv each row of panels shows, the metric of results.csv beside it, and its label.
ROWS = (("loss", "log_loss", "loss (nats per window)"), ("accuracy", "accuracy", "accuracy (share of windows)"))


def plot_curves(
    curves: pd.DataFrame,
    results: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    length: int,
    split: str,
    simulated: bool,
) -> None:
    """One column per cell, loss above accuracy; lines are means over seeds, bands one standard deviation.

    The curves are those of the first fit, to the training part without its validation cut. An upright line stands at
    the median epoch that the cut chose; the net that is scored was trained anew on the whole part for so long.

    ``curves`` has the columns of curves.csv, ``results`` those of results.csv.
    """
    here = curves[(curves["length"] == length) & (curves["split"] == split)]
    cells = cells_in(here)
    with figure(path, 2.2 + 2.35 * len(cells), 5.4, simulated=simulated) as fig:
        headline(fig, _finding(here, cells, length, split))
        panels = fig.subplots(2, len(cells), sharex=True, sharey="row", squeeze=False)
        for row, (column, metric, label) in enumerate(ROWS):
            drawn = [_draw_cell(panels[row, i], here[here["model"] == cell], column) for i, cell in enumerate(cells)]
            low, high = min(d[0] for d in drawn), max(d[1] for d in drawn)
            for axes, cell in zip(panels[row], cells, strict=True):
                chosen = float(values_by_seed(results, cell, length, split, "epochs").median())
                draw_chosen(axes, chosen)
                _draw_baselines(axes, results, length, split, metric, low, high)
            panels[row, 0].set_ylabel(label)
        for i, cell in enumerate(cells):
            panels[0, i].set_title(MODEL_NAMES[cell], color=MODEL_COLOURS[cell], fontweight="bold")
            panels[1, i].set_xlabel("epoch")
            panels[1, i].xaxis.set_major_locator(MaxNLocator(5, integer=True))
        for axes, title in zip(panels[:, -1], ("loss", "accuracy"), strict=True):
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title=title, alignment="left")


def draw_chosen(axes: Axes, epoch: float) -> None:
    """An upright line at an epoch, and upright in the legend too, where it would else look like the training curve."""
    axes.axvline(epoch, color=GREY, linewidth=1.1)
    label = "chosen by the validation cut (median)"
    axes.plot([], [], color=GREY, linestyle="none", marker="|", markersize=9, label=label)


def _draw_cell(axes: Axes, rows: pd.DataFrame, column: str) -> tuple[float, float]:
    """Draw training (thin, pale) and test (bold); return the lowest and highest point drawn."""
    colour = MODEL_COLOURS[rows["model"].iloc[0]]
    extremes = []
    for part, width, strength, marker in (("train", 1.2, 0.55, "s"), ("test", 2.2, 1.0, "o")):
        by_epoch = rows[rows["part"] == part].groupby("epoch")[column].agg(["mean", "std"]).fillna({"std": 0.0})
        low, high = by_epoch["mean"] - by_epoch["std"], by_epoch["mean"] + by_epoch["std"]
        axes.fill_between(by_epoch.index, low, high, color=colour, alpha=0.18 * strength, linewidth=0)
        axes.plot(
            by_epoch.index,
            by_epoch["mean"],
            color=colour,
            linewidth=width,
            alpha=strength,
            marker=marker if len(by_epoch) == 1 else None,  # one epoch alone would draw no line
        )
        # One grey entry for all panels: the colour says which cell, the weight of the line which part.
        name = "training" if part == "train" else "test"
        axes.plot([], [], color="black", linewidth=width, alpha=strength, label=f"{name} (mean, sd)")
        extremes += [float(low.min()), float(high.max())]
    return min(extremes), max(extremes)


def _draw_baselines(
    axes: Axes, results: pd.DataFrame, length: int, split: str, metric: str, low: float, high: float
) -> None:
    """Dashed lines at the baselines' test values; one far outside the curves is named in the legend instead."""
    for model in baselines_in(results):
        value = mean_of(results, model, length, split, metric)
        if not np.isfinite(value):
            continue
        label = f"{MODEL_NAMES[model]} {value:.3f}"
        if low - 1.5 * (high - low) <= value <= high + 1.5 * (high - low):
            baseline_line(axes, value, model, label)
        else:
            axes.plot([], [], " ", label=f"{label} (off the scale)")


def _finding(rows: pd.DataFrame, cells: tuple[str, ...], length: int, split: str) -> str:
    """How many epochs it takes to the lowest test loss, and what more of them cost."""
    test = rows[rows["part"] == "test"].groupby(["model", "epoch"])["loss"].mean()
    lowest = {cell: int(test[cell].idxmin()) for cell in cells}
    risen = max(float(test[cell].iloc[-1] - test[cell].min()) for cell in cells)
    first, last = min(lowest.values()), max(lowest.values())
    where = f"at epoch {first}" if first == last else f"between epochs {first} and {last}"
    after = f"and rises by up to {risen:.3f} nats after it" if risen >= 0.0005 else "and does not rise after it"
    return f"{SPLIT_NAMES[split].capitalize()}, L = {length} days: the test loss is lowest {where} {after}"
