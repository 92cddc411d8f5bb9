"""Tensors, and what happens when an op runs: call the rule on arrays, and record how the result was made.

A `Tensor` is an array and, if it needs a gradient, a node of the graph (``autograd/node.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, final

import numpy as np

from . import mode
from .dtypes import as_array, constant, numbers, one_dtype
from .errors import calls_math, explain, require_alike, tensor_option
from .node import Node, backward
from .other_names import TENSOR, NotHere
from .rules import elementwise, linear, reduction, shape


@final
class Tensor:
    """An array that records the ops it goes through, so that it can be differentiated.

    Arrays keep their dtype. Python floats, and lists of them, become float32; Python integers become int64 (and a
    quotient of two such tensors is float64). In arithmetic a Python number, a NumPy scalar or a plain array takes the
    dtype of the tensor beside it. Two tensors of different floating dtypes are refused, so that the precision never
    changes silently. `shape`, `dtype`, `ndim` and `size` are those of the array, and `T` is `transpose()`.

    Args:
        data: array, number or nested list. An array is held, not copied.
        requires_grad: whether to collect a gradient in `grad`. Only floating dtypes can have one.
        name: what to call this tensor in a drawn graph.

    Raises:
        TypeError: `requires_grad` for an integer or boolean array, or data that are not numbers.
    """

    __slots__ = ("_array", "_name", "node")
    __array_ufunc__: Any = None  # with numpy_functions.py: np.exp(tensor) and array * tensor run our ops

    _array: np.ndarray
    node: Node | None

    def __init__(self, data: Any, requires_grad: bool = False, name: str | None = None):
        self._array = as_array("Tensor", _array_of(data))
        self.node = None
        if requires_grad:
            self.requires_grad = True
        if name is not None:
            self.name = name

    @property
    def data(self) -> np.ndarray:
        """The array itself, shared, not copied. Change it in place only while no graph is alive that has saved it.

        Setting it, on a tensor that requires a gradient, raises a ValueError for an array of another shape and a
        TypeError for another dtype.
        """
        return mode.shown(self._array) if mode.watches else self._array

    @data.setter
    def data(self, value: Any) -> None:
        array = as_array("data", _array_of(value))
        if self.node is not None:
            require_alike("data", array, self._array)
        self._array = array

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient flows to this tensor. It can be set on a leaf: False freezes it.

        Raises:
            RuntimeError: it is set on the result of an op.
            TypeError: it is set for a dtype that is not floating.
        """
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted == self.requires_grad:
            return
        if self.node is not None and not self.is_leaf:
            raise RuntimeError(
                f"requires_grad: this tensor was made by {self.node.op}, only a leaf can be switched: use detach()"
            )
        if wanted and self._array.dtype.kind != "f":
            raise TypeError(
                f"Tensor: dtype {self._array.dtype} cannot require a gradient, a derivative needs numbers that vary "
                "continuously: convert first, e.g. array.astype(np.float32)"
            )
        self.node = Node("leaf", (), self._array) if wanted else None
        self.name = self.name  # the new node's too

    @property
    def is_leaf(self) -> bool:
        """Whether the user made this tensor, and not a recorded op."""
        return self.node is None or self.node.op == "leaf"

    @property
    def grad(self) -> np.ndarray | None:
        """The gradient, an array of this tensor's shape: the sum over all backward passes since it was cleared.

        Leaves keep it. The result of an op drops it during backward, unless `retain_grad` was called.

        Raises:
            RuntimeError: it is set on a tensor that requires no gradient, or on the result of an op before backward.
            ValueError: it is set to an array of another shape.
            TypeError: it is set to an array of another dtype, or to something that is not an array.
        """
        return None if self.node is None else self.node.grad

    @grad.setter
    def grad(self, value: np.ndarray | None) -> None:
        if self.node is None:
            raise RuntimeError("grad: this tensor does not require a gradient")
        if value is not None:
            if self.node.edges:  # neither a leaf nor used up
                raise RuntimeError(
                    f"grad: this tensor was made by {self.node.op}, so backward computes its gradient: "
                    "to start from a gradient of your own, call backward(gradient)"
                )
            value = np.asarray(value) if isinstance(value, np.generic) else value  # arithmetic on a number without axes
            require_alike("grad", value, self._array)
        self.node.grad = value

    @property
    def name(self) -> str | None:
        """The name in a drawn graph and in `repr`; None if nobody has given one."""
        return getattr(self, "_name", None)  # ops leave the slot empty: a name costs nothing where there is none

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        if self.node is not None:
            self.node.name = name

    def retain_grad(self) -> None:
        """Keep the gradient of this result of an op in `grad` during backward."""
        if self.node is not None:
            self.node.retains_grad = True

    def backward(self, gradient: Any = None) -> None:
        """Add d(this)/d(leaf), times `gradient`, to the `grad` of every leaf this tensor was computed from.

        Args:
            gradient: dL/d(this), of this tensor's shape. For a single number it may be left out and is then 1.

        Raises:
            RuntimeError: this tensor requires no gradient, or an earlier backward has used the graph.
            ValueError: no gradient for more than one number, or a gradient of another shape.
            TypeError: a vjp has changed the dtype.
        """
        if self.node is None:
            raise RuntimeError("backward: this tensor depends on no tensor that requires a gradient")
        backward(self.node, _seed(self._array, gradient))

    def detach(self) -> Tensor:
        """A constant tensor that shares this array: no gradient flows back through it."""
        return Tensor(self._array)

    def numpy(self) -> np.ndarray:
        """The array itself: `data`."""
        return self.data

    def item(self) -> float:
        """The only element as a Python number. Log this: a list of tensors would keep their graphs alive."""
        return self._array.item()

    def __reduce__(self) -> tuple[Any, ...]:
        """How to copy and to pickle a leaf: the array, the gradient and the name."""
        if self.node is not None and self.node.op != "leaf":
            raise TypeError(
                f"cannot copy or pickle this tensor: it was made by {self.node.op}, "
                "and a copy would lose its graph: use detach()"
            )
        return Tensor._restored, (self._array, self.requires_grad, self.grad, self.name)

    @staticmethod
    def _restored(array, requires_grad, grad, name):
        tensor = Tensor(array, requires_grad, name)
        if grad is not None:
            tensor.grad = grad
        return tensor

    # fmt: off
    @property
    def shape(self) -> tuple[int, ...]: return self._array.shape
    @property
    def dtype(self) -> np.dtype: return self._array.dtype
    @property
    def ndim(self) -> int: return self._array.ndim
    @property
    def size(self) -> int: return self._array.size

    def __len__(self) -> int: return len(self._array)
    def __iter__(self) -> Iterator[Tensor]: return (self[i] for i in range(len(self._array)))
    def __int__(self) -> int: return int(self._array.item())
    def __bool__(self) -> bool: return bool(self._array)
    def __pos__(self) -> Tensor: return self
    # fmt: on

    def __float__(self) -> float:
        if self.node is not None and calls_math(sys._getframe(1)):
            raise TypeError(
                "a function of the math module would cut the gradient: use the function of autograd, "
                "e.g. autograd.exp(tensor), or tensor.item() for the number alone"
            )
        return float(self._array.item())

    def __format__(self, spec: str) -> str:
        if spec and self.size != 1:
            raise TypeError(f"a Tensor of shape {self.shape} cannot be formatted as {spec!r}: only a single number can")
        return format(self._array.item(), spec) if spec else str(self)

    def __repr__(self) -> str:
        text = f"Tensor({_written(self._array, 'Tensor(')}, shape={self.shape}, dtype={self.dtype}"
        if self.node is not None:
            text += ", requires_grad=True" if self.is_leaf else f", op={self.node.op}"
        if isinstance(self.grad, np.ndarray):
            text += f", grad={_written(self.grad, 'grad=')}"
        return text + (")" if self.name is None else f", name={self.name!r})")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__()} - TENSOR.keys())

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("a Tensor is not an array: use tensor.data for NumPy, or the function of autograd")

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "a Tensor cannot be changed in place, its gradient would be wrong: build a new one with "
            "where, stack or concatenate (or write to tensor.data when no graph is alive)"
        )

    def __getitem__(self, key: Any) -> Tensor:
        keys = key if isinstance(key, tuple) else (key,)
        keys = tuple(k._array if type(k) is Tensor else _index(k) if isinstance(k, list) else k for k in keys)
        return apply_unary(shape.getitem, self, keys if isinstance(key, tuple) else keys[0])

    # fmt: off
    def __add__(self, other): return apply_binary(elementwise.add, self, other)
    def __radd__(self, other): return apply_binary(elementwise.add, other, self)
    def __sub__(self, other): return apply_binary(elementwise.sub, self, other)
    def __rsub__(self, other): return apply_binary(elementwise.sub, other, self)
    def __mul__(self, other): return apply_binary(elementwise.mul, self, other)
    def __rmul__(self, other): return apply_binary(elementwise.mul, other, self)
    def __truediv__(self, other): return apply_binary(elementwise.div, self, other)
    def __rtruediv__(self, other): return apply_binary(elementwise.div, other, self)
    def __pow__(self, other): return apply_binary(elementwise.pow, self, other)
    def __rpow__(self, other): return apply_binary(elementwise.pow, other, self)
    def __matmul__(self, other): return apply_binary(linear.matmul, self, other)
    def __rmatmul__(self, other): return apply_binary(linear.matmul, other, self)
    def __neg__(self): return apply_unary(elementwise.neg, self)
    def __abs__(self): return apply_unary(elementwise.abs, self)

    # Comparisons have no gradient: they give plain boolean arrays.
    def __lt__(self, other): return self._array < _array_of(other)
    def __le__(self, other): return self._array <= _array_of(other)
    def __gt__(self, other): return self._array > _array_of(other)
    def __ge__(self, other): return self._array >= _array_of(other)
    def __eq__(self, other): return self._array == _array_of(other)
    def __ne__(self, other): return self._array != _array_of(other)
    # fmt: on
    __hash__ = object.__hash__

    # fmt: off
    def reshape(self, *shape_) -> Tensor: return apply_unary(shape.reshape, self, _one_tuple(shape_))
    def transpose(self, *axes) -> Tensor: return apply_unary(shape.transpose, self, _one_tuple(axes) or None)
    T = property(transpose)
    def astype(self, dtype) -> Tensor: return apply_unary(elementwise.astype, self, dtype)

    def exp(self) -> Tensor: return apply_unary(elementwise.exp, self)
    def log(self) -> Tensor: return apply_unary(elementwise.log, self)
    def sqrt(self) -> Tensor: return apply_unary(elementwise.sqrt, self)
    def tanh(self) -> Tensor: return apply_unary(elementwise.tanh, self)
    def sigmoid(self) -> Tensor: return apply_unary(elementwise.sigmoid, self)
    def relu(self) -> Tensor: return apply_unary(elementwise.relu, self)
    def abs(self) -> Tensor: return apply_unary(elementwise.abs, self)
    def clip(self, min=None, max=None) -> Tensor: return apply_unary(elementwise.clip, self, min, max)

    def sum(self, axis=None, keepdims=False) -> Tensor: return apply_unary(reduction.sum, self, axis, keepdims)
    def mean(self, axis=None, keepdims=False) -> Tensor: return apply_unary(reduction.mean, self, axis, keepdims)
    def max(self, axis=None, keepdims=False) -> Tensor: return apply_unary(reduction.max, self, axis, keepdims)
    def min(self, axis=None, keepdims=False) -> Tensor: return apply_unary(reduction.min, self, axis, keepdims)
    def var(self, axis=None, ddof=0, keepdims=False): return apply_unary(reduction.var, self, axis, ddof, keepdims)
    def std(self, axis=None, ddof=0, keepdims=False): return apply_unary(reduction.std, self, axis, ddof, keepdims)
    # fmt: on


