"""A still chart of some days: the counts as bars, and below them what each model answers and how each day moves it.

It is an SVG that the template writes: it stands there without JavaScript and in print.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

WIDTH, LEFT = 480, 104  # of the view box, and where the first day begins in it
TOP, BOTTOM = 56, 150  # of the bars of counts
ROW = 48  # height of what a model says
FILLED = 0.56  # of a day's width


class Answer(NamedTuple):
    """A model's name, its answer in words, and the slope of the answer in each day."""

    name: str
    words: str
    slopes: tuple[float, ...]


class Bar(NamedTuple):
    """A rectangle in the view box, its style, and the words beside it, if any."""

    x: float
    y: float
    width: float
    height: float
    style: str
    words: str = ""

    @property
    def middle(self) -> float:
        """The middle of the bar from left to right."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Days:
    """``heading`` is plain text, ``caption`` Markdown; ``counts`` has one number for each of ``days``."""

    kind: ClassVar[str] = "days"
    heading: str
    caption: str
    days: tuple[str, ...]
    counts: tuple[int, ...]
    answers: tuple[Answer, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the view box."""
        return WIDTH, BOTTOM + 26 + ROW * len(self.answers)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """One bar for each day, as high as the logarithm of its count; a negative count, a correction, has none."""
        logs = np.log1p(np.maximum(self.counts, 0))
        heights = (BOTTOM - TOP) * logs / max(logs.max(), 1)
        return tuple(
            Bar(x, round(float(BOTTOM - height), 1), width, round(float(height), 1), "count", f"{count:,}")
            for (x, width), height, count in zip(self._places(), heights, self.counts, strict=True)
        )

    @property
    def rows(self) -> tuple[tuple[Answer, float, tuple[Bar, ...]], ...]:
        """Each answer, the height of its line, and a bar for each slope: up from the line if it is positive."""
        found = []
        for place, answer in enumerate(self.answers):
            line = BOTTOM + 26 + ROW * (place + 0.5)
            largest = max(*map(abs, answer.slopes), 1e-9)
            bars = []
            for (x, width), slope in zip(self._places(), answer.slopes, strict=True):
                height = round(0.42 * ROW * abs(slope) / largest, 1)
                up = slope >= 0
                bars.append(Bar(x, round(line - height, 1) if up else line, width, height, "up" if up else "down"))
            found.append((answer, line, tuple(bars)))
        return tuple(found)

    def _places(self) -> list[tuple[float, float]]:
        """Left side and width of each day's bars."""
        step = (WIDTH - LEFT) / len(self.days)
        edge = LEFT + step * (1 - FILLED) / 2
        return [(round(edge + step * i, 1), round(step * FILLED, 1)) for i in range(len(self.days))]
