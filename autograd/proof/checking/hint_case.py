"""A gradient as it is and as it should be, and the questions that every hint asks of the two."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

Found = tuple[str, str] | None  # a pattern and a sentence on it, if it fits

FEW = 3  # with fewer numbers that are not 0, everything looks like everything else
MAX_AXES = 5  # orders and subsets of more axes are too many to try


@dataclass(frozen=True)
class Case:
    """A gradient as it is and as it should be."""

    analytic: np.ndarray
    numeric: np.ndarray
    allowed: float | np.ndarray
    cotangents: tuple[np.ndarray, ...]
    others: Mapping[str, np.ndarray]
    factors: Mapping[str, np.ndarray]

    def is_like(self, candidate: np.ndarray | float, where: np.ndarray | None = None) -> bool:
        """Whether backward gave just this, up to the accuracy of the numbers."""
        near = np.abs(self.analytic - candidate) <= self.allowed + 1e-9 * np.abs(self.analytic)
        return bool(near.all() if where is None else near[where].all())

    @property
    def wrong(self) -> np.ndarray:
        """Which elements backward got wrong."""
        return ~(np.abs(self.analytic - self.numeric) <= self.allowed)

    @property
    def telling(self) -> np.ndarray:
        """Elements whose right value is not lost in inaccuracy: only they show a factor or a sign."""
        return np.abs(self.numeric) > 100 * self.allowed


def subsets(array: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All choices of axes with more than one element, the smallest first."""
    axes = [axis for axis, n in enumerate(array.shape) if n > 1]
    if len(axes) <= MAX_AXES:
        for count in range(1, len(axes) + 1):
            yield from combinations(axes, count)


def named(axes: Sequence[int]) -> str:
    """In words: axis 0, or axes 0, 2."""
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"
