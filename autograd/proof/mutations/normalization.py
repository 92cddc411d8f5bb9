"""Broken backward passes of normalisation: statistics treated as constants, or taken from another batch.

The three ops differ only in the axes they normalise over: dx = (h - mean(h) - n mean(h n)) / sigma, with h = weight g
and n the normalised x. Most mutants leave out a term: they forget that the mean or the variance depends on x.
"""

from functools import partial

import numpy as np

from .mutant import mutant, spoiled


def normalised(x, axes, epsilon):
    """The normalised x, n, and the standard deviation sigma."""
    centred = x - x.mean(axes, keepdims=True)
    sigma = np.sqrt((centred * centred).mean(axes, keepdims=True) + epsilon)
    return centred / sigma, sigma


def pullback(h, n, sigma, axes, mean=True, variance=True, power=1):
    """dx from h = dL/dn. It is wrong if the mean or variance term is left out, or if `power` is not 1."""
    dx = h.copy()
    if mean:
        dx -= h.mean(axes, keepdims=True)
    if variance:
        dx -= n * (h * n).mean(axes, keepdims=True)
    return dx / sigma**power


def batch(g, y, x, weight, bias, running_mean=None, running_variance=None, training=True, epsilon=1e-5, **options):
    """dx of batch_norm. The option `of` chooses the statistics; the other options go to `pullback`."""
    of = options.pop("of", "batch")
    activation, slope = options.pop("activation", None), options.pop("negative_slope", 0.01)
    if activation is not None:
        g = g * np.where(y > 0, 1, slope if activation == "leaky_relu" else 0)
    axes = tuple(range(x.ndim - 1))
    n, sigma = normalised(x, axes, epsilon)
    if not training and of != "batch always":
        return g * weight / np.sqrt(running_variance + epsilon)
    if of == "the first half":
        n, sigma = _with_statistics_of(x, x[: (len(x) + 1) // 2], axes, epsilon)
    return pullback(g * weight, n, sigma, axes, **options)


def _with_statistics_of(x, part, axes, epsilon):
    """n and sigma from the mean and variance of another array, such as an earlier batch."""
    sigma = np.sqrt(part.var(axes, keepdims=True) + epsilon)
    return (x - part.mean(axes, keepdims=True)) / sigma, sigma


def batch_norm(kind, bug, **changes):
    """A mutant of batch_norm whose dx is that of `batch`, changed."""
    return mutant("batch_norm", kind, bug, x=partial(batch, **changes))


def group(g, y, x, weight, bias, groups, epsilon=1e-5, **changes):
    """dx of group_norm."""
    apart = (*x.shape[:-1], groups, x.shape[-1] // groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    n, sigma = normalised(x.reshape(apart), axes, epsilon)
    return pullback((g * weight).reshape(apart), n, sigma, axes, **changes).reshape(x.shape)


def group_norm(kind, bug, **changes):
    """A mutant of group_norm whose dx is that of `group`, changed."""
    return mutant("group_norm", kind, bug, x=partial(group, **changes))


def layer(g, y, x, weight, bias, epsilon=1e-5, weighted=True, **changes):
    """dx of layer_norm."""
    axes = tuple(range(-weight.ndim, 0))
    n, sigma = normalised(x, axes, epsilon)
    return pullback(g * weight if weighted else g, n, sigma, axes, **changes)


def layer_norm(kind, bug, **changes):
    """A mutant of layer_norm whose dx is that of `layer`, changed."""
    return mutant("layer_norm", kind, bug, x=partial(layer, **changes))


def _that_of_the_bias(g, y, x, weight, *arguments, **options):
    return g.sum(tuple(range(x.ndim - weight.ndim)))


def _not_normalised(g, y, x, weight, *arguments, **options):
    return (g * x).sum(tuple(range(x.ndim - weight.ndim)))


def _mean_of_examples(dbias, y, x, *arguments, **options):
    return dbias * dbias.size / x.size


NORMALIZATION = [
    batch_norm("dropped term", "mean and variance taken as constants", mean=False, variance=False),
    batch_norm("dropped term", "the mean taken as a constant", mean=False),
    batch_norm("dropped term", "the variance taken as a constant", variance=False),
    batch_norm("formula", "statistics of the batch, where the running ones are constants", of="batch always"),
    batch_norm("formula", "stale statistics, of half the batch", of="the first half"),
    batch_norm("formula", "over the variance, not its root", power=2),
    mutant("batch_norm", "swapped", "that of the bias", weight=_that_of_the_bias),
    mutant("batch_norm", "formula", "x not normalised", weight=_not_normalised),
    spoiled("batch_norm", "factor", "mean over the batch, not sum", "bias", _mean_of_examples),
    group_norm("dropped term", "mean and variance taken as constants", mean=False, variance=False),
    group_norm("dropped term", "the mean taken as a constant", mean=False),
    group_norm("dropped term", "the variance taken as a constant", variance=False),
    mutant(
        "group_norm",
        "formula",
        "one group, whatever was asked for",
        x=lambda g, y, x, weight, bias, groups, epsilon=1e-5: group(g, y, x, weight, bias, 1, epsilon),
    ),
    mutant("group_norm", "swapped", "that of the bias", weight=_that_of_the_bias),
    layer_norm("dropped term", "mean and variance taken as constants", mean=False, variance=False),
    layer_norm("dropped term", "the mean taken as a constant", mean=False),
    layer_norm("dropped term", "the variance taken as a constant", variance=False),
    layer_norm("formula", "over the variance, not its root", power=2),
    layer_norm("dropped term", "weight forgotten", weighted=False),
    mutant("layer_norm", "formula", "that of the bias", weight=_that_of_the_bias),
    spoiled("layer_norm", "factor", "mean over examples, not sum", "weight", _mean_of_examples),
    mutant("layer_norm", "formula", "x not normalised", weight=_not_normalised),
]
