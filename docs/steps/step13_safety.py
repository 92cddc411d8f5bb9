"""Step 13. Memory, and saying no

Three things turn the toy into an engine.

*Memory.* A node of the graph holds no array, only edges to nodes. An array lives on only if a vjp closed over it. And
backward drops the edges as it uses them. *Choice.* Only tensors that require a gradient get a node; under `no_grad`
none does. *Refusals.* A used graph, a loss of many numbers, integers, two precisions: each would give a wrong number in
silence, so each is an error that says what to do.
"""

from contextlib import contextmanager

import numpy as np
from step06_unbroadcast import add, mul, sum_all, tanh, unbroadcast

recording = True


@contextmanager
def no_grad():
    """Record nothing inside: for evaluation."""
    global recording
    before, recording = recording, False
    try:
        yield
    finally:
        recording = before  # not True: blocks may be nested


class Node:
    """One value's place in the graph: edges (parent node, vjp), shape, depth, and the gradient it collects."""

    def __init__(self, edges, shape):
        self.edges, self.shape, self.grad = edges, shape, None
        self.depth = 1 + max((parent.depth for parent, _ in edges), default=-1)


class Tensor:
    """An array and, if someone will want its gradient, a node."""

    def __init__(self, data, requires_grad=False):
        self.data, self.node = np.asarray(data), None
        if requires_grad:
            if self.data.dtype.kind != "f":
                raise TypeError(f"dtype {self.data.dtype} has no gradient: convert with astype(float) first")
            self.node = Node((), self.data.shape)

    def __add__(self, other):
        return apply(add, self, other)

    def __mul__(self, other):
        return apply(mul, self, other)

    def __radd__(self, other):
        return apply(add, other, self)

    def __rmul__(self, other):
        return apply(mul, other, self)

    def tanh(self):
        return apply(tanh, self)

    def sum(self):
        return apply(sum_all, self)

    @property
    def grad(self):
        return self.node and self.node.grad

    def backward(self):
        if self.node is None:
            raise RuntimeError("backward: this tensor depends on nothing that requires a gradient")
        if self.data.size != 1:
            raise ValueError(f"backward: shape {self.data.shape} is not one number: reduce it to a loss, e.g. sum()")
        self.node.grad = np.ones_like(self.data)
        for node in sorted(reachable(self.node), key=lambda node: node.depth, reverse=True):
            edges, g = node.edges, node.grad
            if edges:
                node.edges = node.grad = None  # used up: frees what the vjps had saved
            for parent, vjp in edges:
                share = unbroadcast(vjp(g), parent.shape)
                parent.grad = share if parent.grad is None else parent.grad + share


def apply(rule, *arguments):
    """Run a rule on the arrays inside the tensors. Remember how its result was made, if anyone will ask."""
    dtypes = {a.data.dtype for a in arguments if isinstance(a, Tensor) and a.data.dtype.kind == "f"}
    if len(dtypes) > 1:
        raise TypeError(f"{rule.__name__}: two precisions, {dtypes}: convert one with astype")
    tensors = [a if isinstance(a, Tensor) else Tensor(np.asarray(a, *dtypes)) for a in arguments]
    value, *vjps = rule(*(t.data for t in tensors))
    result = Tensor(value)
    edges = [(t.node, vjp) for t, vjp in zip(tensors, vjps, strict=True) if t.node is not None]
    if edges and recording:
        result.node = Node(edges, result.data.shape)
    return result


def reachable(root):
    """Every node that `root` depends on, each once. Refuses a graph that was already used."""
    found, seen = [root], {root}
    for node in found:
        if node.edges is None:
            raise RuntimeError("backward: this graph was used before and is freed: run the forward pass again")
        for parent, _ in node.edges:
            if parent not in seen:
                seen.add(parent)
                found.append(parent)
    return found


if __name__ == "__main__":
    x = Tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    for mistake in (loss.backward, (x * x).backward, lambda: Tensor([1, 2], requires_grad=True)):
        try:
            mistake()
        except (RuntimeError, ValueError, TypeError) as refusal:
            print(refusal)
