"""``with graph.recording():`` notes for each op what a drawing can show: values, gradients, and the calling function.

Each node that is made inside the block gets `Notes`. They name the parents of the node too, so the graph can still be
drawn after backward has used it up. Values are noted as text: a recorded graph keeps no array alive longer than any
other graph. Only ``recording(arrays=True)`` copies the values and every step of backward, for `to_html`. Inside the
block an op costs about twenty microseconds more, outside it nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from ...mode import observing
from ...nn.module import Module
from ...node import Node

_PACKAGE = Path(__file__).parents[2]
_ENGINE = {str(_PACKAGE / name) for name in ("apply.py", "functional.py", "mode.py", "numpy_functions.py", "tensor.py")}


@dataclass
class Share:
    """One step of backward: `g` arrived at a node and was handed on to `parent` as `share`.

    `box` is the parent's op: another node than the parent only where the op has several results. `number` counts the
    steps of all nodes in the order in which they happened. `argument` is the parent's position among the arguments of
    the op. The arrays are copies, a list of them where the op has several results.
    """

    number: int
    parent: Node
    box: Node
    argument: int
    g: Any
    share: Any


@dataclass
class Notes:
    """The notes on one node: its parents and results, the order of the op, and the function and modules it ran in.

    `arrays` (copies of the results of the op, or of a leaf) and `shares` are filled by ``recording(arrays=True)`` only.
    """

    parents: tuple[Node, ...] = ()
    results: tuple[str, ...] = ()
    value: str = ""
    gradient: str = ""
    number: int = 0
    function: str = ""
    modules: tuple[Module, ...] = ()
    arrays: tuple[np.ndarray, ...] = ()
    shares: list[Share] = field(default_factory=list)


@contextmanager
def recording(*, arrays: bool = False) -> Iterator[None]:
    """Inside this block ops leave notes for drawings: values, modules, and gradients once backward has run.

    Args:
        arrays: copy every value and every step of backward, too, as `to_html` needs it. Meant for small graphs: the
            copies live as long as the graph.
    """
    with observing(_Recorder(arrays)):
        yield


class _Recorder:
    """The observer: it writes `Notes` on every node."""

    def __init__(self, copies):
        self.copies = copies
        self.numbers = count()
        self.arguments: list[tuple[Any, Any]] = []  # (vjp, array) of the rule that ran last

    def running(self, rule):
        @wraps(rule)
        def run(*arrays, **options):
            value, *vjps = rule(*arrays, **options)
            self.arguments = list(zip(vjps, arrays, strict=False))
            return value, *vjps

        return run

    def computed(self, op, value, node):
        if node is None:
            return
        values = value if type(value) is tuple else (value,)
        function, modules = _place()
        notes = Notes(
            parents=tuple(op_of(parent) for parent, _ in node.edges),
            results=tuple(result_in_words(v) for v in values),
            value=in_words(*values),
            number=next(self.numbers),
            function=function,
            modules=modules,
        )
        if self.copies:
            notes.arrays = tuple(np.array(v) for v in values)
        positions = {id(v): (i, a) for i, (v, a) in enumerate(self.arguments)}
        edges = []
        for parent, vjp in node.edges:
            position, argument = positions.get(id(vjp), (0, None))
            if parent.op == "leaf":
                parent.notes = self._notes_of_leaf(argument)
            noting = _noting(vjp, notes)
            edges.append((parent, self._copying(noting, notes, parent, position) if self.copies else noting))
        node.notes = notes
        node.edges = tuple(edges)

    def _notes_of_leaf(self, array):
        if array is None:
            return Notes()
        return Notes(value=in_words(array), arrays=(np.array(array),) if self.copies else ())

    def _copying(self, vjp, notes, parent, position):
        """The vjp, which keeps copies of the gradient that it is given and of the one that it hands on."""

        box = op_of(parent)  # asked now: backward cuts a result off its op

        def copy_and_run(g):
            share = vjp(g)
            notes.shares.append(Share(next(self.numbers), parent, box, position, copied(g), copied(share)))
            return share

        return copy_and_run

    def shown(self, array):
        return array


def _noting(vjp, notes):
    """The vjp, which first notes its argument, the gradient of the op's value."""

    def note_and_run(g):
        notes.gradient = notes.gradient or in_words(*(g if isinstance(g, list) else [g]))
        return vjp(g)

    return note_and_run


def copied(gradient: Any) -> Any:
    """A copy of a gradient, or of one for each result: None where none came."""
    if isinstance(gradient, list):
        return [None if g is None else np.array(g) for g in gradient]
    return np.array(gradient)


def op_of(node: Node) -> Node:
    """The node of the op itself: if an op has several results, each result has a node of its own above it."""
    return node.edges[0][0] if node.edges and node.edges[0][0].shape is None else node


def result_in_words(result: Any) -> str:
    """Shape and dtype of an array or a node."""
    return f"{result.shape} {result.dtype}"


def in_words(*arrays: np.ndarray | None) -> str:
    """Up to three numbers as they are; more numbers as the norm of the vector of all of them."""
    numbers = np.concatenate([np.ravel(a) for a in arrays if a is not None])
    if numbers.size == 1:
        return f"{numbers[0]:.4g}"
    if numbers.size <= 3:
        return "[" + " ".join(f"{number:.4g}" for number in numbers) + "]"
    return f"norm {np.linalg.norm(numbers):.4g}"


def _place() -> tuple[str, tuple[Module, ...]]:
    """The function outside the engine that called the op, and the modules that it ran in, outermost first."""
    frame: FrameType | None = sys._getframe(2)
    function, modules = "", []
    while frame is not None:
        code = frame.f_code
        if not function and code.co_filename not in _ENGINE:
            function = code.co_name
        if code.co_name == "forward" and isinstance(module := frame.f_locals.get("self"), Module):
            modules.append(module)
        frame = frame.f_back
    return function, tuple(reversed(modules))
