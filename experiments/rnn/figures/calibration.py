"""Can the probabilities be believed? Predicted against observed, their spread, and the confusion matrix."""

import os

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.rnn.words import MODEL_NAMES, SPLIT_NAMES, SPLIT_PHRASES
from experiments.style import GREY, MODEL_COLOURS, figure, headline
from rnn.metrics import BINS, Reliability, calibration_error, confusion, reliability
from rnn.splits import SPLITS

RISE, FALL = "#b2182b", "#2166ac"


def plot_calibration(
    predictions: pd.DataFrame, path: str | os.PathLike[str], *, model: str, length: int, simulated: bool
) -> None:
    """Above, observed share against predicted probability; below, how often each probability is predicted.

    ``predictions`` has the columns of predictions.csv; the seeds of one model are pooled.
    """
    mine = predictions[(predictions["model"] == model) & (predictions["length"] == length)]
    splits = [split for split in SPLITS if (mine["split"] == split).any()]
    with figure(path, 2.9 + 2.3 * len(splits), 5.0, simulated=simulated) as fig:
        headline(fig, _calibration_finding(mine, splits, model, length))
        panels = fig.subplots(2, len(splits), sharex=True, sharey="row", squeeze=False, height_ratios=(2, 1))
        for column, split in enumerate(splits):
            here = mine[mine["split"] == split]
            _draw_reliability(
                panels[0, column], reliability(*_labels_and_probabilities(here), here["seed"].nunique()), model
            )
            panels[0, column].set_title(SPLIT_NAMES[split])
            _draw_histogram(panels[1, column], here)
            panels[1, column].set_xlabel("predicted probability of a rise")
        panels[0, 0].set_ylabel("observed share of rises")
        panels[1, 0].set_ylabel("share of windows")
        for axes in panels[:, -1]:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def plot_confusion(
    predictions: pd.DataFrame, path: str | os.PathLike[str], *, model: str, length: int, simulated: bool
) -> None:
    """Counts of (actual, predicted) by the model's decision, the mean over seeds, a panel per split."""
    mine = predictions[(predictions["model"] == model) & (predictions["length"] == length)]
    splits = [split for split in SPLITS if (mine["split"] == split).any()]
    with figure(path, 1.2 + 2.3 * len(splits), 4.4, simulated=simulated) as fig:
        headline(fig, _confusion_finding(mine, splits, model, length))
        panels = fig.subplots(1, len(splits), sharey=True, squeeze=False)[0]
        for axes, split in zip(panels, splits, strict=True):
            _draw_confusion(axes, _confusion(mine[mine["split"] == split]))
            axes.set_title(SPLIT_NAMES[split])
        panels[0].set_yticks((0, 1), ("no rise", "rise"))
        panels[0].set_ylabel("what happened (each row adds up to 100%)")


def _confusion(predictions: pd.DataFrame) -> np.ndarray:
    """Counts (2, 2) of a test part, the mean over the seeds."""
    counts = confusion(predictions["label"].to_numpy(), predictions["decision"].to_numpy())
    return counts / max(predictions["seed"].nunique(), 1)


def _labels_and_probabilities(predictions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return predictions["label"].to_numpy(), predictions["probability"].to_numpy()


def _draw_reliability(axes: Axes, table: Reliability, model: str) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (4, 2)), linewidth=1.1, label="perfect calibration")
    axes.errorbar(
        table.predicted,
        table.observed,
        yerr=2 * table.error,
        color=MODEL_COLOURS[model],
        marker="o",
        markersize=4,
        linewidth=1.6,
        elinewidth=1,
        capsize=2,
        label=f"{MODEL_NAMES[model]}, ± 2 std. errors",
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)


def _draw_histogram(axes: Axes, predictions: pd.DataFrame) -> None:
    edges = np.linspace(0, 1, 2 * BINS + 1)
    for label, name, colour, line in ((1, "a rise followed", RISE, "-"), (0, "no rise followed", FALL, "--")):
        chosen = predictions.loc[predictions["label"] == label, "probability"]
        share = np.histogram(chosen, edges)[0] / max(len(predictions), 1)
        axes.stairs(share, edges, color=colour, fill=True, alpha=0.15)
        axes.stairs(share, edges, color=colour, linestyle=line, linewidth=1.3, label=name)


def _draw_confusion(axes: Axes, counts: np.ndarray) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=1.8, aspect="auto")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{share:.0%}\n{counts[row, column]:,.0f} windows", ha="center", va="center")
    axes.set_xticks((0, 1), ("no rise", "rise"))
    axes.set_xlabel("what was predicted")


def _calibration_finding(predictions: pd.DataFrame, splits: list[str], model: str, length: int) -> str:
    errors = []
    for split in splits:
        error = calibration_error(*_labels_and_probabilities(predictions[predictions["split"] == split]))
        errors.append(f"{100 * error:.1f} {SPLIT_PHRASES[split]}")
    return f"{MODEL_NAMES[model]}, L = {length} days: probabilities are off by {', '.join(errors)} (mean, in points)"


def _confusion_finding(predictions: pd.DataFrame, splits: list[str], model: str, length: int) -> str:
    told = []
    for split in splits:
        counts = _confusion(predictions[predictions["split"] == split])
        no_rise, rise = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
        told.append(f"{SPLIT_PHRASES[split]} {rise:.0%} of the rises and {no_rise:.0%} of the other days")
    return f"{MODEL_NAMES[model]}, L = {length} days, predicts {'; '.join(told)} correctly"
