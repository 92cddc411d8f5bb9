"""The arguments of a function whose gradient is checked: their names, and float64 for as long as the check lasts."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...tensor import Tensor
from .report import label


@dataclass(frozen=True)
class Argument:
    """One input as the function will see it, what it was given as, and how to call it in a message."""

    position: int
    name: str
    value: Any
    dtype: np.dtype | None

    @property
    def is_floating(self) -> bool:
        """Whether it has a gradient to check."""
        return isinstance(self.value, Tensor) and self.value.dtype.kind == "f"

    def content(self) -> bytes | None:
        """The bytes of an array, by which a change in place is noticed."""
        array = self.value.data if isinstance(self.value, Tensor) else self.value
        return array.tobytes() if isinstance(array, np.ndarray) else None

    def __str__(self) -> str:
        return label(self.position, self.name)


def name_arguments(function: Any, inputs: Sequence[Any]) -> list[Argument]:
    """The inputs under the names of the function's parameters; floating arrays become tensors."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # not every callable tells its signature
        parameters = []
    names: list[str] = []
    for p in parameters:
        if p.kind == p.VAR_POSITIONAL:
            names += [f"{p.name}[{i}]" for i in range(len(inputs) - len(names))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    names += [""] * (len(inputs) - len(names))
    return [
        Argument(i, name, _as_tensor(x), getattr(x, "dtype", None))
        for i, (name, x) in enumerate(zip(names, inputs, strict=False))
    ]


def _as_tensor(x):
    return Tensor(x) if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f" else x


@contextmanager
def float64_leaves(tensors: Sequence[Tensor]) -> Iterator[None]:
    """For the time of the check every tensor is a leaf of its own and holds float64, in its own memory layout."""
    kept = [(t, t.data, t.node) for t in tensors]
    try:
        for t in tensors:
            t.node = None
            t.data = t.data.astype(np.float64, copy=False)
            t.requires_grad = True
        yield
    finally:
        for t, data, node in kept:
            t.node = None
            t.data, t.node = data, node
