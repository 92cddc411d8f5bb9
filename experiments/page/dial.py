"""A chart of points that a visitor drags along: each point swaps the pictures below it.

The chart itself is an SVG that the template writes, so it stands there without JavaScript and in print, and its letters
keep their size on a narrow screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

WIDTH, HEIGHT = 480, 330  # of the view box
LEFT, RIGHT, TOP, BOTTOM = 52, 470, 12, 284  # of the frame in it
APART = 1.4  # from the outermost points to the frame, as a factor


class Point(NamedTuple):
    """A point of the chart: what stands beside it, its place in the units of the axes, and what is said of it."""

    label: str
    x: float
    y: float
    words: str


class Mark(NamedTuple):
    """A point in the view box, and where its label ends or begins."""

    label: str
    x: float
    y: float
    words: str
    below: bool


class Tick(NamedTuple):
    """A tick's place along its axis in the view box, and its label."""

    place: float
    label: str


@dataclass(frozen=True)
class Dial:
    """A chart on two logarithmic axes; ``text`` and ``caption`` are Markdown, ``data`` is what the script works on.

    ``how`` says in Markdown how to turn it; it is read only where the script runs.
    """

    kind: ClassVar[str] = "dial"
    heading: str
    text: str
    how: str
    caption: str
    x_label: str
    y_label: str
    line_label: str
    line: tuple[tuple[float, float], ...]
    points: tuple[Point, ...]
    data: dict[str, Any]

    @property
    def x_limits(self) -> tuple[float, float]:
        """The ends of the x axis."""
        return _around([point.x for point in self.points])

    @property
    def y_limits(self) -> tuple[float, float]:
        """The ends of the y axis, which holds the points and the line above them."""
        low, high = self.x_limits
        return _around([point.y for point in self.points] + [y for x, y in self.line if low <= x <= high])

    def across(self, x: float) -> float:
        """The place of an x in the view box."""
        return round(_between(x, self.x_limits, LEFT, RIGHT), 1)

    def up(self, y: float) -> float:
        """The place of a y in the view box."""
        return round(_between(y, self.y_limits, BOTTOM, TOP), 1)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The points in the view box; labels stand above and below in turn, so that neighbours do not meet."""
        order = sorted(range(len(self.points)), key=lambda i: self.points[i].x)
        below = {i: place % 2 == 1 for place, i in enumerate(order)}
        return tuple(
            Mark(p.label, self.across(p.x), self.up(p.y), p.words, below[i]) for i, p in enumerate(self.points)
        )

    @property
    def polyline(self) -> str:
        """The line as far as it lies inside the frame, as SVG has it."""
        (left, right), (low, high) = self.x_limits, self.y_limits
        inside = [(x, y) for x, y in self.line if left <= x <= right and low <= y <= high]
        return " ".join(f"{self.across(x)},{self.up(y)}" for x, y in inside)

    @property
    def x_ticks(self) -> tuple[Tick, ...]:
        """Round numbers along the x axis."""
        return tuple(Tick(self.across(x), f"{x:g}") for x in _round_numbers(*self.x_limits))

    @property
    def y_ticks(self) -> tuple[Tick, ...]:
        """Round numbers along the y axis."""
        return tuple(Tick(self.up(y), f"{y:g}") for y in _round_numbers(*self.y_limits))

    @property
    def box(self) -> dict[str, int]:
        """The view box and the frame in it."""
        return {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}


def _around(values: Sequence[float]) -> tuple[float, float]:
    return min(values) / APART, max(values) * APART


def _between(value: float, limits: tuple[float, float], start: float, end: float) -> float:
    low, high = np.log(limits)
    return float(start + (end - start) * (np.log(value) - low) / (high - low))


def _round_numbers(low: float, high: float) -> list[float]:
    """Powers of ten from low to high; 1, 2 and 5 times them, or more, where these are too few."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for digits in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), np.arange(1, 10, 0.25)):
        found = [float(f"{digit}e{power}") for power in powers for digit in digits]
        inside = [number for number in found if low <= number <= high]
        if len(inside) >= 3:
            break
    return inside