for _name in TENSOR:
    setattr(Tensor, _name, NotHere("Tensor", _name, TENSOR))


def apply_unary(rule, a, *options, **named):
    """Run a rule of one operand, and record how its result was made."""
    if type(a) is not Tensor:
        a = Tensor(a)
    if mode.watches:
        rule = mode.observed_rule(rule)
    try:
        value, vjp = rule(a._array, *options, **named)
    except (ValueError, TypeError, IndexError) as error:
        if Tensor in map(type, (*options, *named.values())):
            raise tensor_option(rule.__name__) from error
        raise explain(rule.__name__, (a._array, *options, *named.values()), error) from error
    return record(rule.__name__, value, () if a.node is None else ((a.node, vjp),))


def apply_binary(rule, a, b):
    """Run a rule of two operands. An operand that is not a tensor is a constant."""
    is_tensor_a, is_tensor_b = type(a) is Tensor, type(b) is Tensor
    if is_tensor_a and is_tensor_b:
        x, y = a._array, b._array
        if x.dtype is not y.dtype:
            x, y = one_dtype(rule.__name__, x, y)
    elif is_tensor_a:
        x, y = a._array, constant(rule.__name__, b, a._array.dtype)
    else:
        b = b if is_tensor_b else Tensor(b)
        x, y = constant(rule.__name__, a, b._array.dtype), b._array
    if x is NotImplemented or y is NotImplemented:
        return NotImplemented
    if mode.watches:
        rule = mode.observed_rule(rule)
    try:
        value, vjp_a, vjp_b = rule(x, y)
    except (ValueError, TypeError, IndexError) as error:
        raise explain(rule.__name__, (x, y), error) from error
    edges = []
    if is_tensor_a and a.node is not None:
        edges.append((a.node, vjp_a))
    if is_tensor_b and b.node is not None:
        edges.append((b.node, vjp_b))
    return record(rule.__name__, value, edges)


