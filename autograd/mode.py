"""Whether ops are remembered, and who watches them: the two things an op asks of its surroundings.

`no_grad` is the only switch that the engine has. Watching is for ``debug.py``, ``anomaly.py``, ``profile.py``,
``graph/recording.py`` and whoever else wants to see every op as it runs; mostly nobody does, and an op pays for two
looks at an empty tuple.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from .node import Node


class Observer(Protocol):
    """Who may look over the engine's shoulder."""

    def running(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """A rule is about to run on arrays; what is returned runs in its place, under its name."""

    def computed(self, op: str, value: Any, node: Node | None) -> None:
        """An op gave this value (or tuple of values), and `node` remembers how: its edges may be replaced.

        It is None where nobody differentiates.
        """

    def shown(self, array: np.ndarray) -> np.ndarray:
        """A tensor's array is about to be handed to the user."""


recording = True  # switched off by no_grad
observers: tuple[Observer, ...] = ()


def is_recording() -> bool:
    """Whether ops are being remembered (not inside `no_grad`)."""
    return recording


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside this block (or a function decorated with it) ops are not recorded: no gradients, no memory kept.

    The switch belongs to the process: do not use it in one thread while another trains.
    """
    global recording
    before, recording = recording, False
    try:
        yield
    finally:
        recording = before


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Inside this block `observer` sees every op.

    The switch belongs to the process: do not use it in one thread while another trains.
    """
    global observers
    before, observers = observers, (*observers, observer)
    try:
        yield
    finally:
        observers = before


def observed_rule(rule: Callable[..., Any]) -> Callable[..., Any]:
    """The rule to run in place of this one."""
    for observer in observers:
        rule = observer.running(rule)
    return rule


def observed(op: str, value: Any, node: Node | None) -> None:
    """Show what an op gave to all observers."""
    for observer in observers:
        observer.computed(op, value, node)


def shown(array: np.ndarray) -> np.ndarray:
    """The array to hand to the user in place of this one."""
    for observer in observers:
        array = observer.shown(array)
    return array
