"""Broken backward passes of losses and of the autoencoder's terms: 1/N, signs, variance instead of its logarithm."""

import numpy as np

from ...kernels.logistic import sigmoid
from ...rules import RULES
from .mutant import mutant, nothing, spoiled


def _softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def _share(reduction, losses):
    """The factor that the reduction puts on the gradient of each loss."""
    return 1 / losses.size if reduction == "mean" else 1


def _times_n(dx, y, x, *targets, reduction="mean", **options):
    return dx * (len(x) if x.ndim == 2 and np.ndim(y) == 0 else 1) if reduction == "mean" else dx


def _each(g, x):
    """g with one number per image, shaped to broadcast against an array of images."""
    return g.reshape(-1, *(1,) * (x.ndim - 1))


def _per_number(dx, y, x, *arguments):
    """A mean over the pixels or latent units of an image instead of their sum."""
    return dx * len(x) / max(x.size, 1)


def softmax_alone(g, y, x, labels, reduction="mean", **options):
    """softmax(x) without subtracting the one-hot label."""
    return _softmax(x) * np.reshape(g * _share(reduction, labels), (-1, 1))


def next_label(g, y, x, labels, reduction="mean", **options):
    """The label shifted to the next class."""
    one_hot = np.eye(x.shape[1])[(labels + 1) % x.shape[1]]
    return (_softmax(x) - one_hot) * np.reshape(g * _share(reduction, labels), (-1, 1))


def hit_alone(g, y, x, labels, reduction="mean", **options):
    """The gradient of -x[label] only, without that of the log-sum-exp."""
    return -np.eye(x.shape[1])[labels] * np.reshape(g * _share(reduction, labels), (-1, 1))


def logarithms(g, y, x, labels, reduction="mean", **options):
    """log p instead of p."""
    return (np.log(_softmax(x)) - np.eye(x.shape[1])[labels]) * np.reshape(g * _share(reduction, labels), (-1, 1))


def without(op, option):
    """The vjp of the first argument as if the option were not given; an ignored label becomes a real class."""

    def vjp(g, y, x, targets, *settings, **options):
        options = {key: value for key, value in options.items() if key != option}
        if option == "ignore_index":
            targets = np.minimum(targets, x.shape[1] - 1)
        return RULES[op](x, targets, *settings, **options)[1](g)

    return vjp


def weighted_everywhere(g, y, x, t, reduction="mean", pos_weight=1.0):
    """The weight of positive examples applied to all examples."""
    return RULES[BCE](x, t, reduction)[1](g) * np.asarray(pos_weight, x.dtype)


BCE, BERNOULLI, GAUSSIAN = "binary_cross_entropy_with_logits", "bernoulli_log_likelihood", "gaussian_log_likelihood"

LOSSES = [
    spoiled(BCE, "factor", "1/N forgotten", "logits", lambda dx, y, x, t, **options: dx * x.size),
    mutant(
        BCE,
        "formula",
        "sigmoid forgotten",
        logits=lambda g, y, x, t, reduction="mean", **options: (x - t) * g * _share(reduction, x),
    ),
    mutant(
        BCE,
        "dropped term",
        "targets forgotten",
        logits=lambda g, y, x, t, reduction="mean", **options: sigmoid(x) * g * _share(reduction, x),
    ),
    mutant(
        BCE,
        "formula",
        "sigmoid twice",
        logits=lambda g, y, x, t, reduction="mean", **options: (sigmoid(sigmoid(x)) - t) * g * _share(reduction, x),
    ),
    spoiled(BCE, "sign", "t - p", "logits", lambda dx, *arguments, **options: -dx),
    spoiled(BCE, "zero", "targets taken as constants", "targets", nothing),
    spoiled("cross_entropy", "factor", "1/N forgotten", "logits", _times_n),
    mutant("cross_entropy", "dropped term", "the right class forgotten", logits=softmax_alone),
    mutant("cross_entropy", "formula", "labels counted from 1", logits=next_label),
    mutant("cross_entropy", "formula", "softmax forgotten, the right class alone", logits=hit_alone),
    mutant("cross_entropy", "formula", "log p where p belongs", logits=logarithms),
    spoiled("cross_entropy", "sign", "onehot - p", "logits", lambda dx, *arguments, **options: -dx),
    *[
        mutant("cross_entropy", "formula", f"{option} forgotten", logits=without("cross_entropy", option))
        for option in ("weight", "ignore_index", "label_smoothing")
    ],
    mutant(BCE, "formula", "pos_weight forgotten", logits=without(BCE, "pos_weight")),
    mutant(BCE, "formula", "pos_weight on every example", logits=weighted_everywhere),
    spoiled("mse", "factor", "2 forgotten", "prediction", lambda dx, *arguments, **options: dx / 2),
    spoiled("mse", "factor", "1/N forgotten", "prediction", _times_n),
    spoiled("mse", "sign", "that of the prediction", "target", lambda dx, *arguments, **options: -dx),
    spoiled("mse", "zero", "targets taken as constants", "target", nothing),
    spoiled(BERNOULLI, "sign", "p - t, that of a loss", "logits", lambda dx, *arguments: -dx),
    mutant(BERNOULLI, "formula", "sigmoid forgotten", logits=lambda g, y, a, x: (x - a) * _each(g, x)),
    spoiled(BERNOULLI, "factor", "mean over pixels, not sum", "logits", _per_number),
    spoiled(BERNOULLI, "zero", "pixels taken as constants", "x", nothing),
    mutant(
        GAUSSIAN,
        "dropped term",
        "that of log s^2 in front forgotten",
        log_variance=lambda g, y, m, s, x: 0.5 * (x - m) ** 2 * np.exp(-s) * _each(g, x),
    ),
    spoiled(GAUSSIAN, "factor", "1/2 forgotten", "log_variance", lambda dx, *arguments: 2 * dx),
    mutant(
        GAUSSIAN,
        "dropped term",
        "by the variance, not its logarithm",
        log_variance=lambda g, y, m, s, x: 0.5 * (np.exp(-s) * (x - m) ** 2 - 1) * np.exp(-s) * _each(g, x),
    ),
    mutant(GAUSSIAN, "dropped term", "precision forgotten", mean=lambda g, y, m, s, x: (x - m) * _each(g, x)),
    mutant(
        GAUSSIAN, "formula", "log s^2 taken as s^2", mean=lambda g, y, m, s, x: (x - m) / (0.01 + s * s) * _each(g, x)
    ),
    spoiled(GAUSSIAN, "sign", "x - m, as for the mean", "x", lambda dx, *arguments: -dx),
    spoiled("kl_standard_normal", "factor", "1/2 m", "mean", lambda dx, *arguments: dx / 2),
    spoiled("kl_standard_normal", "factor", "mean over units, not sum", "mean", _per_number),
    mutant(
        "kl_standard_normal",
        "dropped term",
        "that of -log s^2 forgotten",
        log_variance=lambda g, y, m, s: 0.5 * np.exp(s) * _each(g, s),
    ),
    mutant(
        "kl_standard_normal",
        "formula",
        "log s^2 taken as log s",
        log_variance=lambda g, y, m, s: (np.exp(2 * s) - 1) * _each(g, s),
    ),
    mutant(
        "kl_standard_normal",
        "formula",
        "by the variance, not its logarithm",
        log_variance=lambda g, y, m, s: 0.5 * (1 - np.exp(-s)) * _each(g, s),
    ),
    spoiled("kl_standard_normal", "sign", "that of -KL", "log_variance", lambda dx, *arguments: -dx),
]
