"""Pearson correlations between countries: all of them in clustered order, and a readable few."""

import os

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.image import AxesImage

from experiments.style import DIVERGING, NO_DATA, figure, headline
from rnn.correlation import clustered_order

SCALE_LABEL = "Pearson correlation of daily new cases (−1 to 1, no unit)"


def plot_all_correlations(
    correlation: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    threshold: float,
    simulated: bool,
    of_changes: float | None = None,
) -> None:
    """Heatmap of every pair of countries, (n, n), in clustered order on a scale centred at 0.

    of_changes: the median correlation of the day-to-day changes, for the title; left out if None.
    """
    order = clustered_order(correlation.to_numpy())
    ordered = correlation.iloc[order, order]
    pairs = _pairs(correlation)
    with figure(path, 8.6, 7.5, simulated=simulated) as fig:
        headline(fig, _finding(pairs, threshold, of_changes))
        axes = fig.add_subplot()
        image = _heatmap(axes, ordered.to_numpy())
        # As many names as fit at 5.5 points over about 6.2 inches of rows.
        step = max(1, int(np.ceil(len(ordered) * 6.5 / (6.2 * 72))))
        named = range(0, len(ordered), step)
        axes.set_yticks(named, [ordered.index[row] for row in named], fontsize=5.5)
        axes.set_xticks([])
        which = "every country" if step == 1 else f"one country in {step}"
        axes.set_xlabel(f"the same {len(ordered)} countries in the same order")
        axes.set_ylabel(f"{len(ordered)} countries in clustered order ({which} named)")
        fig.colorbar(image, ax=axes, shrink=0.7, label=SCALE_LABEL)


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
                j, i, text, ha="center", va="center", fontsize=7.5, color="white" if abs(value) > 0.65 else "black"
            )
        # The first row and the last column of a lower triangle without its diagonal are empty.
        axes.set_yticks(range(1, len(some)), some.index[1:])
        axes.set_xticks(range(len(some) - 1), some.index[:-1], rotation=45, ha="right", rotation_mode="anchor")
        axes.set_ylim(len(some) - 0.5, 0.5)
        axes.set_xlim(-0.5, len(some) - 1.5)
        axes.spines[:].set_visible(False)
        fig.colorbar(image, ax=axes, shrink=0.7, label=SCALE_LABEL)


def _heatmap(axes: Axes, values: np.ndarray, nothing: str = NO_DATA) -> AxesImage:
    scale: Colormap = colormaps[DIVERGING].with_extremes(bad=nothing)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    return axes.imshow(values, cmap=scale, vmin=-1, vmax=1, interpolation="nearest")


def _pairs(correlation: pd.DataFrame) -> np.ndarray:
    """Each pair's coefficient once, undefined ones left out."""
    values = correlation.to_numpy()[np.tril_indices(len(correlation), k=-1)]
    return values[np.isfinite(values)]


def _finding(pairs: np.ndarray, threshold: float, of_changes: float | None) -> str:
    above = int((pairs > threshold).sum())
    text = (
        f"{above:,} of {len(pairs):,} pairs of countries ({above / len(pairs):.0%}) correlate above {threshold:g}; the "
        f"median is {np.median(pairs):.2f}"
    )
    return text if of_changes is None else f"{text}, but {of_changes:.2f} for day-to-day changes: a shared trend"
