"""Whether ops are remembered, and who watches them: the two things an op asks of its surroundings.

`no_grad` is the only switch that the engine has. Watching is for ``autograd/debug.py``, ``autograd/anomaly.py`` and
whoever else wants to see every op as it runs; as a rule nobody does, and an op pays for one look at an empty tuple.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np


class Observer(Protocol):
    """Who may look over the engine's shoulder."""

    def computed(self, op: str, value: Any, edges: Any) -> Any:
        """An op gave this value (or tuple of values) and will be remembered by these edges; those returned take
        their place. There are none where nobody differentiates.
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
    """Inside this block (or a function decorated with it) ops are not recorded: no gradients, no memory kept."""
    global recording
    before, recording = recording, False
    try:
        yield
    finally:
        recording = before


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Inside this block `observer` sees every op."""
    global observers
    before, observers = observers, (*observers, observer)
    try:
        yield
    finally:
        observers = before


def observed(op: str, value: Any, edges: Any) -> Any:
    """Show an op to all observers; gives the edges by which it will be remembered."""
    for observer in observers:
        edges = observer.computed(op, value, edges)
    return edges


def shown(array: np.ndarray) -> np.ndarray:
    """The array to hand to the user in place of this one."""
    for observer in observers:
        array = observer.shown(array)
    return array
