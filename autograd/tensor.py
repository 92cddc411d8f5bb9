"""Tensors, and how an op goes: run the rule on arrays, remember how its result was made.

A `Tensor` is an array and, if someone will want its gradient, a node of the graph (``autograd/node.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

import numpy as np

from . import mode
from .dtypes import as_array, constant, one_dtype
from .errors import explain, require_alike, tensor_option
from .node import Node, backward
from .rules import elementwise, linear, reduction, shape


@final
class Tensor:
    """An array that can be differentiated.

    Arrays keep their dtype; Python floats and lists of them become float32, whole numbers int64 (and dividing those
    gives float64). In arithmetic a Python number, a
    NumPy scalar or a plain array takes the dtype of the tensor beside it; two tensors of different floating
    dtypes are refused, so that a precision never changes silently. `shape`, `dtype`, `ndim` and `size` are the array's,
    and `T` is `transpose()`.

    Args:
        data: array, number or nested list; an array is held, not copied.
        requires_grad: whether to collect a gradient in `grad`. Only floating dtypes have one.
        name: what to call it in a drawn graph.

    Raises:
        TypeError: `requires_grad` for an integer or boolean array, or data that are no numbers.
    """

    __slots__ = ("_array", "_name", "node")
    __array_ufunc__ = None  # makes array * tensor call our __rmul__, and np.exp(tensor) an error instead of nonsense

    _array: np.ndarray
    node: Node | None

    def __init__(self, data: Any, requires_grad: bool = False, name: str | None = None):
        self._array = data if type(data) is np.ndarray else as_array(_array_of(data))
        self.node = None
        if self._array.dtype.kind not in "fiubc":
            raise TypeError(f"Tensor: dtype {self._array.dtype} is no number type")
        if requires_grad:
            self.requires_grad = True
        if name is not None:
            self.name = name

    @property
    def data(self) -> np.ndarray:
        """The array itself, shared, not copied. Change it in place only when no graph is alive that has saved it.

        If the tensor has a gradient, setting it to an array of another shape raises a ValueError, of another dtype a
        TypeError.
        """
        return mode.shown(self._array) if mode.observers else self._array

    @data.setter
    def data(self, value: Any) -> None:
        array = value if type(value) is np.ndarray else as_array(_array_of(value))
        if self.node is not None:
            require_alike("data", array, self._array)
        self._array = array

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to this tensor. May be set on a leaf: False freezes it.

        Raises:
            RuntimeError: set on a tensor that an op made.
            TypeError: set for a dtype that is not floating.
        """
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted == self.requires_grad:
            return
        if self.node is not None and not self.is_leaf:
            raise RuntimeError(f"this tensor was made by {self.node.op}: use detach() to cut it off")
        if wanted and self._array.dtype.kind != "f":
            raise TypeError(
                f"Tensor: dtype {self._array.dtype} cannot require a gradient, a derivative needs numbers that vary "
                "continuously: convert first, e.g. array.astype(np.float32)"
            )
        self.node = Node("leaf", (), self._array) if wanted else None
        self.name = self.name  # the new node's too

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor was made by the user rather than by an op that was recorded."""
        return self.node is None or self.node.op == "leaf"

    @property
    def grad(self) -> np.ndarray | None:
        """The gradient, an array of this tensor's shape: summed over all backward passes since it was cleared.

        Leaves collect it; a tensor made by an op gives its gradient back when used, unless `retain_grad` was called.
        Setting it raises a RuntimeError if this tensor requires none, a ValueError for another shape, a TypeError for
        another dtype or what is no array.
        """
        return None if self.node is None else self.node.grad

    @grad.setter
    def grad(self, value: np.ndarray | None) -> None:
        if self.node is None:
            raise RuntimeError("this tensor does not require a gradient")
        if value is not None:
            require_alike("grad", value, self._array)
        self.node.grad = value

    @property
    def name(self) -> str | None:
        """What to call this tensor in a drawn graph and in its own text; None unless somebody has named it."""
        return getattr(self, "_name", None)  # ops leave the slot empty: names must cost nothing where nobody gives any

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        if self.node is not None:
            self.node.name = name

    def retain_grad(self) -> None:
        """Keep the gradient of a tensor that was made by an op, for study."""
        if self.node is not None:
            self.node.retains_grad = True

    def backward(self, gradient: Any = None) -> None:
        """Add d(this)/d(leaf), times `gradient`, to the `grad` of every leaf this tensor was computed from.

        Args:
            gradient: dL/d(this), of this tensor's shape; may be left out for a single number, meaning 1.

        Raises:
            RuntimeError: nothing here requires a gradient, or the graph was already used.
            ValueError: no gradient given for more than one number, or one of another shape.
        """
        if self.node is None:
            raise RuntimeError("backward: this tensor depends on no tensor that requires a gradient")
        backward(self.node, _seed(self._array, gradient))

    def detach(self) -> Tensor:
        """The same array without its history: a constant."""
        return Tensor(self._array)

    def numpy(self) -> np.ndarray:
        """The array itself: `data`."""
        return self.data

    def item(self) -> float:
        """The one number held, as a Python number: for logging without keeping the graph alive."""
        return self._array.item()

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
    def __float__(self) -> float: return float(self._array.item())
    def __bool__(self) -> bool: return bool(self._array)
    # fmt: on

    def __repr__(self) -> str:
        text = f"Tensor({_written(self._array, 'Tensor(')}, shape={self.shape}, dtype={self.dtype}"
        if self.node is not None:
            text += ", requires_grad=True" if self.is_leaf else f", op={self.node.op}"
        if isinstance(self.grad, np.ndarray):
            text += f", grad={_written(self.grad, 'grad=')}"
        return text + (")" if self.name is None else f", name={self.name!r})")

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("a Tensor is not an array: use tensor.data for NumPy, or the function of autograd")

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "a Tensor cannot be changed in place, its gradient would be wrong: build a new one with "
            "where, stack or concatenate (or write to tensor.data when no graph is alive)"
        )

    def __getitem__(self, key: Any) -> Tensor:
        keys = key if isinstance(key, tuple) else (key,)
        keys = tuple(k._array if type(k) is Tensor else np.asarray(k) if isinstance(k, list) else k for k in keys)
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


def apply_unary(rule, a, *options, **named):
    """Run a rule of one operand, and remember how its result was made."""
    if type(a) is not Tensor:
        a = Tensor(a)
    if mode.observers:
        rule = mode.observed_rule(rule)
    try:
        value, vjp = rule(a._array, *options, **named)
    except (ValueError, TypeError, IndexError) as error:
        if Tensor in map(type, (*options, *named.values())):
            raise tensor_option(rule.__name__) from error
        raise explain(rule.__name__, (a._array, *options, *named.values()), error) from error
    return record(rule.__name__, value, () if a.node is None else ((a.node, vjp),))


def apply_binary(rule, a, b):
    """The same for two operands; the one that is no tensor is a constant."""
    if type(a) is Tensor and type(b) is Tensor:
        x, y = a._array, b._array
        if x.dtype is not y.dtype:
            x, y = one_dtype(rule.__name__, x, y)
    elif type(a) is Tensor:
        x, y = a._array, constant(b, a._array.dtype)
    else:
        b = b if type(b) is Tensor else Tensor(b)
        x, y = constant(a, b._array.dtype), b._array
    if x is NotImplemented or y is NotImplemented:
        return NotImplemented
    if mode.observers:
        rule = mode.observed_rule(rule)
    try:
        value, vjp_a, vjp_b = rule(x, y)
    except (ValueError, TypeError, IndexError) as error:
        raise explain(rule.__name__, (x, y), error) from error
    edges = []
    if type(a) is Tensor and (parent := a.node) is not None:
        edges.append((parent, vjp_a))
    if type(b) is Tensor and (parent := b.node) is not None:
        edges.append((parent, vjp_b))
    return record(rule.__name__, value, edges)


_new_tensor = object.__new__


def record(op, value, edges):
    """A tensor for a rule's value, with a node if it is to be remembered by `edges`: pairs of a parent and its vjp."""
    tensor = _new_tensor(Tensor)
    tensor._array = value if type(value) is np.ndarray else np.asarray(value)
    tensor.node = Node(op, edges, tensor._array) if edges and mode.recording else None
    if mode.observers:
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
    gradient = np.asarray(_array_of(gradient), dtype=data.dtype)
    if gradient.shape != data.shape:
        raise ValueError(f"backward: gradient of shape {gradient.shape} for a tensor of shape {data.shape}")
    return gradient


def _array_of(value):
    return value._array if type(value) is Tensor else value


def _written(array, before):
    return np.array2string(array, prefix=before, threshold=20, precision=4)


def _one_tuple(arguments):
    """x.reshape(2, 3) and x.reshape((2, 3)) mean the same."""
    return tuple(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], tuple | list) else arguments
