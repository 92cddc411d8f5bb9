"""Draw the ratio of our step times to those of other packages, from a saved table."""

import os
import re
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.typing import ColorType

from ..style import GREY, MODEL_COLOURS, figure, headline

PEERS = {
    "torch": ("PyTorch", "o"),
    "jax": ("JAX", "D"),
    "mygrad": ("MyGrad", "^"),
    "hips": ("HIPS autograd", "s"),
}
CELLS = {"rnn": "tanh-RNN", "gru": "GRU", "lstm": "LSTM"}
RECURRENT = re.compile(r"(rnn|gru|lstm)_I(\d+)_H(\d+)_L(\d+)")
TORCH_COLOUR = "#0072b2"
SOLID: tuple[int, tuple[float, ...]] = (0, ())
HIDDEN_STYLES = {32: (0, (1, 1)), 64: (0, (4, 1.5)), 128: SOLID}


def plot_ratios(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Plot our time divided by the peer's: one panel for single works, one against L for each recurrent cell.

    Args:
        table: the rows of benchmark.csv that have a peer.
    """
    table = table.reset_index(drop=True)
    recurrent = table["work"].str.fullmatch(RECURRENT.pattern)
    peer = _main_peer(table[recurrent])
    of_cells = _cells(table[recurrent & (table["peer"] == peer)])
    others = table[~recurrent]
    panels_wanted = [name for name, rows in (("single", others), *of_cells.items()) if len(rows)]
    with figure(path, 3.4 + 2.1 * len(panels_wanted), 4.9) as fig:
        headline(fig, finding(table))
        widths = [2.2 if name == "single" else 1.0 for name in panels_wanted]
        panels = fig.subplots(1, len(panels_wanted), squeeze=False, width_ratios=widths)[0]
        for axes, name in zip(panels, panels_wanted, strict=True):
            if name == "single":
                _draw_single(axes, others)
            else:
                _draw_cell(axes, name, of_cells[name])
        shared = [axes for axes, name in zip(panels, panels_wanted, strict=True) if name != "single"]
        for axes in shared:
            axes.set_ylim(0, max(1.1, *(other.get_ylim()[1] for other in shared)))
        if shared:
            shared[0].set_ylabel(f"time of a step over {PEERS[peer][0]}'s (below 1: ours is faster)")
            handles = _legend(pd.concat(of_cells.values()))
            shared[-1].legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def finding(table: pd.DataFrame) -> str:
    """The title: geometric mean and worst ratio against the main peer."""
    peer = _main_peer(table)
    ratios = table.loc[table["peer"] == peer].set_index("work")["ratio"]
    name, mean = PEERS[peer][0], float(np.exp(np.log(ratios).mean()))
    if len(ratios) == 1:
        return f"{ratios.index[0]} takes {mean:.2f} of {name}'s time"
    faster = int((ratios < 1).sum())
    return (
        f"{faster} of {len(ratios)} steps are faster than {name}'s: {mean:.2f} of its time in the geometric mean, at "
        f"worst {ratios.max():.2f} ({ratios.idxmax()})"
    )


def _main_peer(table):
    """PyTorch if it was measured, else the first peer."""
    return "torch" if (table["peer"] == "torch").any() or table.empty else table["peer"].iloc[0]


def _cells(rows):
    """The recurrent works by cell, with the sizes read from their names."""
    sizes = rows["work"].str.extract(RECURRENT).set_axis(["cell", "features", "hidden", "length"], axis=1)
    numbers = sizes[["features", "hidden", "length"]].astype(int)
    together = pd.concat([rows, sizes[["cell"]], numbers], axis=1)
    return {cell: together[together["cell"] == cell] for cell in CELLS}


def _draw_single(axes: Axes, rows: pd.DataFrame) -> None:
    several = rows["threads"].nunique() > 1
    threads = rows["threads"].map(lambda n: f"  ({_plural(n, 'thread')})" if several else "")
    labels = rows["work"] + threads
    order = list(dict.fromkeys(labels))[::-1]
    for peer, (name, marker) in PEERS.items():
        here = rows[rows["peer"] == peer]
        heights = [order.index(label) for label in labels[here.index]]
        spread = [here["ratio"] - here["ratio_low"], here["ratio_high"] - here["ratio"]]
        if len(here):
            axes.errorbar(
                here["ratio"],
                heights,
                xerr=spread,
                fmt=marker,
                color=TORCH_COLOUR if peer == "torch" else GREY,
                markersize=5,
                capsize=2.5,
                linewidth=1.2,
                label=f"against {name}",
            )
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(order)), order)
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.set_xlim(left=0)
    axes.set_xlabel("time of a step over the other's (below 1: ours is faster)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3)


def _draw_cell(axes: Axes, cell: str, rows: pd.DataFrame) -> None:
    for hidden, features in rows[["hidden", "features"]].drop_duplicates().itertuples(index=False):
        here = rows[(rows["hidden"] == hidden) & (rows["features"] == features)].sort_values("length")
        axes.errorbar(
            here["length"],
            here["ratio"],
            yerr=[here["ratio"] - here["ratio_low"], here["ratio_high"] - here["ratio"]],
            color=MODEL_COLOURS[cell],
            linestyle=HIDDEN_STYLES.get(hidden, SOLID),
            linewidth=1.2,
            elinewidth=0.8,
            **_marker(features, MODEL_COLOURS[cell]),
        )
    axes.axhline(1, color="black", linewidth=1)
    lengths = sorted(rows["length"].unique())
    axes.set_xscale("log")
    axes.set_xticks(lengths, [str(n) for n in lengths])
    axes.minorticks_off()
    axes.set_title(CELLS[cell])
    axes.set_xlabel("length L (steps)")


def _legend(rows):
    """Legend entries for lines and markers, in grey because each panel has its own colour."""
    lines = [
        Line2D([], [], color=GREY, linestyle=HIDDEN_STYLES.get(n, SOLID), label=f"{n} hidden units")
        for n in sorted(rows["hidden"].unique())
    ]
    markers = [
        Line2D([], [], color=GREY, linestyle="none", label=_plural(n, "feature"), **_marker(n, GREY))
        for n in sorted(rows["features"].unique())
    ]
    return lines + markers


def _plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _marker(features: int, colour: ColorType) -> dict[str, Any]:
    alone = features == 1
    return {"marker": "o" if alone else "s", "markerfacecolor": colour if alone else "white", "markersize": 4}
