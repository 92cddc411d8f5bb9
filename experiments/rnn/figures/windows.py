"""How many countries the correlation threshold keeps, and which it leaves out."""

import os

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.style import GREY, figure, headline

KEPT = "#0072b2"
LEFT_OUT = "#d55e00"
MAX_LISTED = 48


def plot_threshold(
    windows: pd.DataFrame, countries: pd.DataFrame, path: str | os.PathLike[str], *, threshold: float, simulated: bool
) -> None:
    """Left, |C| against the threshold with the run's own marked; right, each country left out with its best partner.

    ``windows`` has the columns of windows.csv, ``countries`` those of countries.csv.
    """
    sizes = windows.drop_duplicates("threshold").sort_values("threshold")
    left_out = countries[countries["in_c"] != "yes"].sort_values("correlation", na_position="first")
    kept = len(countries) - len(left_out)
    listed = left_out.head(MAX_LISTED)
    with figure(path, 9.2, max(3.8, 1.3 + 0.135 * len(listed)), simulated=simulated) as fig:
        headline(fig, _finding(left_out, kept, len(countries), threshold))
        curve, names = fig.subplots(1, 2, width_ratios=(1, 1.15))
        curve.plot(sizes["threshold"], sizes["countries"], color=KEPT, marker="o", markersize=4)
        curve.axvline(threshold, color=GREY, linestyle=(0, (4, 2)), linewidth=1.1)
        curve.plot([threshold], [kept], marker="o", markersize=9, color=KEPT, markeredgecolor="black")
        curve.set_title(f"the run's threshold, {threshold:g}, keeps {kept}", loc="left")
        curve.set_ylim(0, 1.05 * len(countries))
        curve.set_xlabel("threshold on the Pearson correlation (no unit)")
        curve.set_ylabel("countries in C (count)")
        _list_left_out(names, listed, len(left_out), threshold)


def _list_left_out(axes: Axes, listed: pd.DataFrame, total: int, threshold: float) -> None:
    """One line per country: its name, its best partner, and how near that pair comes to the threshold."""
    if listed.empty:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "no country is left out", ha="center", va="center", transform=axes.transAxes)
        return
    rows = np.arange(len(listed))
    values = listed["correlation"].to_numpy(dtype=np.float64)
    axes.hlines(rows, 0, np.nan_to_num(values), color="#f2c9ad", linewidth=1.5)
    axes.plot(values, rows, "o", color=LEFT_OUT, markersize=4)
    axes.axvline(threshold, color=GREY, linestyle=(0, (4, 2)), linewidth=1.1)
    labels = [
        f"{country} (with {partner})" if partner else f"{country} (constant)"
        for country, partner in zip(listed["country"], listed["partner"], strict=True)
    ]
    axes.set_yticks(rows, labels, fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set_ylim(-0.8, len(listed) - 0.2)
    axes.set_xlim(min(0.0, float(np.nanmin(np.append(values, 0.0)))) - 0.02, threshold + 0.05)
    axes.set_xlabel("correlation with the best partner (no unit)")
    shown = "" if total == len(listed) else f"; the {len(listed)} furthest from it (all: countries.csv)"
    axes.set_title(f"left out: {total}{shown}", loc="left")


def _finding(left_out: pd.DataFrame, kept: int, total: int, threshold: float) -> str:
    text = f"{kept} of {total} countries have a partner above {threshold:g}"
    if left_out.empty:
        return text
    loner = left_out.iloc[0]
    if not np.isfinite(loner["correlation"]):
        return f"{text}; {loner['country']} has none at all: its counts never change"
    best = f"{loner['correlation']:.2f}".replace("-", "−")
    return f"{text}; {loner['country']} is furthest from having one (best {best})"
