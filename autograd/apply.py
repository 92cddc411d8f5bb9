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
from numbers import Real
from typing import Any

import numpy as np

from . import mode
from .dtypes import as_array, mixed_dtypes
from .errors import explain, tensor_option
from .node import Node
from .tensor import Tensor, record


def apply(rule: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run a rule on the arrays inside `args` and remember how its result was made.

    Floating arrays take the dtype of the tensors beside them. Gives a Tensor, or a tuple of them if the rule has
    several results.
    """
    return _apply(rule, args, options, _array)


def apply_to_values(rule: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """`apply`, with constants treated as in arithmetic: numbers, lists and integer arrays take the tensors' dtype.

    Plain `apply` cannot do that for every rule: labels and indices are integers and must stay so.
    """
    return _apply(rule, args, options, _value)


def _apply(rule, args, options, convert):
    if options and Tensor in map(type, options.values()):
        raise tensor_option(rule.__name__)
    arrays = _arrays_of(rule, args, convert)
    if mode.watches:
        rule = mode.observed_rule(rule)
    try:
        value, *vjps = rule(*arrays, **options)
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise explain(rule.__name__, arrays, error) from error
    if Tensor in map(type, args[len(vjps) :]):
        raise tensor_option(rule.__name__)
    edges = [
        (a.node, vjp)
        for a, vjp in zip(args, vjps, strict=False)
        if type(a) is Tensor and a.node is not None and vjp is not None
    ]
    return (_record_several if type(value) is tuple else record)(rule.__name__, value, edges)


def _arrays_of(rule, args, convert):
    """The arrays inside `args`, converted to the floating dtype of the tensors among them."""
    arrays = [a._array if type(a) is Tensor else a for a in args]
    if all(type(a) is np.ndarray for a in arrays) and len({a.dtype for a in arrays}) == 1:
        return arrays  # mostly there is nothing to convert
    dtypes = {a._array.dtype for a in args if type(a) is Tensor and a._array.dtype.kind in "fc"}
    if sum(dtype.kind == "f" for dtype in dtypes) > 1:
        raise mixed_dtypes(rule.__name__, *sorted(dtypes, key=str))
    dtype = max(dtypes, key=lambda dtype: dtype.kind == "c", default=None)
    return [convert(a, dtype) for a in arrays]


def _array(a, dtype):
    """An argument as it is, but a list as an array, and a floating array in `dtype`."""
    if isinstance(a, np.generic):
        return a.item()
    if isinstance(a, np.ndarray | list):
        a = as_array(a)  # rules see no subclasses
        return a.astype(dtype, copy=False) if dtype and a.dtype.kind == "f" else a
    return a


def _value(a, dtype):
    """An argument in `dtype`, if it is a number or several."""
    if isinstance(a, Real | np.ndarray | list | tuple):
        return np.asarray(a, dtype) if dtype else as_array(a)
    return _array(a, dtype)


class _Gradients(list):
    """The gradients of the results of one op: one slot for each result, None where no gradient came.

    `node.backward` handles it like an array. Its shape is None, as is that of the node it goes to: equal shapes are
    left alone.
    """

    shape = dtype = None

    def __add__(self, other):
        return _Gradients(b if a is None else a for a, b in zip(self, other, strict=True))


def _record_several(op, values, edges):
    """One node for the op, and one node above it for each result, whose only edge fills the result's slot."""
    tensors = tuple(Tensor(value) for value in values)
    shared = Node(op, edges, _Gradients) if edges and (not mode.pauses or mode.is_recording()) else None
    if mode.watches:
        mode.observed(op, values, shared)
    if shared is None:
        return tensors

    def fill(slot):
        return lambda g: _Gradients(g if i == slot else None for i in range(len(values)))

    for slot, tensor in enumerate(tensors):
        tensor.node = Node(op, ((shared, fill(slot)),), tensor._array)
    return tensors
