"""The graph, and the walk back through it. Nodes and arrays only: nothing here knows what a Tensor is.

A node holds edges: pairs of a parent node and the vector-Jacobian product that carries a gradient to it (what a vjp
is: ``autograd/rules/registry.py``).

    a = Tensor(..., requires_grad=True)        a.node <--- vjp_a ---+
    b = Tensor(..., requires_grad=True)                             +--- y.node
    y = a * b                                  b.node <--- vjp_b ---+

Nodes point to nodes, never to tensors: an array lives on only if a vjp closed over it. And a node points to what
it was made from, never the other way: no cycles, so memory is freed the moment the last name for it is gone.

`Node.depth` is one more than that of the deepest parent, so every use of a value is deeper than the value itself,
and visiting nodes deepest first is reverse topological order. Sorting does it: no recursion, and a chain of
100,000 ops is as good as one of three.
"""

from operator import attrgetter

import numpy as np


class Node:
    """One value's place in the graph: the op that made it, edges to its parents, and the gradient it collects.

    `edges` is () at a leaf, and None once a backward pass has used the node up. Of the value only shape and dtype are
    kept. `name` and `notes` are for readers of the graph: the tensor's name, and what ``graph/recording.py`` saw.
    """

    __slots__ = ("depth", "dtype", "edges", "grad", "name", "notes", "op", "retains_grad", "shape")

    def __init__(self, op, edges, value):
        self.op = op
        self.edges = edges
        self.shape = value.shape
        self.dtype = value.dtype
        self.name = self.notes = None
        self.depth = 0
        for parent, _ in edges:
            if parent.depth >= self.depth:
                self.depth = parent.depth + 1
        self.grad = None
        self.retains_grad = False


def backward(node: Node, gradient: np.ndarray) -> None:
    """Walk from `node` to the leaves, deepest first, handing each parent its share of the gradient.

    A node is complete when its turn comes: all that used its value is deeper and has been visited. Its edges are
    dropped on the way, and with them what their vjps saved.
    """
    order = sorted(_reachable(node), key=attrgetter("depth"), reverse=True)
    _accumulate(node, gradient)
    try:
        for node in order:
            edges = node.edges
            if not edges:
                continue
            g = node.grad
            node.edges = None
            node.grad = np.array(g) if node.retains_grad else None  # a copy: others may hold g, or it is read-only
            for parent, vjp in edges:
                share = vjp(g)
                if share.shape != parent.shape:
                    share = unbroadcast(share, parent.shape)
                if parent.grad is None and parent.edges:
                    parent.grad = share  # the common case of `_accumulate`, without the call
                else:
                    _accumulate(parent, share)
    except Exception as error:
        error.add_note(f"in the gradient of {node.op}")
        raise


def _accumulate(node, g):
    """Add g to what a node has collected: out of place, since an inner node may share its array with another
    (a + b hands the same g to both). A leaf's is its own copy, in plain row order, so that the user may change it.
    """
    if node.grad is None:
        node.grad = g if node.edges else np.array(g, order="C")
    else:
        node.grad = node.grad + g


def _reachable(root):
    """All nodes that a gradient at `root` flows through, nearest first: nearly sorted, which makes sorting cheap."""
    found, seen = [root], {root}
    for node in found:  # grows on the way
        if node.edges is None:
            raise RuntimeError(
                f"backward: the graph through {node.op} was already used by an earlier backward, which freed what it "
                "had saved: run the forward pass again (to keep a value for two losses, add the losses up first)"
            )
        for parent, _ in node.edges:
            if parent not in seen:
                seen.add(parent)
                found.append(parent)
    return found


def unbroadcast(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum g over the axes along which an argument of shape `shape` was repeated by broadcasting.

    A number that was copied to several places influenced the loss through each of them, so its gradient is the sum.
    """
    extra = g.ndim - len(shape)
    repeated = tuple(i for i, n in enumerate(shape, extra) if n == 1 and g.shape[i] != 1)
    summed = g.sum((*range(extra), *repeated), keepdims=True)
    return summed.reshape(shape)
