"""Whether ops are recorded, and which observers see them: the two things that an op asks of its surroundings.

`no_grad` is the engine's only switch. Observers (``tools/debug.py``, ``tools/anomaly.py``, ``tools/profile.py``,
``tools/graph/recording.py``) see every op as it runs.

Both hold for the current thread or async task only, from the start of a `with` block to its end. Each block is an
object of its own: blocks may overlap (a suspended generator), and one that ends takes away itself and nothing else.
The sets `pauses` and `watches` hold the open blocks of the whole process. They are nearly always empty, so an op pays
for three looks at an empty set.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, Protocol, TypeVar, overload

import numpy as np

from .node import Node

Function = TypeVar("Function", bound=Callable[..., Any])


class Observer(Protocol):
    """Sees every op inside its block; see `observing`."""

    def running(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """A rule is about to run on arrays. The function that is returned runs in its place, under its name."""

    def computed(self, op: str, value: Any, node: Node | None) -> None:
        """An op has computed a value (or a tuple of values). The edges of its node may be replaced.

        `node` is None where the op was not recorded.
        """

    def shown(self, array: np.ndarray) -> np.ndarray:
        """`tensor.data` is about to return this array. The array that is returned takes its place."""


class _Block:
    """One open `with` block of `no_grad`, or of an observer."""

    def __init__(self, blocks: set["_Block"], here: "ContextVar[tuple[_Block, ...]]", observer: Any = None):
        self.blocks, self.here, self.observer = blocks, here, observer
        blocks.add(self)
        here.set((*here.get(), self))

    def close(self) -> None:
        self.blocks.discard(self)  # from here on it counts nowhere, even if another thread closes it
        self.here.set(tuple(block for block in self.here.get() if block is not self))


pauses: set[_Block] = set()
watches: set[_Block] = set()
_pauses_here: ContextVar[tuple[_Block, ...]] = ContextVar("pauses", default=())
_watches_here: ContextVar[tuple[_Block, ...]] = ContextVar("watches", default=())


def is_recording() -> bool:
    """Whether ops are recorded here: True, except inside `no_grad`."""
    return not any(block in pauses for block in _pauses_here.get())


class _NoGrad:
    """What `no_grad()` returns: a `with` block, and a decorator."""

    def __init__(self):
        self._entered: list[_Block] = []

    def __enter__(self) -> None:
        self._entered.append(_Block(pauses, _pauses_here))

    def __exit__(self, *_: object) -> None:
        self._entered.pop().close()

    def __call__(self, function: Function) -> Function:
        return _without_recording(function)


@overload
def no_grad() -> _NoGrad: ...
@overload
def no_grad(function: Function) -> Function: ...
def no_grad(function=None):
    """Switch recording off: ops keep nothing for backward, and their results require no gradient.

    Use it as a block (``with no_grad():``) or as a decorator (``@no_grad`` or ``@no_grad()``) of a function, a
    generator function or an ``async def``. It holds for the current thread or async task. A decorated generator does
    not record while its own code runs; between its steps the caller records as before.

    Raises:
        TypeError: decorates something that is not a function, or an asynchronous generator.
    """
    return _NoGrad() if function is None else _without_recording(function)


def _without_recording(function):
    if not callable(function) or isinstance(function, type) or isasyncgenfunction(function):
        raise TypeError(
            f"no_grad: cannot decorate {function!r}: expected a function (write `with no_grad():` around the code)"
        )

    def call(*args, **options):
        with no_grad():
            return function(*args, **options)

    def steps(*args, **options):
        return (yield from _paused_steps(function(*args, **options)))

    async def task(*args, **options):
        with no_grad():
            return await function(*args, **options)

    run = steps if isgeneratorfunction(function) else task if iscoroutinefunction(function) else call
    return wraps(function)(run)


def _paused_steps(generator):
    """The steps of a generator, each inside a `no_grad` block of its own; the caller's code runs outside."""
    step, sent = generator.send, None
    while True:
        try:
            with no_grad():
                value = step(sent)
        except StopIteration as end:
            return end.value
        try:
            step, sent = generator.send, (yield value)
        except GeneratorExit:
            with no_grad():
                generator.close()
            raise
        except BaseException as error:
            step, sent = generator.throw, error


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Inside this block `observer` sees every op of the current thread or async task."""
    block = _Block(watches, _watches_here, observer)
    try:
        yield
    finally:
        block.close()


def observers() -> tuple[Observer, ...]:
    """The observers of the current thread or async task, outermost first."""
    return tuple(block.observer for block in _watches_here.get() if block in watches)


def observed_rule(rule: Callable[..., Any]) -> Callable[..., Any]:
    """The function to run in place of this rule."""
    for observer in observers():
        rule = observer.running(rule)
    return rule


def observed(op: str, value: Any, node: Node | None) -> None:
    """Tell all observers what an op has computed."""
    for observer in observers():
        observer.computed(op, value, node)


def shown(array: np.ndarray) -> np.ndarray:
    """The array to return from `tensor.data` in place of this one."""
    for observer in observers():
        array = observer.shown(array)
    return array
