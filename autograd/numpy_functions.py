"""NumPy's own functions on tensors: ``np.exp(tensor)`` runs `autograd.exp`, and its gradient flows.

NumPy asks the type of its arguments first: a ufunc (np.exp, np.multiply) through `__array_ufunc__`, any other function
(np.sum, np.concatenate) through `__array_function__`. Both look into the tables below. A function that is not there is
refused, because its result would silently have no gradient.
"""

from functools import partial

import numpy as np

from . import functional
from .compositions import expand_dims, squeeze, swapaxes
from .functional import clip, concatenate, einsum, matmul, norm, pad, reshape, split, transpose
from .rules import elementwise, linear
from .tensor import Tensor, apply_binary

# A ufunc that has the name of one of our functions means the same: np.exp, np.maximum, np.matmul ...
UFUNCS = {
    getattr(np, name): function
    for name, function in vars(functional).items()
    if isinstance(getattr(np, name, None), np.ufunc)
}
# Those of arithmetic stand behind `array * tensor`, too, and take the shortest way.
UFUNCS |= {
    np.add: partial(apply_binary, elementwise.add),
    np.subtract: partial(apply_binary, elementwise.sub),
    np.multiply: partial(apply_binary, elementwise.mul),
    np.divide: partial(apply_binary, elementwise.div),
    np.power: partial(apply_binary, elementwise.pow),
    np.float_power: partial(apply_binary, elementwise.pow),
    np.matmul: partial(apply_binary, linear.matmul),
    np.negative: functional.neg,
    np.absolute: functional.abs,
    np.positive: lambda x: x,
    np.reciprocal: lambda x: 1 / x,
}

# Their results are True or False, which have no gradient to lose: plain arrays.
PREDICATES = {
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isnan, np.isinf, np.isfinite,
}  # fmt: skip


def _along_axes(function):
    """A reduction, whose arguments after the axis go by name: NumPy has others there, in another order."""

    def reduced(a, axis=None, **options):
        return function(a, axis=axis, **options)

    return reduced


def _dot(a, b):
    if np.ndim(a) > 2 or np.ndim(b) > 2:
        raise TypeError("np.dot of tensors is meant for vectors and matrices: use @")
    return matmul(a, b)


def _norm(x, ord=None, axis=None, keepdims=False):
    if ord not in (None, 2) or (ord == 2 and axis is None and x.ndim > 1):
        raise TypeError("np.linalg.norm of a Tensor: expected the Euclidean norm, ord=None")
    return norm(x, axis=axis, keepdims=keepdims)


def _pad(array, pad_width, mode="constant", constant_values=0):
    if mode != "constant":
        raise TypeError(f"np.pad of a Tensor: mode is {mode!r}, expected 'constant'")
    return pad(array, pad_width, constant_values)


FUNCTIONS = {
    getattr(np, name): _along_axes(getattr(functional, name))
    for name in ("sum", "prod", "mean", "var", "std", "max", "min")
}
FUNCTIONS |= {
    np.amax: FUNCTIONS[np.max],
    np.amin: FUNCTIONS[np.min],
    np.concatenate: lambda arrays, axis=0: concatenate(arrays, axis),
    np.stack: lambda arrays, axis=0: functional.stack(arrays, axis),
    np.where: lambda condition, x, y: functional.where(condition, x, y),
    np.clip: lambda a, a_min=None, a_max=None: clip(a, a_min, a_max),
    np.reshape: lambda a, shape: reshape(a, shape),
    np.ravel: lambda a: reshape(a, -1),
    np.transpose: lambda a, axes=None: transpose(a, axes),
    np.broadcast_to: lambda array, shape: functional.broadcast_to(array, shape),
    np.cumsum: lambda a, axis=None: functional.cumsum(a, axis),
    np.squeeze: lambda a, axis=None: squeeze(a, axis),
    np.expand_dims: lambda a, axis: expand_dims(a, axis),
    np.swapaxes: lambda a, axis1, axis2: swapaxes(a, axis1, axis2),
    np.flip: lambda m, axis=None: functional.flip(m, axis),
    np.split: lambda ary, indices_or_sections, axis=0: list(split(ary, indices_or_sections, axis)),
    np.einsum: lambda subscripts, *operands, optimize=False: einsum(subscripts, *operands),
    np.linalg.norm: _norm,
    np.pad: _pad,
    np.dot: _dot,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
}


def _array_ufunc(self, ufunc, method, *inputs, **options):
    if method == "__call__" and not options:
        function = UFUNCS.get(ufunc)
        if function is not None:
            return function(*inputs)
        if ufunc in PREDICATES:
            return ufunc(*(a._array if type(a) is Tensor else a for a in inputs))
    if "out" in options:
        raise TypeError(f"np.{ufunc.__name__}: an array cannot be changed in place by a Tensor: write a = a + tensor")
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    raise _refusal(f"{name}({', '.join(options)}=...)" if options else name)


def _array_function(self, function, types, args, options):
    if function not in FUNCTIONS:
        raise _refusal(function.__name__)
    try:
        return FUNCTIONS[function](*args, **options)
    except TypeError as error:
        error.add_note(f"in np.{function.__name__} of a Tensor, which runs the function of autograd")
        raise


def _refusal(name):
    return TypeError(
        f"np.{name} of a Tensor has no gradient: use a function of autograd, or tensor.data where none is needed"
    )


Tensor.__array_ufunc__ = _array_ufunc
Tensor.__array_function__ = _array_function  # type: ignore[attr-defined]
