"""Whether two sides compute the same: if they do not, a comparison of their times means nothing.

The mathematics is compared in float64, where two programs that do the same differ by rounding in the 14th digit, and
a slip of any kind shows. What is timed runs in float32, and is compared too, but there less can be asked: a ReLU whose
input is zero but for rounding lets the gradient through on one side and not on the other, and with a million ReLUs
some are. The loss hardly notices; whole gradients come to differ by up to a hundredth, from float64's as well. And
Adam's first update is as long for a gradient that is zero but for rounding as for any other, and goes either way: with
batch normalisation PyTorch's own two memory layouts differ by 1e-4 in the loss that follows.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .sides import LOSS, Precision, Results, Side

STEPS = 2  # the second follows an update, so it shows whether that was the same


class Tolerance(NamedTuple):
    """Largest differences, relative to the Euclidean norm of what is compared."""

    first_loss: float
    first_gradients: float  # and of what else a step computes
    later_loss: float
    later_gradients: float

    def of(self, name: str, step: int) -> float:
        if step == 1:
            return self.first_loss if name == LOSS else self.first_gradients
        return self.later_loss if name == LOSS else self.later_gradients


TOLERANCES: dict[Precision, Tolerance] = {
    "float64": Tolerance(1e-9, 1e-9, 1e-9, 1e-9),
    "float32": Tolerance(2e-5, 0.02, 1e-3, np.inf),
}


class DifferentError(Exception):
    """Two sides do not compute the same; one line says where."""


def in_precision(problem: Any, dtype: Precision) -> Any:
    """The same problem in another precision."""
    return replace(problem, dtype=dtype)


def history(side: Side) -> list[Results]:
    """The results of a side's first steps; copied, since a side may write over its own arrays."""
    seen: list[Results] = []
    for _ in range(STEPS):
        side.step()
        seen.append({name: np.array(value) for name, value in side.results().items()})
    return seen


def require_same(work: str, peer: str, dtype: Precision, ours: Sequence[Results], theirs: Sequence[Results]) -> None:
    """Compare two histories that began with the same weights.

    Raises:
        DifferentError: names what differs, in which step and by how much.
    """
    tolerance = TOLERANCES[dtype]
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1):
        if only_one := a.keys() ^ b.keys():
            raise DifferentError(f"{work}: only one of us and {peer} gives {', '.join(sorted(only_one))}")
        for name in a:
            found = difference(a[name], b[name])
            if not found <= tolerance.of(name, step):  # written so that nan is refused
                raise DifferentError(
                    f"{work}: {name} in step {step}, {dtype}, differs from {peer}'s by {found:.1e} of its size: it is "
                    "not the same computation, so nothing was timed"
                )


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The norm of the difference over the norm; infinite for another shape or dtype."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return np.inf
    distance, size = float(np.linalg.norm(ours - theirs)), float(np.linalg.norm(theirs))
    return distance / size if size else distance
