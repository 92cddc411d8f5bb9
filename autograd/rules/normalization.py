"""Normalisation by the mean and variance of a group of elements, then a scale (weight) and a shift (bias).

Which elements share a group, and the derivation of the backward pass, are in ``autograd/kernels/normalization.py``:
with h = weight g, n the normalised x and sigma its deviation,

    dL/dx = (h - mean(h) - n mean(h n)) / sigma        dL/dweight = sum g n        dL/dbias = sum g

Taught by docs/13-normalisation.md.
"""

from functools import wraps

import numpy as np

from ..kernels.layer_normalization import layer_norm_forward, layer_norm_gradients
from ..kernels.normalization import (
    batch_norm_forward,
    batch_norm_gradients,
    batch_norm_inference,
    batch_norm_inference_gradients,
    group_norm_forward,
    group_norm_gradients,
)
from .registry import rule, vjps_of


def _split(gradients):
    """The vjps of (x, weight, bias), whose gradients `gradients(g)` computes all at once."""

    def pullback(g):
        dx, dweight, dbias = gradients(g)
        return lambda: dx, lambda: dweight, lambda: dbias

    return vjps_of(pullback, 3)


def _half_in_single(rule):
    """The rule, computing float16 in float32: the squares behind a variance overflow in float16 from 256 on."""

    @wraps(rule)
    def run(x, weight, bias, *settings, **options):
        if x.dtype != np.float16:
            return rule(x, weight, bias, *settings, **options)
        value, *vjps = rule(*(a.astype(np.float32) for a in (x, weight, bias)), *settings, **options)
        return value.astype(np.float16), *[_rounded(vjp) for vjp in vjps]

    return run


def _rounded(vjp):
    return lambda g: vjp(g.astype(np.float32)).astype(np.float16)


def _require_running(statistic, x, name):
    """Refuse a running statistic that cannot be updated in place, one element for each channel."""
    if not isinstance(statistic, np.ndarray) or statistic.dtype.kind != "f":
        kind = getattr(statistic, "dtype", type(statistic).__name__)
        raise TypeError(f"{name} is {kind}, expected an array of floating numbers, which is updated in place")
    if statistic.shape != x.shape[-1:]:
        raise ValueError(f"{name} has shape {statistic.shape}, expected {x.shape[-1:]}, one element for each channel")


@rule
@_half_in_single
def batch_norm(
    x,
    weight,
    bias,
    running_mean=None,
    running_variance=None,
    training=True,
    momentum=0.1,
    epsilon=1e-5,
    activation=None,
    negative_slope=0.01,
):
    """Normalise each channel over the batch and all positions: x (N, H, W, C) or (N, C), all else (C,).

    While training, with the statistics of this batch; those are then blended into the running ones, in place, as
    running += momentum (batch - running): the only side effect of any rule, as in PyTorch. Otherwise with the
    running ones, which are then constants: dL/dx = weight g / sigma. activation: None, "relu" or "leaky_relu",
    computed while the result is still in the cache, as in `conv2d`.

    Backward: the three lines at the top of this file. Source: Ioffe and Szegedy (2015). Raises ValueError for one
    running statistic without the other, for none where they are needed, and for another shape; TypeError for one that
    is not a floating array.
    """
    after = activation, negative_slope
    if (running_mean is None) != (running_variance is None) or (running_mean is None and not training):
        raise ValueError(
            "expected both running_mean and running_variance" + ("" if training else ", since training is False")
        )
    if running_mean is not None:
        _require_running(running_mean, x, "running_mean")
        _require_running(running_variance, x, "running_variance")
    if not training:
        running_mean, running_variance = (a.astype(x.dtype) for a in (running_mean, running_variance))
        y = batch_norm_inference(x, weight, bias, running_mean, running_variance, epsilon, *after)
        result = None if activation is None else y  # only the slope of an activation is read off it
        constants = running_mean, running_variance, epsilon  # copies: a later batch must not change them
        return y, *_split(lambda g: batch_norm_inference_gradients(g, x, result, weight, *constants, *after))
    y, saved, mean, variance = batch_norm_forward(x, weight, bias, epsilon, *after)
    if running_mean is not None:
        running_mean += momentum * (mean - running_mean)
        running_variance += momentum * (variance - running_variance)
    return y, *_split(lambda g: batch_norm_gradients(g, saved))


@rule
@_half_in_single
def group_norm(x, weight, bias, groups, epsilon=1e-5):
    """Normalise each group of C / groups neighbouring channels of one image: x (N, H, W, C), weight and bias (C,).

    Backward: the three lines at the top of this file. Raises ValueError unless `groups` divides C. Source: Wu and He
    (2018).
    """
    y, saved = group_norm_forward(x, weight, bias, groups, epsilon)
    return y, *_split(lambda g: group_norm_gradients(g, saved))


@rule
@_half_in_single
def layer_norm(x, weight, bias, epsilon=1e-5):
    """Normalise over the last axes of x, as many as weight and bias have: x (..., D), weight and bias (D,).

    Backward: the three lines at the top of this file. Source: Ba, Kiros and Hinton (2016).
    """
    y, saved = layer_norm_forward(x, weight, bias, epsilon)
    return y, *_split(lambda g: layer_norm_gradients(g, saved))
