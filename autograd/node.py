"""The graph, and the walk back through it. Nodes and arrays only: nothing here knows what a Tensor is.

A node holds edges: pairs of a parent node and the vector-Jacobian product that carries a gradient to that parent
(``autograd/rules/registry.py`` says what a vjp is).

    a = Tensor(..., requires_grad=True)        a.node <--- vjp_a ---+
    b = Tensor(..., requires_grad=True)                             +--- y.node
    y = a * b                                  b.node <--- vjp_b ---+

Nodes point to nodes, never to tensors: an array stays in memory only if a vjp has closed over it. A node points to
its parents, never to its users: there are no reference cycles, so memory is freed as soon as the last name is gone.

The depth of a node is one more than the depth of its deepest parent. So every user of a value is deeper than the value,
and visiting the deepest node first is a reverse topological order. One sort finds it, without recursion: a chain of
100,000 ops is no problem.
"""

from operator import attrgetter

import numpy as np

from .errors import no_gradient


class Node:
    """The place of one value in the graph: the op that made it, edges to its parents, and its gradient so far.

    `edges` is () for a leaf, and None once a backward pass has used the node. The node keeps the shape and the dtype of
    the value, not the value. `name` and `notes` are for drawing: the name of the tensor, and what
    ``tools/graph/recording.py`` has noted.
    """

    __slots__ = ("depth", "dtype", "edges", "grad", "name", "notes", "op", "retains_grad", "shape")

    def __init__(self, op, edges, value):
        self.op = op
        self.edges = edges
        self.shape = value.shape
        self.dtype = value.dtype
        self.name = self.notes = None
        depth = 0
        for parent, _ in edges:
            if parent.depth >= depth:
                depth = parent.depth + 1
        self.depth = depth
        self.grad = None
        self.retains_grad = False


def backward(node: Node, gradient: np.ndarray) -> None:
    """Walk from `node` to the leaves, deepest node first, and hand each parent its share of the gradient.

    When a node is visited its gradient is complete, because all users of its value are deeper and were visited before.
    Its edges are dropped on the way, and with them the arrays that its vjps have saved. If the walk is interrupted,
    inner nodes drop their unfinished gradients, so that a later walk through them starts from zero.

    Raises:
        RuntimeError: an earlier walk has used a part of this graph.
        TypeError: a vjp returned no array, or gave a leaf a gradient of another dtype.
    """
    order = sorted(_reachable(node), key=attrgetter("depth"), reverse=True)
    vjp, share = None, gradient
    try:
        _accumulate(node, gradient)
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
    except BaseException as error:
        error.add_note(f"in the gradient of {node.op}")
        for unfinished in order:
            if unfinished.edges:
                unfinished.grad = None
        if vjp is not None and not (callable(vjp) and hasattr(share, "shape")):
            raise no_gradient(node.op, vjp, share) from error
        raise


def _accumulate(node, g):
    """Add g to the gradient of a node so far.

    Never in place: an inner node may share its array with another one (a + b hands the same g to both). The gradient
    of a leaf is an array of its own, also for a number without axes, so that the user may change it. It is in row
    order; but images (four axes) keep theirs, since turning one takes up to a third of the time of a convolution.
    """
    if node.edges:
        node.grad = g if node.grad is None else node.grad + g
        return
    if g.dtype is not node.dtype and g.dtype != node.dtype:
        raise TypeError(
            f"a gradient of dtype {g.dtype} came to a leaf of dtype {node.dtype}: a vjp on the way has changed the "
            "dtype, every vjp must keep that of its argument"
        )
    if node.grad is None:
        node.grad = np.array(g, order="K" if g.ndim == 4 else "C")
    else:
        total = node.grad + g
        node.grad = total if type(total) is np.ndarray else np.asarray(total)


def _reachable(root):
    """All nodes that a gradient at `root` flows to, nearest first: nearly sorted, which makes sorting cheap."""
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

    An element that was copied to several places influences the loss through each copy: its gradient is their sum.
    """
    extra = g.ndim - len(shape)
    repeated = tuple(i for i, n in enumerate(shape, extra) if n == 1 and g.shape[i] != 1)
    summed = g.sum((*range(extra), *repeated), keepdims=True)
    return summed.reshape(shape)
