"""Draw how time and memory grow with the size of a problem, from a saved table."""

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..style import GREY, figure, headline

TIME_COLOUR, MEMORY_COLOUR = "#0072b2", "#d55e00"


def plot_growth(table: pd.DataFrame, labels: Mapping[str, str], path: str | os.PathLike[str]) -> None:
    """Plot time above and memory below, one column for each varied size, with a fitted straight line in each panel.

    Args:
        table: growth.csv.
        labels: the label of each size, by the name of its axis.
    """
    axes_names = list(dict.fromkeys(table["axis"]))
    has_memory = bool(table["peak_mb"].notna().all())
    with figure(path, 0.6 + 2.6 * len(axes_names), 4.9 if has_memory else 2.9) as fig:
        headline(fig, finding(table))
        panels = fig.subplots(1 + has_memory, len(axes_names), sharex="col", squeeze=False)
        for column, name in enumerate(axes_names):
            rows = table[table["axis"] == name].sort_values("value")
            _draw(panels[0, column], rows["value"], rows["ms"], TIME_COLOUR)
            if has_memory:
                _draw(panels[1, column], rows["value"], rows["peak_mb"], MEMORY_COLOUR)
            panels[-1, column].set_xlabel(labels[name])
        panels[0, 0].set_ylabel("time of a step (ms)")
        panels[0, 0].legend(loc="upper left")
        if has_memory:
            panels[1, 0].set_ylabel("memory at the peak (MB)")


def finding(table: pd.DataFrame) -> str:
    """The title: the steepest growth, as the cost of twice the size."""
    time = memory = max(_doubling(rows, "ms") for _, rows in table.groupby("axis"))
    text = f"Twice the size takes at most {time:.2f} times the time"
    if table["peak_mb"].notna().all():
        memory = max(_doubling(rows, "peak_mb") for _, rows in table.groupby("axis"))
        text += f" and {memory:.2f} times the memory"
    return text + (": cost grows about linearly or less" if max(time, memory) < 2.2 else "")


def _doubling(rows, column):
    """The factor in cost when the size doubles, from the upper half of the sizes."""
    rows = rows.sort_values("value")
    middle = len(rows) // 2
    first, last = rows.iloc[min(middle, len(rows) - 2)], rows.iloc[-1]
    return float(2 ** (np.log(last[column] / first[column]) / np.log(last["value"] / first["value"])))


def _draw(axes: Axes, sizes: pd.Series, costs: pd.Series, colour: str) -> None:
    slope, start = np.polyfit(sizes, costs, 1)
    ends = np.array([0, sizes.max()])
    axes.plot(ends, start + slope * ends, color=GREY, linewidth=1, label="straight line")
    axes.plot(sizes, costs, "o", color=colour, markersize=5, label="measured")
    axes.set_xlim(left=0)
    axes.locator_params(axis="x", nbins=4)
    axes.set_ylim(bottom=0)
