"""Losses, each one rule. Fused with the softmax or sigmoid before it, a loss is stable; as two ops it would not be.

`reduction` is "mean" or "sum" (a scalar comes out) or "none" (one loss per element). All are in nats.

Taught by docs/09-vae.md.
"""

import numpy as np

from ..kernels.logistic import sigmoid, softplus
from .registry import rule


def _reduce(losses, reduction):
    """The reduced losses, and the factor that the reduction puts on each of their gradients."""
    if reduction == "mean":
        if not losses.size:
            raise ValueError("the mean of no losses is undefined: the batch is empty")
        return losses.mean(), 1 / losses.size
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
def binary_cross_entropy_with_logits(logits, targets, reduction="mean"):
    """-(t log p + (1-t) log(1-p)) with p = sigmoid(x), for logits x and targets t in [0, 1] of one shape.

    Written with softplus(x) = log(1 + e^x) it is softplus(x) - t x, which no logit can overflow.
    Backward: (p - t) g for the logits, -x g for the targets.
    """
    require_same_shape(logits=logits, targets=targets)
    losses = softplus(logits) - targets * logits
    value, scale = _reduce(losses, reduction)

    def vjp_logits(g):
        return (sigmoid(logits) - targets) * (g * scale)

    return value, vjp_logits, lambda g: -logits * (g * scale)


@rule
def cross_entropy(logits, labels, reduction="mean"):
    """-log softmax(x)[label] for logits (batch, classes) and integer labels (batch,).

    Backward: (softmax(x) - onehot(label)) g; labels have no gradient.
    Raises ValueError for other shapes, and for labels that are no integers from 0 to classes - 1.
    """
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            f"logits have shape {logits.shape} and labels {labels.shape}: expected (batch, classes) and (batch,)"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels have dtype {labels.dtype}: expected integers, the index of the right class")
    classes = logits.shape[1]
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}: expected 0 to {classes - 1}")
    rows = np.arange(len(labels))
    shifted = logits - logits.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    value, scale = _reduce(-log_p[rows, labels], reduction)

    def vjp(g):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return gradient * np.reshape(g * scale, (-1, 1))

    return value, vjp, None


@rule
def mse(prediction, target, reduction="mean"):
    """(prediction - target)^2 for two arrays of one shape. Backward: 2 (prediction - target) g, and its negative."""
    require_same_shape(prediction=prediction, target=target)
    difference = prediction - target
    value, scale = _reduce(difference * difference, reduction)
    return value, lambda g: difference * (g * (2 * scale)), lambda g: difference * (g * (-2 * scale))
