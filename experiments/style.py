"""One look for every figure: fonts, sizes, colours that a colour-blind reader can tell apart, safe saving.

A figure is drawn inside ``with figure(path, width, height, simulated=...) as fig:`` (``drawn=...`` for faces). No
pyplot: its hidden current figure is global state. Leaving the block saves the PNG; an error inside it leaves no file.

The colours are those of Okabe and Ito, "Color Universal Design" (2008); the diverging scale is ColorBrewer's
red and blue, which survives red-green blindness.
"""

import io
import os
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter
from matplotlib.typing import ColorType

from data.atomic import write_bytes
from experiments.letters import drawable

DOTS_PER_INCH = 130
NARROW, NARROW_DOTS = 3.75, 110  # inches, dots per inch: of figures for a telephone
NARROW_LETTERS = {"ylabel": 26, "xlabel": 44, "title": 40}  # in a line
PANEL, MAX_NARROW_HEIGHT = 2.2, 5.0  # inches: of a panel among others, of a single one
_narrow: ContextVar[bool] = ContextVar("narrow", default=False)
STAMP_STRIP = 0.36  # inches kept free below a stamped figure, so that the stamp covers nothing
SIMULATED = "simulated data: an invented epidemic, not real counts"
DRAWN = "drawn faces: pictures that this program drew, not a collected data set"

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine draws the same letters
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "figure.titlesize": 11.5,
    "text.parse_math": False,  # a "$" in a country's name is a dollar, not a formula
}

GREY = "#6b6b6b"
NO_DATA = "#bdbdbd"
DIVERGING = "RdBu_r"

MODEL_COLOURS: dict[str, ColorType] = {
    "rnn": "#e69f00",
    "lstm": "#0072b2",
    "gru": "#009e73",
    "majority": GREY,
    "reversal": GREY,
    "logistic": GREY,
    "logistic_features": GREY,
}
MODEL_MARKERS = {
    "rnn": "o",
    "lstm": "s",
    "gru": "D",
    "majority": "x",
    "reversal": "+",
    "logistic": "|",
    "logistic_features": "1",
}
BASELINE_DASHES: dict[str, tuple[int, tuple[int, ...]]] = {
    "majority": (0, (1, 2)),
    "reversal": (0, (5, 2)),
    "logistic": (0, (5, 2, 1, 2)),
    "logistic_features": (0, (6, 1, 1, 1, 1, 1)),
}
SPLIT_COLOURS: dict[str, ColorType] = {"time": "#56b4e9", "country": "#cc79a7", "random": "#d55e00"}

MAX_MARGIN = 0.1  # of the side of a narrow figure, given up so that words stay inside


@contextmanager
def narrow() -> Iterator[None]:
    """A block in which figures are drawn for a telephone: panels one below the other, in a folder ``narrow``."""
    token = _narrow.set(True)
    try:
        yield
    finally:
        _narrow.reset(token)


def narrow_path(path: Path) -> Path:
    """Where the narrow form of a figure lies."""
    return path.parent / "narrow" / path.name


class NarrowFigure(Figure):
    """A figure whose panels stand in one column, column by column of the wide figure."""

    grid: Any = None  # the array of axes
    alike = False  # True if the panels of a row of the wide figure have the same y axis

    def subplots(self, nrows=1, ncols=1, *, sharex=False, sharey=False, squeeze=True, **_):
        """The same array of axes as `Figure.subplots` gives, with the same scales shared."""
        column = super().subplots(nrows * ncols, 1, squeeze=False)[:, 0]
        grid = column.reshape(ncols, nrows).T
        self.set_figheight(1.2 + PANEL * grid.size if grid.size > 1 else min(self.get_figheight(), MAX_NARROW_HEIGHT))
        for share, name in ((sharex, "sharex"), (sharey, "sharey")):
            for r, c in np.ndindex(grid.shape):
                first = {True: (0, 0), "all": (0, 0), "row": (r, 0), "col": (0, c)}.get(share, (r, c))
                if first != (r, c):
                    getattr(grid[r, c], name)(grid[first])
        self.grid, self.alike = grid, sharey in (True, "all", "row")
        return grid if not squeeze else grid.item() if grid.size == 1 else grid.squeeze()

    def fit(self) -> None:
        """Move the panels inwards by as much as words stick out of the figure."""
        size, margins = np.array([self.get_figwidth(), self.get_figheight()]), np.zeros((2, 2))
        engine = self.get_layout_engine()
        strip = engine.get()["rect"][1] if isinstance(engine, ConstrainedLayoutEngine) else 0  # that of the stamp
        for _ in range(3):  # panels that are narrower may have other labels
            FigureCanvasAgg(self).draw()
            self._break_lines()
            words = self.get_tightbbox()
            left_below, right_above = -np.array(words.min) / size, np.array(words.max) / size - 1
            out = np.maximum([left_below, right_above], 0)
            if not out.any():
                return
            margins = np.minimum(margins + out + 0.01 * (out > 0), MAX_MARGIN)
            left_below = margins[0] + [0, strip]
            self.set_layout_engine("constrained", rect=(*left_below, *(1 - left_below - margins[1])))

    def _break_lines(self) -> None:
        """Break titles and labels of x axes that stick out of the figure into lines that fit."""
        for axes in self.axes:
            titles = {axes.get_title(loc) for loc in ("left", "center")}
            words = [
                axes.xaxis.label,
                *(t for t in axes.findobj(Text) if isinstance(t, Text) and t.get_text() in titles),
            ]
            for text in words:
                box, width = text.get_window_extent(), self.bbox.width
                if not text.get_text() or (box.x0 >= 0 and box.x1 <= width):
                    continue
                room = (
                    width - box.x0
                    if text.get_horizontalalignment() == "left"
                    else min(box.x0 + box.x1, 2 * width - box.x0 - box.x1)  # centred: twice the shorter side
                )
                line = " ".join(text.get_text().split())
                longest = max(map(len, text.get_text().split("\n")))
                text.set_text(textwrap.fill(line, max(8, int(0.97 * longest * room / box.width))))

    def label_all(self) -> None:
        """Give every panel the labels that only the outer ones of the wide figure have, broken into lines."""
        if self.grid is None:
            return
        for r, c in np.ndindex(self.grid.shape):
            axes: Any = self.grid[r, c]
            for name, outer in (
                ("ylabel", self.grid[r, 0] if self.alike else axes),
                ("xlabel", self.grid[-1, c]),
                ("title", axes),
            ):
                text = getattr(axes, f"get_{name}")() or getattr(outer, f"get_{name}")()
                lines = [textwrap.fill(line, NARROW_LETTERS[name]) for line in text.split("\n")]
                getattr(axes, f"set_{name}")("\n".join(lines))
            legend = axes.get_legend()
            if legend and legend.get_bbox_to_anchor().x0 > axes.bbox.x1 - 2:  # right of the panel: there is no room
                legend.set_loc("upper center")
                legend.set_bbox_to_anchor((0.5, -0.35), transform=axes.transAxes)


