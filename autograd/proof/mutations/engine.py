"""Mutants of the engine itself: the order of the nodes and the accumulation of their gradients.

The pages on topological order and on broadcasting warn of these mistakes. Each mutant replaces one function of
``autograd/node.py`` while a few small functions are checked. In one a value is used twice, in one an argument is
broadcast, in one two parents receive the same array.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

from ... import node
from ...functional import exp, tanh
from ..checking.report import GradientError
from ..gradcheck import gradcheck
from .mutant import first_copy, mean_of_copies


@dataclass(frozen=True)
class EngineMutant:
    """The engine with one function replaced: its `name` in ``node.py`` and the `replacement`."""

    kind: str
    bug: str
    name: str
    replacement: Callable[..., Any]
    op: str = "engine"
    arguments: str = "all"

    @property
    def kinds(self) -> tuple[str, ...]:
        """As of a mutant of an op."""
        return tuple(self.kind.split("/"))

    @property
    def has_hint(self) -> bool:
        """As of a mutant of an op."""
        return self.kind != "in place"

    def check(self) -> GradientError | None:
        """The first error that the gradient check finds in FUNCTIONS with the broken engine, or None."""
        for function in FUNCTIONS:
            a, b = np.linspace(-1, 1, 6).reshape(2, 3), np.array([0.3, -0.8, 1.2])
            try:
                with mock.patch.object(node, self.name, self.replacement):
                    gradcheck(function, a, b)
            except GradientError as error:
                return error
        return None


def used_twice(a, b):
    """A diamond: u is used by tanh and by the product, which have different depths in the graph."""
    u = exp(a)
    return u * tanh(tanh(u)) + b


def copied(a, b):
    """b is broadcast to both rows of a."""
    return a * b


def handed_the_same(a, b):
    """The sum passes the same array to both parents, and one of them receives a second gradient."""
    u, v = exp(a), tanh(b)
    return (u + v * a) + tanh(u)


FUNCTIONS = (used_twice, copied, handed_the_same)


def overwrite(parent, g):
    """A new gradient replaces the earlier ones."""
    parent.grad = g if parent.edges else np.array(g)


def add_in_place(parent, g):
    """Gradients are added in place to an array that another node may hold."""
    if parent.grad is None:
        parent.grad = g
    else:
        parent.grad += g


def in_order_of_discovery(name):
    """A constant sort key: nodes are visited in order of discovery, not deepest first."""
    return lambda one: 0


ENGINE = [
    EngineMutant("dropped term", "a later share overwrites the earlier ones", "_accumulate", overwrite),
    EngineMutant("in place", "shares are added to an array that others hold", "_accumulate", add_in_place),
    EngineMutant("dropped term", "nodes visited before all their users", "attrgetter", in_order_of_discovery),
    EngineMutant("unbroadcast/dropped term", "of what was broadcast, the first copy pays", "unbroadcast", first_copy),
    EngineMutant("factor", "of what was broadcast, the mean of the copies pays", "unbroadcast", mean_of_copies),
]