_new_tensor = object.__new__


def record(op, value, edges):
    """A tensor for the value of a rule, with a node if there are `edges` (pairs of a parent and its vjp) to record."""
    tensor = _new_tensor(Tensor)
    tensor._array = value if type(value) is np.ndarray else np.asarray(value)
    tensor.node = Node(op, edges, tensor._array) if edges and (not mode.pauses or mode.is_recording()) else None
    if mode.watches:
        mode.observed(op, tensor._array, tensor.node)
    return tensor


def _seed(data, gradient):
    if gradient is None:
        if data.size != 1:
            raise ValueError(
                f"backward: a tensor of shape {data.shape} is not a single number: reduce it to a loss first, "
                "or pass the gradient with respect to it"
            )
        return np.ones_like(data)
    gradient = numbers("backward", _array_of(gradient)).astype(data.dtype, copy=False)
    if gradient.shape != data.shape:
        raise ValueError(f"backward: gradient of shape {gradient.shape} for a tensor of shape {data.shape}")
    return gradient


def _array_of(value):
    return value._array if type(value) is Tensor else value


def _index(key):
    """A list as an array of indices or of booleans; NumPy takes an empty list for floating numbers."""
    array = np.asarray(key)
    return array if array.size else array.astype(np.intp)


def _written(array, before):
    return np.array2string(array, prefix=before, threshold=20, precision=4)


def _one_tuple(arguments):
    """x.reshape(2, 3) and x.reshape((2, 3)) mean the same."""
    return tuple(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], tuple | list) else arguments
