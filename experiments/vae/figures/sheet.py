"""Sheets of pictures without resampling: each pixel of a picture becomes a square of whole screen pixels.

Matplotlib's axes resample an image to the size that the layout gives them, which blurs it. A sheet is laid out in
screen pixels instead, from the top left corner, and pictures are pasted on it pixel by pixel.
"""

import os
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.style import DOTS_PER_INCH, GREY, STAMP_STRIP, figure

GAP = 3  # white pixels between two pictures
MARGIN = 16
HEADLINE_SIZE, SMALL_SIZE = 11.5, 8.0  # points


def pixels(points: float) -> float:
    """Points, 1/72 inch, as screen pixels."""
    return points * DOTS_PER_INCH / 72


def scale_for(side: int, target: int) -> int:
    """The whole factor that brings pictures of ``side`` pixels closest to ``target`` pixels, at least 1."""
    return max(1, round(target / side))


def enlarge(images: np.ndarray, scale: int) -> np.ndarray:
    """Repeat every pixel of (..., H, W, C) ``scale`` times along both axes."""
    return images.repeat(scale, axis=-3).repeat(scale, axis=-2)


def tile(images: np.ndarray, scale: int = 1, gap: int = GAP) -> np.ndarray:
    """Lay pictures (rows, columns, H, W, C), uint8, out as one with white gaps between them."""
    rows, columns, height, width, channels = images.shape
    height, width = height * scale + gap, width * scale + gap
    sheet = np.full((rows, height, columns, width, channels), 255, np.uint8)
    sheet[:, : height - gap, :, : width - gap] = enlarge(images, scale).transpose(0, 2, 1, 3, 4)
    return sheet.reshape(rows * height, columns * width, channels)[: rows * height - gap, : columns * width - gap]


def extent(count: int, side: int, gap: int = GAP) -> int:
    """The length of ``count`` pictures of ``side`` pixels with gaps between them."""
    return count * (side + gap) - gap


@dataclass(frozen=True)
class PictureSheet:
    """A blank page of ``width`` x ``height`` screen pixels; positions count from its top left corner."""

    fig: Figure
    width: int
    height: int

    def picture(self, x: int, y: int, image: np.ndarray) -> None:
        """Paste an image (H, W, C), uint8, with its top left corner at (x, y)."""
        self.fig.figimage(image, xo=x, yo=self.height - y - image.shape[0], origin="upper")

    def words(self, x: float, y: float, text: str, **changes: Any) -> None:
        """Write ``text`` at (x, y), by default to the right of and below that point."""
        style: dict[str, Any] = {"ha": "left", "va": "top", "fontsize": SMALL_SIZE} | changes
        self.fig.text(x / self.width, 1 - y / self.height, text, **style)

    def row_label(self, right: float, top: float, height: float, text: str) -> None:
        """Name a row of pictures, left of it."""
        self.words(right, top + height / 2, text, ha="right", va="center", linespacing=1.3)

    def column_labels(self, left: float, bottom: float, side: float, labels: Sequence[str], gap: int = GAP) -> None:
        """Name columns of pictures, above (``bottom`` is where the letters end)."""
        for i, label in enumerate(labels):
            self.words(left + i * (side + gap) + side / 2, bottom, label, ha="center", va="bottom", color=GREY)

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Axes for a chart, whose frame has its top left corner at (x, y)."""
        box = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        return self.fig.add_axes(box)


@contextmanager
def picture_sheet(
    path: str | os.PathLike[str], width: int, height: int, finding: str, note: str = "", *, drawn: bool
) -> Iterator[tuple[PictureSheet, int]]:
    """A sheet with room for ``width`` x ``height`` pixels below its headline, saved when the block ends well.

    Gives the sheet and the y at which that room begins; its x begins at MARGIN.
    """
    full_width = width + 2 * MARGIN
    title = _wrapped(finding, full_width, HEADLINE_SIZE, 0.61)
    subtitle = _wrapped(note, full_width, SMALL_SIZE, 0.53)
    lines = pixels(HEADLINE_SIZE) * 1.3 * (title.count("\n") + 1), pixels(SMALL_SIZE) * 1.4 * (subtitle.count("\n") + 1)
    top = round(MARGIN + lines[0] + (lines[1] + 4 if note else 0) + 8)
    full_height = top + height + MARGIN + (round(STAMP_STRIP * DOTS_PER_INCH) if drawn else 0)
    # Half a pixel more, for the canvas rounds down.
    inches = [(side + 0.5) / DOTS_PER_INCH for side in (full_width, full_height)]
    with figure(path, inches[0], inches[1], drawn=drawn) as fig:
        fig.set_layout_engine("none")
        page = PictureSheet(fig, full_width, full_height)
        page.words(MARGIN, MARGIN, title, fontsize=HEADLINE_SIZE, fontweight="bold")
        page.words(MARGIN, MARGIN + lines[0] + 4, subtitle, color=GREY)
        yield page, top


def _wrapped(text: str, width: float, points: float, letter: float) -> str:
    """Text broken into lines of ``width`` pixels; a letter of DejaVu Sans is ``letter`` of its height wide."""
    return textwrap.fill(text, max(20, int((width - 2 * MARGIN) / (pixels(points) * letter))))
