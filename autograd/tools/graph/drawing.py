"""A graph drawn as SVG by matplotlib: no Graphviz is needed."""

import os
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ...nn.module import Module
from ...tensor import Tensor
from .layout import lay_out
from .text import Fold, chosen_vertices
from .vertices import Vertex

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT_SIZE = 8.0
LINE_HEIGHT = 1.35 * FONT_SIZE
CHARACTER_WIDTH = 0.61 * FONT_SIZE  # of DejaVu Sans Mono, matplotlib's own
PADDING = 6.0
MARGIN = 8.0
LEAF, OP, FOLDED = "#cfe8f7", "#f5f5f5", "#fbe3c0"  # light blue, grey and orange, told apart by every eye
INK = "#333333"


def to_svg(
    tensor: Tensor,
    path: str | os.PathLike[str],
    *,
    module: Module | None = None,
    values: bool = False,
    gradients: bool = False,
    fold: Fold = True,
) -> Path:
    """Draw the graph of a tensor into an SVG file, leaves at the top, the tensor at the bottom.

    Blue boxes are leaves, grey boxes are ops, orange boxes stand for several ops. Text stays text, so that it can be
    searched. Arguments and errors as for `to_mermaid`. The file is complete or does not exist.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    path = Path(path)
    unfinished = path.with_name(path.name + ".part")
    picture = picture_of(tensor, module=module, values=values, gradients=gradients, fold=fold)
    unfinished.write_text(picture.svg, encoding="utf-8")
    os.replace(unfinished, path)
    return path


@dataclass(frozen=True)
class Picture:
    """A drawn graph. A notebook shows it where it is the last line of a cell; `svg` is its text."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def picture_of(
    tensor: Tensor,
    *,
    module: Module | None = None,
    values: bool = False,
    gradients: bool = False,
    fold: Fold = True,
) -> Picture:
    """The graph of a tensor as a picture for notebooks, the same as `to_svg` writes. Arguments and errors as there."""
    from matplotlib import rc_context

    figure = draw(chosen_vertices(tensor, module, fold), values, gradients)
    text = StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "autograd"}):  # the same graph, the same bytes
        figure.savefig(text, format="svg", metadata={"Date": None})
    return Picture(text.getvalue())


def draw(vertices: list[Vertex], values: bool, gradients: bool) -> "Figure":
    """The vertices as a matplotlib figure, one point for each unit of the layout."""
    from matplotlib.figure import Figure

    texts = {v: v.lines(values, gradients) for v in vertices}
    sizes = {v: _size(lines) for v, lines in texts.items()}
    layout = lay_out({v: v.parents for v in vertices}, sizes)
    right = max(
        [x + sizes[v][0] / 2 for v, (x, _) in layout.centres.items()] + [x for way in layout.arrows for x, _ in way]
    )
    bottom = max(y + sizes[v][1] / 2 for v, (_, y) in layout.centres.items())
    width, height = right + 2 * MARGIN, bottom + 2 * MARGIN
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-MARGIN, right + MARGIN), ylim=(bottom + MARGIN, -MARGIN))
    axes.set_axis_off()
    for v in vertices:
        _draw_box(axes, v, texts[v], layout.centres[v], sizes[v])
    for stops in layout.arrows:
        _draw_arrow(axes, stops)
    return figure


def _size(lines):
    return max(map(len, lines)) * CHARACTER_WIDTH + 2 * PADDING, len(lines) * LINE_HEIGHT + 2 * PADDING


def _draw_box(axes, vertex, lines, centre, size):
    from matplotlib.patches import FancyBboxPatch

    (x, y), (width, height) = centre, size
    colour = LEAF if vertex.is_leaf else FOLDED if vertex.details else OP
    style = f"round,pad=0,rounding_size={9 if vertex.is_leaf else 2}"
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(
        FancyBboxPatch(corner, width, height, boxstyle=style, facecolor=colour, edgecolor=INK, linewidth=0.8)
    )
    for i, line in enumerate(lines):
        middle = y + (i - (len(lines) - 1) / 2) * LINE_HEIGHT
        weight = "bold" if i == 0 else "normal"
        axes.text(x, middle, line, size=FONT_SIZE, family="DejaVu Sans Mono", weight=weight, color=INK,
                  ha="center", va="center")  # fmt: skip


def _draw_arrow(axes, stops):
    """Alternately a straight line down, and a bend that starts and ends straight down."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

    points, codes = [stops[0]], [Curve.MOVETO]
    for i, ((xa, ya), (xb, yb)) in enumerate(pairwise(stops)):
        if i % 2 == 1:
            bend = (yb - ya) / 2
            points += [(xa, ya + bend), (xb, yb - bend), (xb, yb)]
            codes += [Curve.CURVE4] * 3
        elif yb > ya:  # a line of length 0 has no direction for the head of the arrow
            points.append((xb, yb))
            codes.append(Curve.LINETO)
    axes.add_patch(
        FancyArrowPatch(path=Curve(points, codes), arrowstyle="-|>", mutation_scale=7, color=INK, linewidth=0.8)
    )
