"""A mutant: an op whose backward pass is broken on purpose, in one place, by a mistake that people really make.

`mutant` builds most of them in a line or two: the op's own rule with a wrong vjp in place of a right one. A vjp takes
``(g, y, *arguments, **options)``: the incoming gradient, the op's value, and the arguments and options of the call. ::

    mutant("tanh", "formula", "y where y^2 belongs", x=lambda g, y, x: g * (1 - y))

`spoiled` changes the right gradient instead, for mistakes made after the differentiation (a forgotten sum, a
transposition). ::

    spoiled("mean", "factor", "1/n forgotten", "x", lambda dx, y, x, **options: dx * (x.size / y.size))

The `kind` of a mutant is what the hint should say: one of the patterns in the table of ``checking/hints.py``, or one of
`UNKNOWN`, for which no hint exists.
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

    op         the op that was broken
    arguments  the arguments whose gradients are wrong
    kind       the pattern of the mistake; if two patterns are true, both, separated by a slash
    bug        a description of the mistake
    rule       the broken rule: its value is right, one of its vjps is wrong
    """

    op: str
    arguments: str
    kind: str
    bug: str
    rule: Callable[..., Any]

    def __post_init__(self):
        if unheard := set(self.kinds) - {*PATTERNS, *UNKNOWN}:
            raise ValueError(
                f"mutant of {self.op}: no kind is called {unheard}; choose from {', '.join((*PATTERNS, *UNKNOWN))}"
            )

    @property
    def kinds(self) -> tuple[str, ...]:
        """All patterns that describe the mistake."""
        return tuple(self.kind.split("/"))

    @property
    def has_hint(self) -> bool:
        """Whether a hint exists for this mistake."""
        return not set(self.kinds) & set(UNKNOWN)


def mutant(op: str, kind: str, bug: str, **vjps: Callable[..., Any]) -> Mutant:
    """The op with the vjps of the named arguments replaced; each takes (g, y, *arguments, **options)."""
    names = list(inspect.signature(RULES[op]).parameters)

    @wraps(RULES[op])
    def rule(*arguments, **options):
        value, *right = RULES[op](*arguments, **options)
        for name, wrong in vjps.items():
            right[names.index(name)] = lambda g, wrong=wrong: wrong(g, value, *arguments, **options)
        return value, *right

    return Mutant(op, ", ".join(vjps), kind, bug, rule)


def spoiled(op: str, kind: str, bug: str, argument: str, spoil: Callable[..., Any]) -> Mutant:
    """The op with one right gradient dx changed: `spoil` takes (dx, y, *arguments, **options)."""
    position = list(inspect.signature(RULES[op]).parameters).index(argument)

    @wraps(RULES[op])
    def rule(*arguments, **options):
        value, *right = RULES[op](*arguments, **options)
        vjp = right[position]
        right[position] = lambda g: spoil(np.asarray(vjp(g)), value, *arguments, **options)
        return value, *right

    return Mutant(op, argument, kind, bug, rule)


def rewritten(op: str, kind: str, bug: str, pullback: Callable[..., Any]) -> Mutant:
    """The op with all gradients computed by one function, `pullback(g, *arguments, **options)`."""

    @wraps(RULES[op])
    def rule(*arguments, **options):
        value, *right = RULES[op](*arguments, **options)

        def vjp_of(i):
            return lambda g: pullback(g, *arguments, **options)[i]

        return value, *map(vjp_of, range(len(right)))

    return Mutant(op, "all", kind, bug, rule)


def zero(g: Any, y: Any, *arguments: Any, **options: Any) -> np.ndarray:
    """A vjp that returns zeros for every incoming gradient."""
    return np.zeros_like(y)


def nothing(dx: np.ndarray, *arguments: Any, **options: Any) -> np.ndarray:
    """The same for `spoiled`: replace the right gradient by zeros."""
    return np.zeros_like(dx)


def mean_of_copies(share: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient averaged, instead of summed, over the axes along which the argument was broadcast."""
    axes = broadcast_axes(share, shape)
    copies = math.prod(share.shape[axis] for axis in axes)
    return share.sum(axes, keepdims=True).reshape(shape) / max(copies, 1)


def first_copy(share: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient of only the first copy of a broadcast argument."""
    kept = tuple(slice(0, 1) if axis in broadcast_axes(share, shape) else slice(None) for axis in range(share.ndim))
    return share[kept].reshape(shape)


def broadcast_axes(share: np.ndarray, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of a gradient along which an argument of this shape was copied."""
    extra = share.ndim - len(shape)
    return (*range(extra), *[i for i, n in enumerate(shape, extra) if n == 1 and share.shape[i] != 1])
