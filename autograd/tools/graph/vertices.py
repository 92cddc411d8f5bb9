"""The graph of a tensor as a list of vertices, parents first: the input of folding, text and drawing.

A vertex is an op or a leaf. An op with several results, each of which has a node of its own (``autograd/apply.py``), is
one vertex.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...nn.module import Module
from ...node import Node
from ...tensor import Tensor
from .recording import Notes, in_words, op_of, result_in_words


@dataclass(eq=False)
class Vertex:
    """One box of the drawing. `parents` are the vertices that its value was computed from, one entry for each use."""

    op: str
    parents: list[Vertex]
    results: list[str]
    name: str = ""
    value: str = ""
    gradient: str = ""
    function: str = ""
    modules: tuple[Module, ...] | None = None
    details: list[str] = field(default_factory=list)

    @property
    def is_leaf(self) -> bool:
        """Whether the user made it, and not an op."""
        return self.op == "leaf"

    def lines(self, values: bool, gradients: bool) -> list[str]:
        """The text in the box."""
        title = (self.name or "leaf") if self.is_leaf else f"{self.name} = {self.op}" if self.name else self.op
        lines = [title, *self.results, *self.details]
        if values and self.value:
            lines.append(f"value: {self.value}")
        if gradients and self.gradient:
            lines.append(f"gradient: {self.gradient}")
        return lines


def read(tensor: Tensor, module: Module | None = None) -> list[Vertex]:
    """The vertices of the graph of a tensor, each leaf just before its first use.

    Recorded ops come in the order in which they ran; other ops in a possible order.

    Args:
        module: show its parameters under their dotted names.

    Raises:
        ValueError: the tensor depends on nothing that requires a gradient, so it has no graph.
        RuntimeError: backward has used the graph up, and it was not recorded.
    """
    root = _root(tensor)
    parameters = {p.node: (name, p) for name, p in module.named_parameters()} if module is not None else {}
    ops = _in_order(root)
    vertices: dict[Node, Vertex] = {}
    for node in ops:
        parents = _parents(node)
        for parent in parents:
            if parent not in vertices:  # a leaf
                vertices[parent] = _leaf(parent, *parameters.get(parent, ("", None)))
        vertices[node] = _op(node, [vertices[parent] for parent in parents])
    if not ops:
        vertices[root] = _leaf(root, *parameters.get(root, ("", None)))
    drawn = vertices[root]
    drawn.value = drawn.value or in_words(tensor._array)
    for node in ops:  # the results of an op that has several results and was not recorded
        for parent, _ in node.edges or ():
            shown = vertices[op_of(parent)].results
            if (result := result_in_words(parent)) not in shown:
                shown.append(result)
    if not drawn.results:
        drawn.results.append(result_in_words(tensor._array))
    return list(vertices.values())


def nodes_in_order(tensor: Tensor) -> list[Node]:
    """The nodes of a tensor's graph as `read` orders its vertices; errors as there."""
    ordered: dict[Node, None] = {}
    for node in _in_order(_root(tensor)):
        ordered.update(dict.fromkeys((*_parents(node), node)))
    return list(ordered) or [_root(tensor)]


def _root(tensor):
    if tensor.node is None:
        raise ValueError(
            "graph: this tensor depends on no tensor that requires a gradient, so there is nothing to draw"
        )
    return op_of(tensor.node)


def _leaf(node, name, parameter):
    notes = node.notes or Notes()
    value = in_words(parameter._array) if parameter is not None else notes.value
    gradient = "" if node.grad is None else in_words(node.grad)
    return Vertex("leaf", [], [result_in_words(node)], node.name or name, value, gradient)


def _op(node, parents):
    notes = node.notes or Notes()
    results = list(notes.results) or ([] if node.shape is None else [result_in_words(node)])
    gradient = notes.gradient or ("" if node.grad is None else in_words(node.grad))
    modules = None if node.notes is None else notes.modules
    return Vertex(node.op, parents, results, node.name or "", notes.value, gradient, notes.function, modules)


def _parents(node: Node) -> Iterable[Node]:
    if node.op == "leaf":
        return ()
    if node.notes is not None:
        return node.notes.parents
    if node.edges is None:
        raise RuntimeError(
            f"graph: backward has used up the graph through {node.op}: draw it before, or compute it inside "
            "`with autograd.graph.recording():`"
        )
    return [op_of(parent) for parent, _ in node.edges]


def _in_order(root) -> list[Node]:
    """All ops below `root` and itself, each after its parents.

    Depth first, the deepest parent first: along a recurrence the walk goes down to the first step at once, and the ops
    of one step stay together. Without recursion, because graphs are deeper than Python's stack.
    """
    found, seen, stack = [], set(), [(root, False)]
    while stack:
        node, is_complete = stack.pop()
        if is_complete:
            found.append(node)
        elif node not in seen and node.op != "leaf":
            seen.add(node)
            stack.append((node, True))
            deep_to_shallow = sorted(_parents(node), key=lambda parent: -parent.depth)
            stack.extend((parent, False) for parent in reversed(deep_to_shallow))
    if all(node.notes is not None for node in found):
        found.sort(key=lambda node: node.notes.number)
    return found
