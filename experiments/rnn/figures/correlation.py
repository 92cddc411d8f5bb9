"""Pearson correlations between countries: all of them in clustered order, and a readable few."""

import os
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.image import AxesImage

from experiments.style import DIVERGING, NO_DATA, NarrowFigure, figure, headline
from rnn.correlation import clustered_order

SCALE_LABEL = "Pearson correlation (−1 to 1, no unit)"


def plot_all_correlations(
    correlation: pd.DataFrame,
    of_changes: pd.DataFrame | None,
    path: str | os.PathLike[str],
    *,
    threshold: float,
    simulated: bool,
) -> None:
    """Heatmaps of every pair of countries, (n, n), on a scale centred at 0: daily counts, and beside them changes.

    of_changes: the same countries' correlation of changes from day to day, drawn in the same order; None to leave out.
    """
    order = clustered_order(correlation.to_numpy())
    shown = {"daily new cases": correlation}
    if of_changes is not None:
        shown["changes from day to day"] = of_changes
    with figure(path, 3.4 + 3.55 * len(shown), 5.4, simulated=simulated) as fig:
        medians = {name: float(np.median(_pairs(table))) for name, table in shown.items() if len(_pairs(table))}
        headline(fig, _finding(_pairs(correlation), threshold, medians))
        panels = fig.subplots(1, len(shown), squeeze=False)[0]
        for axes, (name, table) in zip(panels, shown.items(), strict=True):
            image = _heatmap(axes, table.iloc[order, order].to_numpy())
            axes.set_title(name)
            axes.set_yticks([])
            axes.set_xticks([])
        _name_rows(panels[0], [str(correlation.index[row]) for row in order])
        panels[0].set_xlabel(f"the same {len(order)} countries in the same order")
        fig.colorbar(image, ax=panels, shrink=0.7, label=SCALE_LABEL)


def _name_rows(axes: Axes, names: list[str]) -> None:
    """As many names as fit at 5.5 points over about 4 inches of rows."""
    step = max(1, int(np.ceil(len(names) * 6.5 / (4 * 72))))
    named = range(0, len(names), step)
    axes.set_yticks(named, [names[row] for row in named], fontsize=5.5)
    which = "every country" if step == 1 else f"one country in {step}"
    axes.set_ylabel(f"{len(names)} countries in clustered order ({which} named)")


def plot_some_correlations(
    correlation: pd.DataFrame, countries: list[str], path: str | os.PathLike[str], *, choice: str, simulated: bool
) -> None:
    """Lower triangle for a few countries with the values written in; ``choice`` says how they were chosen."""
    some = correlation.loc[countries, countries]
    order = clustered_order(some.to_numpy())
    some = some.iloc[order, order]
    values = some.to_numpy(dtype=np.float64, copy=True)
    hidden = np.triu(np.ones(values.shape, dtype=bool))
    closest = np.where(hidden | ~np.isfinite(values), -np.inf, values)
    row, column = divmod(int(closest.argmax()), len(values))
    with figure(path, 7.4, 6.4, simulated=simulated) as fig:
        slim = isinstance(fig, NarrowFigure)
        if slim:
            fig.set_figheight(5.0)
        headline(
            fig,
            f"Among {choice}, {some.index[row]} and {some.index[column]} "
            f"correlate most (r = {values[row, column]:.2f}); a shared trend is enough for that",
        )
        axes = fig.add_subplot()
        image = _heatmap(axes, np.ma.masked_array(values, hidden), nothing="white")
        for i, j in zip(*np.nonzero(~hidden), strict=True):
            value = values[i, j]
            text = f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–"
            axes.text(
                j,
                i,
                text.replace("0.", ".", 1) if slim else text,
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if abs(value) > 0.65 else "black",
            )
        # The first row and the last column of a lower triangle without its diagonal are empty.
        axes.set_yticks(range(1, len(some)), some.index[1:])
        axes.set_xticks(range(len(some) - 1), some.index[:-1], rotation=45, ha="right", rotation_mode="anchor")
        axes.set_ylim(len(some) - 0.5, 0.5)
        axes.set_xlim(-0.5, len(some) - 1.5)
        axes.spines[:].set_visible(False)
        where: Any = {"location": "bottom", "shrink": 0.9} if slim else {"shrink": 0.7}
        fig.colorbar(image, ax=axes, label=SCALE_LABEL, **where)


def _heatmap(axes: Axes, values: np.ndarray, nothing: str = NO_DATA) -> AxesImage:
    scale: Colormap = colormaps[DIVERGING].with_extremes(bad=nothing)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    return axes.imshow(values, cmap=scale, vmin=-1, vmax=1, interpolation="nearest")


def _pairs(correlation: pd.DataFrame) -> np.ndarray:
    """Each pair's coefficient once, undefined ones left out."""
    values = correlation.to_numpy()[np.tril_indices(len(correlation), k=-1)]
    return values[np.isfinite(values)]


def _finding(pairs: np.ndarray, threshold: float, medians: dict[str, float]) -> str:
    above = int((pairs > threshold).sum())
    share = above / max(len(pairs), 1)
    text = f"{above:,} of {len(pairs):,} pairs of countries ({share:.0%}) correlate above {threshold:g}"
    told = " and ".join(f"{median:.2f} for {name}".replace("-0", "−0") for name, median in medians.items())
    return f"{text}; the median is {told}" + (": much of it is a shared trend" if _fades(medians) else "")


def _fades(medians: dict[str, float]) -> bool:
    """Whether the changes correlate less than half as much as the counts."""
    values = list(medians.values())
    return len(values) == 2 and values[0] > 0.1 and values[1] < values[0] / 2
