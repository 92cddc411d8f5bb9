"""`apply` for every rule: any number of arguments, of which some are no tensors, and one result or several.

``autograd/tensor.py`` has the same written out for one and for two operands, which most ops have. A rule with several
results (an LSTM gives its outputs, its last hidden state and its last cell) becomes one node for the op, and above it
one node for each result:

        outputs      hidden       cell           whose gradient arrives here
           |           |           |
        slot 0      slot 1      slot 2           is put into its slot; then,
             +---------+---------+
                      op                         deeper than all of them, the op's vjps get the list of slots
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import mode
from .dtypes import mixed_dtypes
from .node import Node
from .shape_errors import explain
from .tensor import Tensor, record


def apply(rule: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run a rule on the arrays inside `args` and remember how its result was made.

    Gives a Tensor, or a tuple of them if the rule has several results.
    """
    arrays = _arrays_of(rule, args)
    if mode.observers:
        rule = mode.observed_rule(rule)
    try:
        value, *vjps = rule(*arrays, **options)
    except (ValueError, TypeError, IndexError) as error:
        raise explain(rule.__name__, arrays, error) from error
    edges = [
        (a.node, vjp)
        for a, vjp in zip(args, vjps, strict=False)
        if type(a) is Tensor and a.node is not None and vjp is not None
    ]
    return (_record_several if type(value) is tuple else record)(rule.__name__, value, edges)


def _arrays_of(rule, args):
    """The arrays inside `args`, all floating ones in the dtype of the tensors among them."""
    dtypes = {a._array.dtype for a in args if type(a) is Tensor and a._array.dtype.kind in "fc"}
    if sum(dtype.kind == "f" for dtype in dtypes) > 1:
        raise mixed_dtypes(rule.__name__, *sorted(dtypes, key=str))
    dtype = max(dtypes, key=lambda dtype: dtype.kind == "c", default=None)
    arrays = []
    for a in args:
        if isinstance(a, np.generic):
            a = a.item()
        elif isinstance(a, np.ndarray | Tensor):
            a = a._array if type(a) is Tensor else np.asarray(a)  # rules see no subclasses
            if dtype and a.dtype.kind == "f":
                a = a.astype(dtype, copy=False)
        arrays.append(a)
    return arrays


class _Gradients(list):
    """The gradients of an op's several results, filled slot by slot; `node.backward` hands it about like an array.

    Its shape is None, like that of the node it goes to: equal shapes are left alone.
    """

    shape = dtype = None

    def __add__(self, other):
        return self  # other is this very list: each result has put its gradient into its own slot


def _record_several(op, values, edges):
    """One node for the op, and for each result a node whose only edge puts its gradient into the op's slot."""
    tensors = tuple(Tensor(value) for value in values)
    shared = Node(op, edges, _Gradients) if edges and mode.recording else None
    if mode.observers:
        mode.observed(op, values, shared)
    if shared is None:
        return tensors
    gradients = _Gradients([None] * len(values))

    def deposit(slot):
        def vjp(g):
            gradients[slot] = g
            return gradients

        return vjp

    for slot, tensor in enumerate(tensors):
        tensor.node = Node(op, ((shared, deposit(slot)),), tensor._array)
    return tensors
