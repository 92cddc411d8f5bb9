"""`apply` for any rule: any number of arguments, tensors or not, and one result or several.

``autograd/tensor.py`` has the same written out for one and for two operands, which is what most ops have. A rule with
several results (an LSTM returns its outputs, its last hidden state and its last cell state) becomes one node for the
op, and one node above it for each result:

        outputs      hidden       cell           the gradient of each result arrives here
           |           |           |
        slot 0      slot 1      slot 2           each edge puts it into its slot
             +---------+---------+
                      op                         visited after all of them: its vjps get the list of slots
"""

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from . import mode
from .dtypes import NUMBERS, as_array, mixed_dtypes, numbers
from .errors import explain, no_numbers, no_rule, tensor_option
from .node import Node
from .tensor import Tensor, record


def apply(rule: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run a rule on the arrays inside `args`, and record how its result was made.

    Floating arrays take the dtype of the tensors beside them. Returns a Tensor, or a tuple of Tensors if the rule has
    several results.
    """
    return _apply(rule, args, options, _array)


def apply_to_values(rule: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """`apply`, with constants treated as in arithmetic: numbers, lists and integer arrays take the tensors' dtype.

    Plain `apply` cannot do so for every rule: labels and indices are integers and must stay integers.
    """
    return _apply(rule, args, options, _value)


def _apply(rule, args, options, convert):
    if options and Tensor in map(type, options.values()):
        raise tensor_option(rule.__name__)
    arrays = _arrays_of(rule, args, convert)
    if mode.watches:
        rule = mode.observed_rule(rule)
    try:
        result = rule(*arrays, **options)
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise explain(rule.__name__, arrays, error) from error
    if type(result) is not tuple:
        raise no_rule(rule.__name__, result)
    value, *vjps = result
    if type(value) is not tuple and np.asarray(value).dtype.kind not in NUMBERS:
        raise no_numbers(rule.__name__, args)
    if Tensor in map(type, args[len(vjps) :]):
        raise tensor_option(rule.__name__)
    edges = [
        (a.node, vjp)
        for a, vjp in zip(args, vjps, strict=False)
        if type(a) is Tensor and a.node is not None and vjp is not None
    ]
    return (_record_several if type(value) is tuple else record)(rule.__name__, value, edges)


def _arrays_of(rule, args, convert):
    """The arrays inside `args`, in the floating dtype of the tensors among them."""
    arrays = [a._array if type(a) is Tensor else a for a in args]
    if all(type(a) is np.ndarray for a in arrays) and len({a.dtype for a in arrays}) == 1:
        return arrays  # the common case: nothing to convert
    dtypes = {a._array.dtype for a in args if type(a) is Tensor and a._array.dtype.kind in "fc"}
    if sum(dtype.kind == "f" for dtype in dtypes) > 1:
        raise mixed_dtypes(rule.__name__, *sorted(dtypes, key=str))
    dtype = max(dtypes, key=lambda dtype: dtype.kind == "c", default=None)
    return [convert(rule.__name__, a, dtype) for a in arrays]


def _array(op, a, dtype):
    """An argument unchanged, except that a list becomes an array, and a floating array takes `dtype`."""
    if isinstance(a, np.generic):
        return a.item()
    if isinstance(a, np.ndarray | list):
        a = as_array(op, a)  # rules see no subclasses
        return a.astype(dtype, copy=False) if dtype and a.dtype.kind == "f" else a
    return a


def _value(op, a, dtype):
    """A number, a list or an array in `dtype`; any other argument unchanged."""
    if not isinstance(a, Real | np.ndarray | list | tuple):
        return _array(op, a, dtype)
    if dtype is None:
        return as_array(op, a)
    return np.asarray(a, dtype) if isinstance(a, Real) else numbers(op, a).astype(dtype, copy=False)


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
