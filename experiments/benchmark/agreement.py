"""Check that two sides compute the same; otherwise a comparison of their times means nothing.

The mathematics is compared in float64. There, two correct programs differ only by rounding, in about the 14th digit,
so any mistake shows.

The timed code runs in float32 and is compared too, with wider tolerances, for two reasons. First, if the input of a
ReLU is zero up to rounding, one side may pass the gradient and the other may block it. Among a million ReLUs this
happens to some. The loss hardly changes, but whole gradients differ by up to 1 %, also from those in float64. Second,
the size of Adam's first update does not depend on the size of the gradient. A gradient that is zero up to rounding
gets a full update, in either direction. With batch normalisation, PyTorch's own two memory layouts therefore differ
by 1e-4 in the next loss.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .sides import LOSS, Precision, Results, Side

STEPS = 2  # the second step follows an update, so it shows whether both sides updated alike


class Tolerance(NamedTuple):
    """The largest differences allowed, relative to the Euclidean norm of the compared array."""

    first_loss: float
    first_gradients: float  # and all other results of a step
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
    """Two sides do not compute the same; the message is one line that says where."""


def in_precision(problem: Any, dtype: Precision) -> Any:
    """The same problem in another precision."""
    return replace(problem, dtype=dtype)


def history(side: Side) -> list[Results]:
    """Copies of the results of a side's first steps; a side may overwrite its own arrays."""
    seen: list[Results] = []
    for _ in range(STEPS):
        side.step()
        seen.append({name: np.array(value) for name, value in side.results().items()})
    return seen


def require_same(work: str, peer: str, dtype: Precision, ours: Sequence[Results], theirs: Sequence[Results]) -> None:
    """Compare two histories that started from the same weights.

    Raises:
        DifferentError: a result differs; the message says which, in which step and by how much.
    """
    tolerance = TOLERANCES[dtype]
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1):
        if only_one := a.keys() ^ b.keys():
            raise DifferentError(f"{work}: only one of us and {peer} gives {', '.join(sorted(only_one))}")
        for name in a:
            found = difference(a[name], b[name])
            if not found <= tolerance.of(name, step):  # not `found > ...`, so that nan fails too
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
