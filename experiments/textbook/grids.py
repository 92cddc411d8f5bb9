"""Small arrays drawn as grids of numbered cells: what the textbook's pictures of shapes are made of.

Coordinates are cells: x to the right, y downwards, so that cell (row, column) of a grid at (left, top) covers
left + column to left + column + 1. All functions draw into axes that `sheet` has prepared.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.typing import ColorType

PALE = "#f4f4f4"
LINE = "#9a9a9a"
ORANGE, BLUE, GREEN, PURPLE = "#e69f00", "#0072b2", "#009e73", "#cc79a7"


def sheet(fig: Figure, width: float, height: float) -> Axes:
    """Axes without axes, `width` x `height` cells, a cell as high as it is wide."""
    axes = fig.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return axes


def tint(colour: str, share: float = 0.35) -> tuple[float, float, float]:
    """A colour mixed with white, light enough for black numbers on it."""
    red, green, blue = (1 - share * (1 - c) for c in to_rgb(colour))
    return red, green, blue


def grid(
    axes: Axes,
    left: float,
    top: float,
    values: np.ndarray,
    colours: Sequence[Sequence[ColorType]] | None = None,
    size: float = 8,
) -> None:
    """An array (rows, columns) of numbers or words as cells, each in its colour."""
    for (row, column), value in np.ndenumerate(values):
        colour = PALE if colours is None else colours[row][column]
        axes.add_patch(Rectangle((left + column, top + row), 1, 1, facecolor=colour, edgecolor=LINE, linewidth=0.7))
        axes.text(left + column + 0.5, top + row + 0.53, str(value), ha="center", va="center", fontsize=size)


def outline(
    axes: Axes, left: float, top: float, width: float, height: float, colour: str, style: object = "solid"
) -> None:
    """A frame around cells."""
    axes.add_patch(
        Rectangle((left, top), width, height, fill=False, edgecolor=colour, linewidth=2.4, linestyle=style, zorder=3)
    )


def note(axes: Axes, x: float, y: float, text: str, size: float = 9, **settings: object) -> None:
    """A line of text, centred unless `settings` say otherwise."""
    axes.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": size, **settings})  # type: ignore[arg-type]


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str = "#6b6b6b") -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.3})
