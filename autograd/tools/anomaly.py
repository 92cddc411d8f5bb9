"""``with autograd.detect_anomaly():`` names the first op that computes something which is no finite number.

A loss that has become NaN says nothing of where it went wrong, for NaN and infinity pass through all that follows::

    with autograd.detect_anomaly():
        loss = model(x)        # AnomalyError: log gave 1 infinite of 32 values in shape (8, 4), called at model.py:12
        loss.backward()        # AnomalyError: the gradient of sqrt, called at model.py:14, has 1 NaN of 32 values ...

Inside the block every value is looked at once more, which may double the time: run the step that failed again, with
the same batch and the same noise, rather than a whole training. Outside the block none of this costs anything.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..mode import observing

_ENGINE = str(Path(__file__).parents[1])


class AnomalyError(FloatingPointError):
    """A value or a gradient is NaN or infinite. The message says of which op, how many, and where it was called.

    Attributes: `op`, its name, and `backward`, whether it is the gradient that is wrong.
    """

    def __init__(self, message: str, op: str, backward: bool):
        super().__init__(message)
        self.op, self.backward = op, backward


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside this block, the first op whose value or gradient is NaN or infinite ends the computation.

    A value may be infinite on purpose (a mask of -inf before a softmax): then this block is too strict.

    Raises:
        AnomalyError: naming the op, the shape, and the file and line of the call.
    """
    with observing(_Watch()), np.errstate(all="ignore"):  # NumPy's warnings would name no op of ours
        yield


class _Watch:
    """The observer of the engine: looks at every value on the way forward and at every gradient on the way back."""

    def running(self, rule):
        return rule

    def computed(self, op, value, node):
        place = _caller()
        for array in value if type(value) is tuple else (value,):
            if found := _not_finite(array):
                raise AnomalyError(f"{op} gave {found}, called at {place}", op, backward=False)
        if node is not None:
            node.edges = tuple((parent, _checked(vjp, op, place)) for parent, vjp in node.edges)

    def shown(self, array):
        return array


def _checked(vjp, op, place):
    """The vjp, with a look at the gradient that it gives."""

    def run_and_look(g):
        share = vjp(g)
        if found := _not_finite(share):
            raise AnomalyError(f"the gradient of {op}, called at {place}, has {found}", op, backward=True)
        return share

    return run_and_look


def _not_finite(array) -> str:
    """How many numbers of an array are NaN or infinite, in words; "" if none are."""
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return ""
    nans, infinities = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    kinds = [f"{count:,} {kind}" for count, kind in ((nans, "NaN"), (infinities, "infinite")) if count]
    return f"{' and '.join(kinds)} of {array.size:,} values in shape {array.shape}"


def _caller() -> str:
    """file:line of the nearest call that is not the engine's own."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
