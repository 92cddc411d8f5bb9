"""The ops as functions of tensors: one line per rule.

Names are PyTorch's for arithmetic and losses, and NumPy's for the rest. The docstring of a rule gives its formula, its
backward pass and the shapes; `lift` copies it to the function: ``help(autograd.softmax)``.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import Any

import numpy as np

from .apply import apply, apply_to_values
from .errors import no_numbers
from .rules import (
    convolution,
    elementwise,
    likelihood,
    linear,
    loss,
    normalization,
    pooling,
    recurrent,
    reduction,
    shape,
)
from .rules.einsum import einsum as _einsum
from .tensor import Tensor, apply_binary, apply_unary


def lift(rule: Callable[..., Any], applied: Callable[..., Any] = apply) -> Callable[..., Any]:
    """Make a rule, a function of arrays, into a function of tensors: this is how to add an op of your own.

    >>> import numpy as np
    >>> from autograd import Tensor, lift
    >>> cube = lift(lambda x: (x**3, lambda g: 3 * x**2 * g))
    >>> x = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    >>> cube(x).sum().backward()
    >>> x.grad
    array([ 3., 12.])

    Args:
        rule: takes arrays, then options, and returns a tuple: the value, then for each array argument its
            vector-Jacobian product, or None if it has no gradient (``autograd/rules/registry.py``). Several results are
            a tuple in the place of the value.
        applied: how arguments are converted: `apply`, or one of the shorter ways for rules of the engine.

    Returns:
        The function. Tensors may be passed to it by position or by keyword. It raises a TypeError for arguments that
        are not tensors, arrays or numbers, and for a rule that returns no tuple.

    Raises:
        TypeError: `rule` is not a function.
    """
    if not callable(rule):
        raise TypeError(f"lift: expected a rule, which is a function of arrays, not {rule!r}")
    parameters = _parameters_of(rule)

    @wraps(rule)
    def function(*args, **options):
        if options:
            args, options = _tensors_first(parameters, args, options)
        result = applied(rule, *args, **options)
        if result is NotImplemented:  # an operator would now ask the other operand
            raise no_numbers(rule.__name__, args)
        return result

    return function


def _parameters_of(rule):
    """(name, whether it has no default) of each parameter that may be given by position or by name."""
    try:
        parameters = signature(rule).parameters.values()
    except ValueError:  # a function written in C need not tell its parameters
        return []
    return [(p.name, p.default is p.empty) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]


def _tensors_first(parameters, args, options):
    """Move to the positional arguments, which `apply` looks at: those without a default, and any tensor or array."""
    for name, required in parameters[len(args) :]:
        if name not in options or not (required or type(options[name]) in (Tensor, np.ndarray)):
            break
        args = (*args, options.pop(name))
    return args, options


add = lift(elementwise.add, apply_binary)
sub = lift(elementwise.sub, apply_binary)
mul = lift(elementwise.mul, apply_binary)
div = lift(elementwise.div, apply_binary)
pow = lift(elementwise.pow, apply_binary)
maximum = lift(elementwise.maximum, apply_binary)
minimum = lift(elementwise.minimum, apply_binary)
matmul = lift(linear.matmul, apply_binary)

neg = lift(elementwise.neg, apply_unary)
square = lift(elementwise.square, apply_unary)
exp = lift(elementwise.exp, apply_unary)
expm1 = lift(elementwise.expm1, apply_unary)
log = lift(elementwise.log, apply_unary)
log1p = lift(elementwise.log1p, apply_unary)
sin = lift(elementwise.sin, apply_unary)
cos = lift(elementwise.cos, apply_unary)
sqrt = lift(elementwise.sqrt, apply_unary)
abs = lift(elementwise.abs, apply_unary)
tanh = lift(elementwise.tanh, apply_unary)
sigmoid = lift(elementwise.sigmoid, apply_unary)
softplus = lift(elementwise.softplus, apply_unary)
relu = lift(elementwise.relu, apply_unary)
leaky_relu = lift(elementwise.leaky_relu, apply_unary)
silu = lift(elementwise.silu, apply_unary)
gelu = lift(elementwise.gelu, apply_unary)
clip = lift(elementwise.clip, apply_unary)
astype = lift(elementwise.astype, apply_unary)

sum = lift(reduction.sum, apply_unary)
mean = lift(reduction.mean, apply_unary)
prod = lift(reduction.prod, apply_unary)
cumsum = lift(reduction.cumsum, apply_unary)
norm = lift(reduction.norm, apply_unary)
var = lift(reduction.var, apply_unary)
std = lift(reduction.std, apply_unary)
max = lift(reduction.max, apply_unary)
min = lift(reduction.min, apply_unary)
logsumexp = lift(reduction.logsumexp, apply_unary)
softmax = lift(reduction.softmax, apply_unary)
log_softmax = lift(reduction.log_softmax, apply_unary)

reshape = lift(shape.reshape, apply_unary)
transpose = lift(shape.transpose, apply_unary)
broadcast_to = lift(shape.broadcast_to, apply_unary)
pad = lift(shape.pad, apply_unary)
flip = lift(shape.flip, apply_unary)
split = lift(shape.split)

where = lift(elementwise.where, apply_to_values)
binary_cross_entropy_with_logits = lift(loss.binary_cross_entropy_with_logits, apply_to_values)
cross_entropy = lift(loss.cross_entropy)
mse = lift(loss.mse, apply_to_values)

bernoulli_log_likelihood = lift(likelihood.bernoulli_log_likelihood, apply_to_values)
gaussian_log_likelihood = lift(likelihood.gaussian_log_likelihood, apply_to_values)
kl_standard_normal = lift(likelihood.kl_standard_normal, apply_to_values)

conv2d = lift(convolution.conv2d)
conv_transpose2d = lift(convolution.conv_transpose2d)
max_pool2d = lift(pooling.max_pool2d)
avg_pool2d = lift(pooling.avg_pool2d)
upsample2d = lift(pooling.upsample2d)

group_norm = lift(normalization.group_norm)
layer_norm = lift(normalization.layer_norm)

rnn_tanh = lift(recurrent.rnn_tanh)
lstm = lift(recurrent.lstm)
gru = lift(recurrent.gru)


@wraps(_einsum)
def einsum(subscripts: str, *tensors: Tensor) -> Tensor:
    return apply_to_values(_einsum, *tensors, subscripts=subscripts)


_BATCH_NORM = signature(normalization.batch_norm)


@wraps(normalization.batch_norm)
def batch_norm(x: Tensor, weight: Tensor, bias: Tensor, *settings: Any, **options: Any) -> Tensor:
    # The running statistics are passed as options: an argument may be converted, and then a copy would be updated.
    named = _BATCH_NORM.bind(x, weight, bias, *settings, **options).arguments
    return apply(normalization.batch_norm, *(named.pop(name) for name in ("x", "weight", "bias")), **named)


def _require_list(function, tensors, axis):
    """Refuse one tensor where a list of tensors is meant: its rows would be taken for the list."""
    if isinstance(tensors, Tensor | np.ndarray) or isinstance(axis, Tensor | np.ndarray):
        raise TypeError(f"{function}: expected a list of tensors, not single ones: write {function}([a, b])")


@wraps(shape.concatenate)
def concatenate(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    _require_list("concatenate", tensors, axis)
    return apply_to_values(shape.concatenate, *tensors, axis=axis)


@wraps(shape.stack)
def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    _require_list("stack", tensors, axis)
    return apply_to_values(shape.stack, *tensors, axis=axis)


# Tensors have some of these as methods. A method and its function share one docstring.
METHODS = "reshape transpose astype clip exp log sqrt tanh sigmoid relu abs sum mean max min var std"
for _name in METHODS.split():
    getattr(Tensor, _name).__doc__ = globals()[_name].__doc__
