"""What a rule is, and the registry of all rules.

A **rule** is a pure function of arrays. It returns its value and, for each array argument, one
*vector-Jacobian product*: a function that turns ``g``, the gradient of the loss with respect to the value,
into the gradient of the loss with respect to that argument. Forward and backward stand side by side::

    @rule
    def mul(a, b):
        return a * b, lambda g: g * b, lambda g: g * a

Rules know calculus and no graphs; the engine (``autograd/tensor.py``) knows graphs and no calculus. The engine
does three things for all rules, which keeps them this short:

- *Broadcasting*: a vjp may return an array of the broadcast shape; the engine sums it to the argument's shape.
- *Unneeded gradients*: the engine never calls the vjp of an argument that nobody differentiates.
- *Memory*: an array that no vjp closes over is freed at once. So a vjp closes over as little as possible: ``exp``
  keeps its result, ``sum`` keeps a shape. An argument without gradient (labels, a condition) has ``None`` for its vjp.

A rule never changes its arguments nor ``g``, and keeps their dtype. Arrays come first, options after them.
A rule with several results returns them as a tuple; its vjps then take a list with one gradient for each,
``None`` where a result was not used.

Taught by docs/02-one-op.md.
"""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., tuple[Any, ...]])

RULES: dict[str, Callable[..., tuple[Any, ...]]] = {}


def rule(function: F) -> F:
    """Enter a rule in the registry, which the gradient checks and the tests of the documentation walk through."""
    RULES[function.__name__] = function
    return function


def vjps_of(pullback, count):
    """Turn one ``pullback``, in which the gradients of all arguments share their work, into ``count`` vjps.

    ``pullback(g)`` does the shared work and returns one function without arguments for each gradient. The shared work
    runs once, and a gradient that is not needed is never computed. Then the pullback is let go, with what only the
    shared work needs.
    """
    finishers: list[Callable[[], Any]] = []

    def make_vjp(i):
        def vjp(g):
            nonlocal pullback
            if pullback is not None:
                finishers.extend(pullback(g))
                pullback = None
            return finishers[i]()

        return vjp

    return [make_vjp(i) for i in range(count)]
