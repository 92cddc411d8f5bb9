"""Every vjp is watched: does its gradient have the shape and dtype of the argument it belongs to?

The engine sums a gradient over the axes along which its argument was broadcast; any other wrong shape ends in an error
of NumPy about reshaping. Within `watching_backward` it ends in a `GradientError` that names the op. So does a vjp that
writes to the incoming gradient: the engine may have given the same array to another op.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from ...mode import observing
from ...node import Node
from .hints import recognise_shape
from .report import GradientError


@contextmanager
def watching_backward(leaves: Sequence[Node]) -> Iterator[None]:
    """Inside this block, backward must succeed and give each argument of an op a gradient of its shape and dtype.

    Gradients flow to these leaves alone: what else a new node points to, and what was made outside, is cut off.

    Raises:
        GradientError: a vjp is no function, raised an error, gave no array or one whose shape no broadcasting explains,
            or one of another dtype, or changed what came in.
    """
    with observing(_Watch(leaves)):
        yield


class _Watch:
    """The observer of the engine: looks at what each vjp gives."""

    def __init__(self, leaves):
        self.inside = set(leaves)

    def running(self, rule):
        return rule

    def computed(self, op, value, node):
        if node is not None:
            if any(not callable(vjp) for _, vjp in node.edges):
                raise GradientError(f"{op}: a rule returns its value and then one function for each argument", op=op)
            shapes = [parent.shape for parent, _ in node.edges]
            kept = [(parent, vjp) for parent, vjp in node.edges if self._is_inside(parent)]
            node.edges = tuple((parent, _watched(vjp, op, parent, shapes)) for parent, vjp in kept)
            if kept:
                self.inside.add(node)

    def _is_inside(self, parent):
        """One of the leaves, or made in this block: also one of several results, whose parent is the op's own node."""
        return parent in self.inside or any(made in self.inside for made, _ in parent.edges or ())

    def shown(self, array):
        return array


def _watched(vjp, op, parent, shapes):
    def run_and_look(g):
        before = _copy(g)
        try:
            share = vjp(g)
        except (ValueError, TypeError, IndexError) as error:
            hint = "the shapes inside the vjp do not fit each other" if _is_about_shapes(error) else ""
            message = f"the backward of {op} failed: {type(error).__name__}: {error}"
            raise GradientError(message, op=op, pattern="shape" if hint else None, hint=hint) from error
        if isinstance(share, list):  # the gradients of several results on their way together
            return share
        if not isinstance(share, np.ndarray | np.generic):
            found = "nothing (is a return missing?)" if share is None else f"a {type(share).__name__}"
            raise GradientError(f"the backward of {op} gives {found}, expected an array", op=op)
        if not _fits(share.shape, parent.shape):
            pattern, hint = recognise_shape(share.shape, parent.shape, [s for s in shapes if s != parent.shape])
            raise GradientError(
                f"the backward of {op} gives a gradient of shape {share.shape} for an argument of shape "
                f"{parent.shape}; hint: {hint}",
                op=op,
                pattern=pattern,
                hint=hint,
            )
        if share.dtype != parent.dtype:
            raise GradientError(
                f"the backward of {op} gives a gradient of dtype {share.dtype} for an argument of dtype "
                f"{parent.dtype}: a gradient has its argument's dtype",
                op=op,
            )
        if not _equal(before, g):
            raise GradientError(
                f"the backward of {op} changed the gradient that came in, in place: others may need it, make a copy",
                op=op,
            )
        return share

    return run_and_look


def _copy(g):
    """A copy of an incoming gradient, or of those of an op's several results, some of which may be None."""
    return [None if part is None else part.copy() for part in g] if isinstance(g, list) else g.copy()


def _equal(before, g):
    if isinstance(g, list):
        return all(a is b is None or np.array_equal(a, b, equal_nan=True) for a, b in zip(before, g, strict=True))
    return np.array_equal(before, g, equal_nan=True)


def _fits(shape, expected):
    """Whether a value of the expected shape may have been broadcast to this one, so that the engine can sum it up."""
    if shape == expected:
        return True
    try:
        return np.broadcast_shapes(shape, expected) == shape
    except ValueError:
        return False


def _is_about_shapes(error):
    return any(word in str(error) for word in ("shape", "dimension", "broadcast", "axis", "axes", "size"))
