"""A mutant: an op whose backward pass has been broken on purpose, in one place, in a way that people do by mistake.

`mutant` writes most of them in a line or two: the op's own rule, with a wrong vjp in place of a right one. A vjp takes
what a backward pass may know, ``(g, y, *arguments)``: the incoming gradient, the op's value and what it was called
with, options by their names. ::

    mutant("tanh", "formula", "y where y^2 belongs", x=lambda g, y, x: g * (1 - y))

`spoiled` does something to the right gradient instead, where the mistake comes after the calculus (a forgotten sum, a
transposition). ::

    spoiled("mean", "factor", "1/n forgotten", "x", lambda dx, y, x, **options: dx * (x.size / y.size))

What a gradient check should say of a mutant is its `kind`: one of the patterns of ``checking/hints.py``, in the
meaning that the table there gives them, or one of `UNKNOWN`, for which no hint exists.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from ...rules import RULES
from ..checking.hints import PATTERNS

UNKNOWN = ("formula", "rounding", "in place")


@dataclass(frozen=True)
class Mutant:
    """One broken backward pass.

    op         the op that it pretends to be
    arguments  whose gradients were broken
    kind       what is wrong, in the words of the hints; where two descriptions are true, both, with a slash between
    bug        what was done to it
    rule       its value is right, one of its vjps is not
    """

    op: str
    arguments: str
    kind: str
    bug: str
    rule: Callable[..., Any]

    def __post_init__(self):
        if unheard := set(self.kinds) - {*PATTERNS, *UNKNOWN}:
            raise ValueError(f"mutant of {self.op}: no kind is called {unheard}: {', '.join((*PATTERNS, *UNKNOWN))}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """All descriptions of what is wrong that are true."""
        return tuple(self.kind.split("/"))

    @property
    def has_hint(self) -> bool:
        """Whether a hint could name what is wrong."""
        return not set(self.kinds) & set(UNKNOWN)


def mutant(op: str, kind: str, bug: str, **vjps: Callable[..., Any]) -> Mutant:
    """The op with other vjps for the arguments named; each takes (g, y, *arguments, **options)."""
    names = list(inspect.signature(RULES[op]).parameters)

    @wraps(RULES[op])
    def rule(*arguments, **options):
        value, *right = RULES[op](*arguments, **options)
        for name, wrong in vjps.items():
            right[names.index(name)] = lambda g, wrong=wrong: wrong(g, value, *arguments, **options)
        return value, *right

    return Mutant(op, ", ".join(vjps), kind, bug, rule)


def spoiled(op: str, kind: str, bug: str, argument: str, spoil: Callable[..., Any]) -> Mutant:
    """The op with something done to one right gradient dx: `spoil` takes (dx, y, *arguments, **options)."""
    position = list(inspect.signature(RULES[op]).parameters).index(argument)

    @wraps(RULES[op])
    def rule(*arguments, **options):
        value, *right = RULES[op](*arguments, **options)
        vjp = right[position]
        right[position] = lambda g: spoil(np.asarray(vjp(g)), value, *arguments, **options)
        return value, *right

    return Mutant(op, argument, kind, bug, rule)


def rewritten(op: str, kind: str, bug: str, pullback: Callable[..., Any]) -> Mutant:
    """The op with all its gradients from one function, `pullback(g, *arguments, **options)`."""

    @wraps(RULES[op])
    def rule(*arguments, **options):
        value, *right = RULES[op](*arguments, **options)

        def vjp_of(i):
            return lambda g: pullback(g, *arguments, **options)[i]

        return value, *map(vjp_of, range(len(right)))

    return Mutant(op, "all", kind, bug, rule)


def zero(g: Any, y: Any, *arguments: Any, **options: Any) -> np.ndarray:
    """A vjp that gives nothing, whatever comes in."""
    return np.zeros_like(y)


def nothing(dx: np.ndarray, *arguments: Any, **options: Any) -> np.ndarray:
    """What `spoiled` needs for the same."""
    return np.zeros_like(dx)


def mean_of_copies(share: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A gradient averaged, where it should be summed, over the axes along which an argument was broadcast."""
    axes = broadcast_axes(share, shape)
    copies = math.prod(share.shape[axis] for axis in axes)
    return share.sum(axes, keepdims=True).reshape(shape) / max(copies, 1)


def first_copy(share: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient of the first copy alone of an argument that was broadcast."""
    kept = tuple(slice(0, 1) if axis in broadcast_axes(share, shape) else slice(None) for axis in range(share.ndim))
    return share[kept].reshape(shape)


def broadcast_axes(share: np.ndarray, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of a gradient along which an argument of this shape was copied."""
    extra = share.ndim - len(shape)
    return (*range(extra), *[i for i, n in enumerate(shape, extra) if n == 1 and share.shape[i] != 1])
