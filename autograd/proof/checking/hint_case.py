"""A computed gradient beside the correct one, with the comparisons that all hints use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

Found = tuple[str, str] | None  # the pattern and a sentence about it, or None if it does not fit

FEW = 3  # with fewer nonzero elements, many patterns fit by accident
MAX_AXES = 5  # beyond this, there are too many permutations and subsets to try


@dataclass(frozen=True)
class Case:
    """The gradient from backward (`analytic`) and the correct one (`numeric`)."""

    analytic: np.ndarray
    numeric: np.ndarray
    allowed: float | np.ndarray
    cotangents: tuple[np.ndarray, ...]
    others: Mapping[str, np.ndarray]
    factors: Mapping[str, np.ndarray]

    def is_like(self, candidate: np.ndarray | float, where: np.ndarray | None = None) -> bool:
        """Whether backward gave this candidate, up to the allowed error."""
        near = np.abs(self.analytic - candidate) <= self.allowed + 1e-9 * np.abs(self.analytic)
        return bool(near.all() if where is None else near[where].all())

    @property
    def wrong(self) -> np.ndarray:
        """Which elements backward got wrong."""
        return ~(np.abs(self.analytic - self.numeric) <= self.allowed)

    @property
    def telling(self) -> np.ndarray:
        """Elements far above the allowed error: only they show a factor or a sign."""
        return np.abs(self.numeric) > 100 * self.allowed


def subsets(array: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All choices of axes with more than one element, the smallest first."""
    axes = [axis for axis, n in enumerate(array.shape) if n > 1]
    if len(axes) <= MAX_AXES:
        for count in range(1, len(axes) + 1):
            yield from combinations(axes, count)


def named(axes: Sequence[int]) -> str:
    """The axes in words: "axis 0" or "axes 0, 2"."""
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"
