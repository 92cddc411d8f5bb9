"""``with autograd.detect_anomaly():`` names the first op that computes a NaN or an infinity.

A loss that is NaN does not tell where it went wrong, because NaN and infinity spread to every later result::

    with autograd.detect_anomaly():
        loss = model(x)        # AnomalyError: log gave 1 infinite of 32 values in shape (8, 4), called at model.py:12
        loss.backward()        # AnomalyError: the gradient of sqrt, called at model.py:14, has 1 NaN of 32 values ...

Inside the block every value is read once more, which may double the time: repeat the step that failed, with the same
batch and the same noise, not a whole training run. Outside the block this costs nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..mode import observing

_ENGINE = str(Path(__file__).parents[1])


class AnomalyError(FloatingPointError):
    """A value or a gradient is NaN or infinite. The message names the op, the number of elements, and the caller.

    Attributes: `op`, the name of the op, and `backward`, True if the gradient is wrong and not the value.
    """

    def __init__(self, message: str, op: str, backward: bool):
        super().__init__(message)
        self.op, self.backward = op, backward


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Inside this block the first op whose value or gradient is NaN or infinite raises an error.

    The block is too strict where a value is infinite on purpose (a mask of -inf before a softmax).

    Raises:
        AnomalyError: naming the op, the shape, and the file and line of the call.
    """
    with observing(_Watch()), np.errstate(all="ignore"):  # the error names the op, NumPy's warning does not
        yield


class _Watch:
    """The observer: it checks every value in the forward pass and every gradient in the backward pass."""

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
    """The vjp, followed by a check of its gradient."""

    def run_and_look(g):
        share = vjp(g)
        if found := _not_finite(share):
            raise AnomalyError(f"the gradient of {op}, called at {place}, has {found}", op, backward=True)
        return share

    return run_and_look


def _not_finite(array) -> str:
    """How many elements of an array are NaN or infinite, in words; "" if none are."""
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return ""
    nans, infinities = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    kinds = [f"{count:,} {kind}" for count, kind in ((nans, "NaN"), (infinities, "infinite")) if count]
    return f"{' and '.join(kinds)} of {array.size:,} values in shape {array.shape}"


def _caller() -> str:
    """file:line of the nearest caller outside the engine."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