@contextmanager
def figure(
    path: str | os.PathLike[str], width: float, height: float, *, simulated: bool = False, drawn: bool = False
) -> Iterator[Figure]:
    """An empty figure of ``width`` x ``height`` inches that is saved as ``path`` when the block ends well.

    With ``simulated`` (counts) or ``drawn`` (faces) a visible stamp says so, in a strip of its own at the bottom.
    """
    with matplotlib.rc_context(SETTINGS):
        fig: Figure
        if _narrow.get():
            fig = NarrowFigure(figsize=(NARROW, height), layout="constrained", dpi=NARROW_DOTS)
        else:
            fig = Figure(figsize=(width, height), layout="constrained", dpi=DOTS_PER_INCH)
        yield fig
        if isinstance(fig, NarrowFigure):
            fig.label_all()
        if simulated or drawn:
            words = SIMULATED if simulated else DRAWN
            stamp(fig, words.partition(":")[0] if isinstance(fig, NarrowFigure) else words)
        if isinstance(fig, NarrowFigure):
            fig.fit()
        write_png(fig, narrow_path(Path(path)) if _narrow.get() else Path(path))


def write_png(fig: Figure, path: Path) -> None:
    """Save ``fig`` beside ``path`` and rename it into place; same figure, same bytes (no date, no version).

    Letters that the font lacks are transliterated. The canvas is drawn once and its pixels are saved; ``fig.savefig``
    would draw everything twice for the layout.
    """
    _transliterate(fig)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    buffer = io.BytesIO()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # nothing in it is transparent
    # None takes out the entry that matplotlib would write, its own version.
    imsave(buffer, pixels, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})  # type: ignore[dict-item]
    write_bytes(path, buffer.getvalue())


def _transliterate(fig: Figure) -> None:
    """Replace letters that the font lacks, in names from data files, by their transliteration."""
    for text in fig.findobj(Text):
        text.set_text(drawable(text.get_text()))
    for axis in fig.findobj(Axis):
        names = axis.get_major_formatter()
        if isinstance(names, FuncFormatter):  # given names; a tick's text is made from them at every drawing
            axis.set_major_formatter(FuncFormatter(lambda x, place, names=names: drawable(names(x, place))))


def headline(fig: Figure, text: str) -> None:
    """The finding, in bold over the whole figure, wrapped at the figure's width."""
    # A bold letter of DejaVu Sans is about 0.61 of its height wide; a point is 1/72 inch.
    letter_inches = 0.61 * float(matplotlib.rcParams["figure.titlesize"]) / 72
    columns = int((fig.get_figwidth() - 0.3) / letter_inches)
    fig.suptitle(textwrap.fill(text, columns), fontweight="bold", x=0.01, ha="left")


def stamp(fig: Figure, text: str) -> None:
    """Say in the figure itself that its data were made up."""
    engine = fig.get_layout_engine()
    strip = STAMP_STRIP / fig.get_figheight()
    if isinstance(engine, ConstrainedLayoutEngine):  # a sheet of pictures keeps the strip free by itself
        engine.set(rect=(0, strip, 1, 1 - strip))
    fig.text(
        0.01,
        strip / 2,
        text,
        color="white",
        fontsize=8,
        fontweight="bold",
        va="center",
        bbox={"facecolor": "#a33b00", "edgecolor": "none", "boxstyle": "round,pad=0.25"},
    )


def baseline_line(axes: Axes, height: float, model: str, label: str) -> None:
    """A grey dashed line across ``axes``; each baseline has its own dashes, so that no colour is needed."""
    axes.axhline(height, color=GREY, linewidth=1.1, linestyle=BASELINE_DASHES[model], label=label, zorder=1.5)
