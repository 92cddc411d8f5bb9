"""Learning curves: the negative ELBO and its two terms, training and held-out, in nats per image.

The KL term is plotted unweighted, so that models trained with different weights can be compared.
"""

import os
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.prose import listed
from experiments.style import GREY, figure, headline
from experiments.vae.figures.look import colours
from experiments.vae.saved import Curve, SavedVae
from experiments.vae.words import name, nats, rounded

TERMS = {
    "neg_elbo": "negative ELBO (nats per image)",
    "reconstruction": "reconstruction (nats per image)",
    "kl": "KL (nats per image)",
}
LINEAR_BELOW = 0.1  # nats: the logarithmic KL axis is linear below this, because a KL can be 0
MAX_SPAN = 4  # the untrained network is shown if the axis grows by no more than this factor
SPLITS = {"train": ("--", "s"), "held_out": ("-", "o")}  # line style; marker if there is only one epoch
SPLIT_NAMES = {"train": "training", "held_out": "held-out"}


def plot_learning_curve(run: SavedVae, weights: Sequence[float], path: str | os.PathLike[str]) -> None:
    """A panel each for negative ELBO, reconstruction and KL; for one weight other than 1, its objective too."""
    with figure(path, 12.0 if len(weights) > 1 or weights[0] == 1 else 15.0, 4.2, drawn=run.drawn) as fig:
        headline(fig, _finding_of_one(run, weights[0]) if len(weights) == 1 else _finding_of_all(run, weights))
        weighted = len(weights) == 1 and weights[0] != 1  # then the objective is not the bound, and gets a panel
        panels = fig.subplots(1, len(TERMS) + weighted)
        for axes, (metric, label) in zip(panels, TERMS.items(), strict=False):
            draw_term(axes, run, weights, metric)
            axes.set_title(label.partition(" (")[0])
            axes.set_ylabel("nats per image")
        if weighted:
            draw_term(panels[-1], run, weights, "objective")
            panels[-1].set_title(f"objective, reconstruction + {weights[0]:g} KL")
        if len(weights) > 1:
            panels[2].set_yscale("symlog", linthresh=LINEAR_BELOW)
            panels[2].set_ylim(bottom=0)
            panels[2].set_ylabel("nats per image, logarithmic")
            panels[2].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        else:
            panels[2].set_ylim(bottom=0)
        _explain(panels[-1], run, weights)


def draw_term(axes: Axes, run: SavedVae, weights: Sequence[float], metric: str) -> None:
    """Lines of one column of metrics.csv: training dashed, held-out solid.

    Where the untrained network lies so far away that the rest of the curve would look flat, the axis leaves it out.
    """
    low, high = np.inf, -np.inf
    for weight in weights:
        for split, (style, marker) in SPLITS.items():
            line = run.curve(weight, split, metric)
            alone = marker if len(line.epochs) == 1 else None
            axes.plot(*line, color=colours(run)[weight], linewidth=1.8, linestyle=style, marker=alone)
            shown = _shown(line)
            low, high = min(low, shown.min()), max(high, shown.max())
    margin = 0.05 * (high - low) or 1.0
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}".replace("-", "−")))


def _shown(line: Curve) -> np.ndarray:
    """The values that the axis must cover."""
    trained = line.trained().values
    return trained if np.ptp(line.values) > MAX_SPAN * np.ptp(trained) and len(trained) > 2 else line.values


def _explain(axes: Axes, run: SavedVae, weights: Sequence[float]) -> None:
    """A legend outside the axes: the colour stands for the weight, the line style for the split."""
    for weight in weights if len(weights) > 1 else ():
        axes.plot([], [], color=colours(run)[weight], linewidth=2.2, label=name(weight))
    for split, (style, _) in SPLITS.items():
        colour = "black" if len(weights) > 1 else colours(run)[weights[0]]
        axes.plot([], [], color=colour, linewidth=1.8, linestyle=style, label=SPLIT_NAMES[split])
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    start = run.curve(weights[0], "held_out", "neg_elbo")
    if len(_shown(start)) < len(start.values):
        note = f"before training:\nnegative ELBO\n{nats(float(start.values[0]))}"
        axes.text(1.04, 0.02, note, transform=axes.transAxes, color=GREY, fontsize=8)


def _finding_of_one(run: SavedVae, weight: float) -> str:
    """How the held-out curve of the objective ends: for a weight of 1 that is the negative ELBO."""
    held_out, train = (run.curve(weight, split, "objective") for split in ("held_out", "train"))
    first, last = float(held_out.values[0]), float(held_out.values[-1])
    gap = last - float(train.values[-1])
    beside = f"{nats(abs(gap))} {'above' if gap > 0 else 'below'} training"
    verb = "falls" if last < first else "rises"
    what = "negative ELBO" if weight == 1 else f"objective, reconstruction + {weight:g} KL,"
    return f"{name(weight)}: the held-out {what} {verb} from {rounded(first)} to {nats(last)}, {beside}"


def _finding_of_all(run: SavedVae, weights: Sequence[float]) -> str:
    ends = {weight: _last(run.curve(weight, "held_out", "neg_elbo")) for weight in weights}
    best, *rest = sorted(weights, key=lambda weight: ends[weight])
    others = listed([f"{name(weight)} at {rounded(ends[weight])}" for weight in rest])
    return f"{name(best)} ends with the best bound, a held-out negative ELBO of {nats(ends[best])}; {others}"


def _last(line: Curve) -> float:
    return float(line.values[-1])
