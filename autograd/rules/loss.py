"""Losses, each one rule. Fused with the softmax or sigmoid before it, a loss is stable; as two ops it would not be.

`reduction` is "mean" or "sum" (a scalar comes out) or "none" (one loss per element). All are in nats.

Taught by docs/12-softmax-and-cross-entropy.md.
"""

import numpy as np

from ..kernels.logistic import sigmoid, softplus
from .registry import rule


def _reduce(losses, reduction, weights=None):
    """The reduced losses, and the factor that the reduction puts on each of their gradients.

    With `weights`, which the losses have already been multiplied by, the mean is the weighted one.
    """
    if reduction == "mean":
        count = losses.size if weights is None else float(weights.sum(dtype=float))
        if not count:
            raise ValueError("the mean of no losses is undefined: the batch is empty, or all of it is ignored")
        return losses.mean() if weights is None else losses.mean() * (losses.size / count), 1 / count
    if reduction == "sum":
        return losses.sum(), 1
    if reduction == "none":
        return losses, 1
    raise ValueError(f'reduction is {reduction!r}, expected "mean", "sum" or "none"')


def require_same_shape(**arrays):
    """Raise ValueError unless all have one shape: (B,) against (B, 1) would compare every number with every target."""
    if len({a.shape for a in arrays.values()}) > 1:
        raise ValueError("shapes differ: " + ", ".join(f"{name} {a.shape}" for name, a in arrays.items()))


@rule
def binary_cross_entropy_with_logits(logits, targets, reduction="mean", pos_weight=None):
    """-(q t log p + (1-t) log(1-p)) with p = sigmoid(x), for logits x and targets t in [0, 1] of one shape.

    `pos_weight` q, 1 unless given, weights the positive examples: a number, or an array that broadcasts to the shape of
    the logits. It has no gradient. Written with s = softplus(x) = log(1 + e^x), so that no logit can overflow, the loss
    is s + t ((q - 1) s - q x); for q = 1 that is s - t x.

    Backward: (p + t ((q - 1) p - q)) g for the logits, ((q - 1) s - q x) g for the targets.
    Raises ValueError for shapes that differ.
    """
    require_same_shape(logits=logits, targets=targets)
    q = None if pos_weight is None else _option("pos_weight", pos_weight, logits.shape, logits.dtype)

    s = softplus(logits)
    losses = s - targets * logits if q is None else s + targets * ((q - 1) * s - q * logits)
    value, scale = _reduce(losses, reduction)

    def vjp_logits(g):
        p = sigmoid(logits)
        return (p - targets if q is None else p + targets * ((q - 1) * p - q)) * (g * scale)

    def vjp_targets(g):
        return (-logits if q is None else (q - 1) * s - q * logits) * (g * scale)

    return value, vjp_logits, vjp_targets


def _option(name, value, shape, dtype):
    """An array among the options in this dtype; refuses one that does not broadcast to this shape."""
    value = np.asarray(value, dtype)
    if value.ndim > len(shape) or any(n not in (1, m) for n, m in zip(value.shape[::-1], shape[::-1], strict=False)):
        raise ValueError(f"{name} has shape {value.shape}, which does not broadcast to {shape}")
    return value


@rule
def cross_entropy(logits, labels, reduction="mean", weight=None, ignore_index=None, label_smoothing=0.0):
    """-log softmax(x)[label] for logits (batch, classes) and integer labels (batch,).

    Options, as in PyTorch: `weight` (classes,), what an example of each class counts; the mean is then the weighted
    one. `ignore_index`, a label whose examples count nothing. `label_smoothing` s: the target is not one-hot, but
    1 - s on the label and s / classes on every class.

    Backward: (softmax(x) - onehot(label)) g; with options (softmax(x) sum(t) - t) g, where t is the target times the
    weight. Labels have no gradient.
    Raises ValueError for other shapes, and for labels that are no integers from 0 to classes - 1.
    """
    _check_labels(logits, labels, ignore_index)
    if not (weight is None and ignore_index is None and label_smoothing == 0):
        return *_weighted_cross_entropy(logits, labels, reduction, weight, ignore_index, label_smoothing), None
    picked = np.arange(len(labels)), labels
    log_p = _log_softmax(logits)
    value, scale = _reduce(-log_p[picked], reduction)

    def vjp(g):
        gradient = np.exp(log_p)
        gradient[picked] -= 1
        return gradient * np.reshape(g * scale, (-1, 1))

    return value, vjp, None


def _log_softmax(logits):
    shifted = logits - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def _weighted_cross_entropy(logits, labels, reduction, weight, ignore_index, label_smoothing):
    """Value and vjp with options: each example has a weight on its label and, when smoothed, one on each class."""
    classes = logits.shape[1]
    counted = labels != ignore_index
    labels = np.where(counted, labels, 0)
    picked = np.arange(len(labels)), labels
    per_class = np.ones(classes, logits.dtype)
    if weight is not None:
        per_class = per_class * _option("weight", weight, (classes,), logits.dtype)
    weights = per_class[labels] * counted
    on_label, on_each = (1 - label_smoothing) * weights, label_smoothing / classes * counted.astype(logits.dtype)

    log_p = _log_softmax(logits)
    losses = -np.where(counted, log_p[picked], 0) * on_label
    if label_smoothing:
        losses -= np.where(counted, np.matmul(log_p, per_class), 0) * on_each
    value, scale = _reduce(losses, reduction, weights)

    def vjp(g):
        gradient = np.exp(log_p) * (on_label + on_each * per_class.sum())[:, None]
        gradient[picked] -= on_label
        if label_smoothing:
            gradient -= on_each[:, None] * per_class
        return gradient * np.reshape(g * scale, (-1, 1))

    return value, vjp


def _check_labels(logits, labels, ignore_index):
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            f"logits have shape {logits.shape} and labels {labels.shape}: expected (batch, classes) and (batch,)"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels have dtype {labels.dtype}: expected integers, the index of the right class")
    classes = logits.shape[1]
    used = labels if ignore_index is None else labels[labels != ignore_index]
    if used.size and (used.min() < 0 or used.max() >= classes):
        raise ValueError(f"labels run from {used.min()} to {used.max()}: expected 0 to {classes - 1}")


@rule
def mse(prediction, target, reduction="mean"):
    """(prediction - target)^2 for two arrays of one shape. Backward: 2 (prediction - target) g, and its negative."""
    require_same_shape(prediction=prediction, target=target)
    difference = prediction - target
    value, scale = _reduce(difference * difference, reduction)
    return value, lambda g: difference * (g * (2 * scale)), lambda g: difference * (g * (-2 * scale))
