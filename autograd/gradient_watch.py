"""A look at every gradient on its way back: has it the shape of the value it belongs to?

The engine sums a gradient over the axes along which an argument was broadcast, and whatever else does not fit ends in
an error of NumPy's about reshaping. Within `watching_backward` it ends in a `GradientError` that names the op.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .gradient_hints import recognise_shape
from .gradient_report import GradientError
from .mode import observing


@contextmanager
def watching_backward() -> Iterator[None]:
    """Inside this block, backward must succeed and give each argument of an op a gradient of a shape that fits.

    Raises:
        GradientError: a vjp raised an error, or gave a gradient that no broadcasting explains.
    """
    with observing(_Watch()):
        yield


class _Watch:
    """The observer of the engine: looks at what each vjp gives."""

    def running(self, rule):
        return rule

    def computed(self, op, value, node):
        if node is not None:
            node.edges = tuple((parent, _watched(vjp, op, parent)) for parent, vjp in node.edges)

    def shown(self, array):
        return array


def _watched(vjp, op, parent):
    def run_and_look(g):
        try:
            share = vjp(g)
        except (ValueError, TypeError, IndexError) as error:
            hint = "the shapes inside the vjp do not fit each other" if _is_about_shapes(error) else ""
            message = f"the backward of {op} failed: {type(error).__name__}: {error}"
            raise GradientError(message, op=op, pattern="shape" if hint else None, hint=hint) from error
        if not _fits(share.shape, parent.shape):
            pattern, hint = recognise_shape(share.shape, parent.shape)
            raise GradientError(
                f"the backward of {op} gives a gradient of shape {share.shape} for an argument of shape "
                f"{parent.shape}; hint: {hint}",
                op=op,
                pattern=pattern,
                hint=hint,
            )
        return share

    return run_and_look


def _fits(shape, expected):
    """Whether a value of the expected shape may have been broadcast to this one, so that the engine can sum it up."""
    if shape is None or shape == expected:  # None: the gradients of several results on their way together
        return True
    try:
        return np.broadcast_shapes(shape, expected) == shape
    except ValueError:
        return False


def _is_about_shapes(error):
    return any(word in str(error) for word in ("shape", "dimension", "broadcast", "axis", "axes", "size"))
