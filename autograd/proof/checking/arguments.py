"""The inputs of a function whose gradient is checked: found, named, and held in float64 during the check."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...tensor import Tensor
from .report import label


@dataclass(frozen=True)
class Argument:
    """One input as the function will see it, its name in messages, and the dtype that it was given in.

    An input may be a tuple, list or dict that holds several arrays; then each of them is an argument of its own, called
    ``state[0]``. `position` is that of the whole input.
    """

    position: int
    name: str
    value: Any
    dtype: np.dtype | None

    @property
    def is_floating(self) -> bool:
        """Whether it has a gradient to check."""
        return isinstance(self.value, Tensor) and self.value.dtype.kind == "f"

    def content(self) -> bytes | None:
        """The bytes of an array. Two calls give different bytes if the array was changed in place between them."""
        array = self.value.data if isinstance(self.value, Tensor) else self.value
        return array.tobytes() if isinstance(array, np.ndarray) else None

    def __str__(self) -> str:
        return label(self.position, self.name)


@dataclass(frozen=True)
class Inputs:
    """All arguments, and a function that puts their values together again as the function under test takes them."""

    arguments: list[Argument]
    values: Callable[[], list[Any]]


def read_inputs(function: Any, inputs: Sequence[Any]) -> Inputs:
    """Name the inputs after the function's parameters, and make tensors of floating arrays.

    Python floats and lists of them become tensors only where no array or tensor is among the inputs: beside an array
    a number is an option, such as a slope or a probability.
    """
    alone = not any(_is_floating_array(part) for x in inputs for part in _parts(x))
    arguments: list[Argument] = []
    builders = [
        _read(position, name, x, alone, arguments)
        for position, (name, x) in enumerate(zip(_names(function, len(inputs)), inputs, strict=True))
    ]
    return Inputs(arguments, lambda: [build() for build in builders])


def _read(position, name, x, alone, arguments) -> Callable[[], Any]:
    """Enter the arguments that x holds; gives a function that builds x again, with tensors in their places."""
    if alone and isinstance(x, list | float) and (array := _float_array(x)) is not None:
        x = array
    if isinstance(x, tuple | list) and any(_is_floating_array(part) for part in _parts(x)):
        parts = [_read(position, f"{name}[{i}]", part, alone, arguments) for i, part in enumerate(x)]
        return lambda: _like(x, [build() for build in parts])
    if isinstance(x, dict) and any(_is_floating_array(part) for part in _parts(x)):
        by_key = {key: _read(position, f"{name}[{key!r}]", part, alone, arguments) for key, part in x.items()}
        return lambda: {key: build() for key, build in by_key.items()}
    value = Tensor(np.asarray(x)) if _is_floating_array(x) and not isinstance(x, Tensor) else x
    arguments.append(Argument(position, name, value, getattr(x, "dtype", None)))
    return lambda: value


def _parts(x) -> Iterator[Any]:
    """All that a nested container holds."""
    if isinstance(x, tuple | list | dict):
        for part in x.values() if isinstance(x, dict) else x:
            yield from _parts(part)
    else:
        yield x


def _like(container, parts):
    """Parts in a container of the same kind; a named tuple keeps its names."""
    if hasattr(container, "_fields"):
        return type(container)(*parts)
    return type(container)(parts)


def _is_floating_array(x):
    return isinstance(x, Tensor | np.ndarray | np.generic) and x.dtype.kind == "f"


def _float_array(x) -> np.ndarray | None:
    """A float or nested list of floats in float64; None for anything else."""
    try:
        array = np.asarray(x)
    except ValueError:  # a ragged list
        return None
    return array if array.dtype == np.float64 else None


def _names(function, count) -> list[str]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # not every callable tells its signature
        parameters = []
    names: list[str] = []
    for p in parameters:
        if p.kind == p.VAR_POSITIONAL:
            names += [f"{p.name}[{i}]" for i in range(count - len(names))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    return (names + [""] * count)[:count]


@contextmanager
def as_leaves(tensors: Sequence[Tensor], dtype: type | None = np.float64) -> Iterator[None]:
    """Inside this block each tensor is a leaf of its own, in `dtype` (None: as it is), in its own memory layout.

    Afterwards each has its array, its place in the graph and its gradient again.
    """
    kept = [(t, t._array, t.node) for t in tensors]
    try:
        for t in tensors:
            t.node = None
            t._array = t._array.astype(dtype or t._array.dtype, copy=False)
            t.requires_grad = True
        yield
    finally:
        for t, array, node in kept:
            t._array, t.node = array, node


@contextmanager
def in_float64(tensors: Sequence[Tensor]) -> Iterator[None]:
    """Inside this block these tensors, the parameters and constants of a model, hold float64 instead of float32."""
    kept = [(t, t._array) for t in tensors if t._array.dtype.kind == "f" and t._array.dtype != np.float64]
    try:
        for t, array in kept:
            t._array = array.astype(np.float64)
        yield
    finally:
        for t, array in kept:
            t._array = array
