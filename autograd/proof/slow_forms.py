"""Slow and obvious forms of the fused ops, as functions of tensors: a second opinion on values and gradients.

Three kinds: the loops of ``kernels/plain.py`` with the gradients that stand beside them; recurrent layers step by
step, ``cells.py``; and, for what is fused for stability, the formula as it is written, in ordinary ops.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import cells
from ..functional import exp, leaky_relu, lift, log, relu, sqrt
from ..kernels import plain
from ..tensor import Tensor
from .checking.cotangents import random_signs, random_stream

LOG_TWO_PI = float(np.log(2 * np.pi))


def _activated(y, activation, negative_slope):
    if activation is None:
        return y
    return relu(y) if activation == "relu" else leaky_relu(y, negative_slope=negative_slope)


def _lifted(plain_form, count):
    """A plain form as a function of tensors; its first `count` arguments are differentiated."""

    def rule(*arguments, **options):
        y, gradients = plain_form(*arguments, **options)
        return y, *[lambda g, i=i: gradients(g)[i] for i in range(count)]

    return lift(rule)


def _conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, activation=None, negative_slope=0.01):
    y = _lifted(plain.conv2d, 2)(x, weight, stride, padding, dilation)
    return _activated(y if bias is None else y + bias, activation, negative_slope)


def _conv_transpose2d(
    x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1, activation=None, negative_slope=0.01
):
    y = _lifted(plain.conv_transpose2d, 2)(x, weight, stride, padding, output_padding, dilation)
    return _activated(y if bias is None else y + bias, activation, negative_slope)


def _pooled(plain_form):
    pool = _lifted(plain_form, 1)
    return lambda x, kernel_size, stride=None, padding=0: pool(x, kernel_size, stride, padding)


def _normalised(x, axes, epsilon):
    centred = x - x.mean(axes, keepdims=True)
    return centred / sqrt((centred * centred).mean(axes, keepdims=True) + epsilon)


def _batch_norm(
    x, weight, bias, running_mean=None, running_variance=None, training=True, momentum=0.1, epsilon=1e-5, **after
):
    if training:
        n = _normalised(x, tuple(range(x.ndim - 1)), epsilon)
    else:
        n = (x - running_mean) / np.sqrt(running_variance + epsilon)
    return _activated(n * weight + bias, after.get("activation"), after.get("negative_slope", 0.01))


def _group_norm(x, weight, bias, groups, epsilon=1e-5):
    apart = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups)
    return _normalised(apart, (*range(1, x.ndim - 1), x.ndim), epsilon).reshape(x.shape) * weight + bias


def _layer_norm(x, weight, bias, epsilon=1e-5):
    return _normalised(x, tuple(range(-weight.ndim, 0)), epsilon) * weight + bias


def _softmax(x, axis=-1):
    return exp(x) / exp(x).sum(axis, keepdims=True)


def _log_softmax(x, axis=-1):
    return x - log(exp(x).sum(axis, keepdims=True))


def _reduced(losses, reduction):
    return {"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]()


def _cross_entropy(logits, labels, reduction="mean", weight=None, ignore_index=None, label_smoothing=0.0):
    counted, classes = labels != ignore_index, logits.shape[1]
    weight = np.ones(classes) if weight is None else weight
    one_hot = np.eye(classes)[np.where(counted, labels, 0)] * counted[:, None]
    target = weight * ((1 - label_smoothing) * one_hot + label_smoothing / classes * counted[:, None])
    losses = -(_log_softmax(logits) * target).sum(1)
    return losses.sum() / float((weight * one_hot).sum()) if reduction == "mean" else _reduced(losses, reduction)


def _binary_cross_entropy_with_logits(logits, targets, reduction="mean", pos_weight=1.0):
    p = 1 / (1 + exp(-logits))
    return _reduced(-(pos_weight * targets * log(p) + (1 - targets) * log(1 - p)), reduction)


def _mse(prediction, target, reduction="mean"):
    return _reduced((prediction - target) ** 2, reduction)


def _per_image(x):
    return x.sum(tuple(range(1, x.ndim)))


def _bernoulli_log_likelihood(logits, x):
    p = 1 / (1 + exp(-logits))
    return _per_image(x * log(p) + (1 - x) * log(1 - p))


def _gaussian_log_likelihood(mean, log_variance, x):
    return _per_image(-0.5 * (LOG_TWO_PI + log_variance + (x - mean) ** 2 / exp(log_variance)))


def _kl_standard_normal(mean, log_variance):
    return _per_image(0.5 * (exp(log_variance) + mean**2 - 1 - log_variance))


REFERENCES: dict[str, Callable[..., Any]] = {
    "conv2d": _conv2d,
    "conv_transpose2d": _conv_transpose2d,
    "max_pool2d": _pooled(plain.max_pool2d),
    "avg_pool2d": _pooled(plain.avg_pool2d),
    "upsample2d": _lifted(plain.upsample2d, 1),
    "batch_norm": _batch_norm,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
    "rnn_tanh": cells.rnn_tanh_steps,
    "lstm": cells.lstm_steps,
    "gru": cells.gru_steps,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": lambda x, axis=-1, keepdims=False: log(exp(x).sum(axis, keepdims=keepdims)),
    "var": lambda x, axis=None, ddof=0, keepdims=False: _variance(x, axis, ddof, keepdims),
    "std": lambda x, axis=None, ddof=0, keepdims=False: sqrt(_variance(x, axis, ddof, keepdims)),
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "softplus": lambda x: log(1 + exp(x)),
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy_with_logits": _binary_cross_entropy_with_logits,
    "mse": _mse,
    "bernoulli_log_likelihood": _bernoulli_log_likelihood,
    "gaussian_log_likelihood": _gaussian_log_likelihood,
    "kl_standard_normal": _kl_standard_normal,
}


def _variance(x, axis, ddof, keepdims):
    squares = (x - x.mean(axis, keepdims=True)) ** 2
    mean = squares.mean(axis, keepdims=keepdims)
    n = squares.size / mean.size
    return mean * (n / (n - ddof))


def disagreement(op: Callable[..., Any], reference: Callable[..., Any], arrays: Sequence[Any], options: dict) -> float:
    """The worst difference between an op and its reference, in values and gradients, relative to the largest of all.

    Args:
        op, reference: functions of tensors.
        arrays: their arguments; floating arrays are differentiated, under random cotangents.
    """
    found, expected = (_values_and_gradients(function, arrays, options) for function in (op, reference))
    if [a.shape for a in found] != [b.shape for b in expected]:
        return float("inf")
    largest = max(float(np.max(np.abs(b), initial=0)) for b in expected)
    differences = [float(np.max(np.abs(a - b), initial=0)) for a, b in zip(found, expected, strict=True)]
    return max(differences) / max(largest, 1e-3)


def _values_and_gradients(function, arrays, options) -> list[np.ndarray]:
    given = [Tensor(a, requires_grad=True) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in arrays]
    results = function(*given, **options)
    results = results if isinstance(results, tuple) else (results,)
    rng = random_stream(0)
    loss = sum(((y * random_signs(rng, y.shape)).sum() for y in results), start=Tensor(np.float64(0)))
    loss.backward()
    gradients = [np.zeros(a.shape) if a.grad is None else a.grad for a in given if isinstance(a, Tensor)]
    return [y.data for y in results] + gradients
