"""Batch, group and layer normalisation: subtract a mean, divide by a standard deviation, scale and shift.

The three differ in one thing only: which elements of x share a mean.

    batch_norm    x (N, H, W, C) or (N, C)    all positions and images of one channel
    group_norm    x (N, H, W, C) or (N, C)    all positions of C / groups neighbouring channels of one image
    layer_norm    x (..., D) or (..., D, E)   the last axis, or the last few, of one example

Forward. For a group of m elements x_1 .. x_m, with gamma and beta for each channel (layer_norm: for each
element),

    mu = (1/m) sum x_i        var = (1/m) sum (x_i - mu)^2        sigma = sqrt(var + epsilon)
    x̂_i = (x_i - mu) / sigma                                     y_i = gamma_i x̂_i + beta_i

Backward. Given g_i = dL/dy_i, write h_i = gamma_i g_i = dL/dx̂_i. x_j reaches x̂_i in three ways: directly,
through mu, and through sigma. With dmu/dx_j = 1/m and dsigma/dx_j = (x_j - mu) / (m sigma) = x̂_j / m,

    dx̂_i/dx_j = ( [i = j] - 1/m - x̂_i x̂_j / m ) / sigma

    dL/dx_j = sum over i of h_i dx̂_i/dx_j = ( h_j - mean(h) - x̂_j mean(h x̂) ) / sigma

so the gradient of x is h without its mean and without its component along x̂: exactly what normalising makes
invisible, a shift and a scaling of the group, gets no gradient. Besides,

    dL/dgamma = sum g_i x̂_i              dL/dbeta = sum g_i          over everything they were broadcast to

The variance is summed over (x - mu)^2, never taken as mean(x^2) - mu^2, where two large numbers would cancel;
and what rounding left of the mean, r = mean(x - mu), is taken off as well (T. Chan, G. Golub, R. LeVeque,
"Algorithms for computing the sample variance", 1983). S. Ioffe, C. Szegedy, "Batch normalization" (2015); J.
Ba, J. Kiros, G. Hinton, "Layer normalization" (2016); Y. Wu, K. He, "Group normalization" (2018).
"""

from typing import NamedTuple

import numpy as np

from .conv_layout import to_hwnc, to_nhwc

BLOCK = 65536  # elements that a chain of operations takes at a time: they stay in cache from one to the next


class Saved(NamedTuple):
    """What batch_norm and group_norm keep for the backward pass; mu and 1 / sigma are of each (n, c)."""

    x: np.ndarray
    gamma: np.ndarray
    mean: np.ndarray
    inverse_deviation: np.ndarray
    groups: int | None  # None: batch_norm


def batch_norm_forward(x, gamma, beta, epsilon=1e-5):
    """(y, saved, mean, variance) of batch_norm in training; x (N, H, W, C) or (N, C), gamma and beta (C,).

    mean and variance (C,) are this batch's, for running averages; this variance is the unbiased one, over
    m - 1, while y is normalised by the one over m: both as in PyTorch. Raises ValueError when m is 1.
    """
    _check("batch_norm", x, gamma, beta)
    m = x.size // x.shape[-1]
    if m < 2:
        raise ValueError(f"batch_norm: x {x.shape} has a single element a channel, which has no variance")
    y, saved, variance = _forward(x, gamma, beta, epsilon, groups=None)
    channels = slice(x.shape[-1])  # every image has the same statistics: take the first one's
    return y, saved, saved.mean[channels], variance[channels] * (m / (m - 1))


def batch_norm_gradients(g, saved):
    """(dL/dx, dL/dgamma, dL/dbeta) from g = dL/dy and what `batch_norm_forward` saved."""
    return _gradients(g, saved)


def batch_norm_inference(x, gamma, beta, mean, variance, epsilon=1e-5):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta with the running mean and variance (C,)."""
    _check("batch_norm", x, gamma, beta)
    y = x - mean
    y *= gamma / np.sqrt(variance + epsilon)
    y += beta
    return y


def batch_norm_inference_gradients(g, x, gamma, mean, variance, epsilon=1e-5):
    """(dL/dx, dL/dgamma, dL/dbeta) of `batch_norm_inference`, where mean and variance are constants."""
    inverse_deviation = 1 / np.sqrt(variance + epsilon)
    rest = tuple(range(x.ndim - 1))
    dgamma = ((x - mean) * g).sum(rest) * inverse_deviation
    return g * (gamma * inverse_deviation), dgamma, g.sum(rest)


def group_norm_forward(x, gamma, beta, groups, epsilon=1e-5):
    """(y, saved) of group_norm; x (N, H, W, C) or (N, C), gamma and beta (C,). `groups` must divide C."""
    _check("group_norm", x, gamma, beta)
    if groups < 1 or x.shape[-1] % groups:
        raise ValueError(f"group_norm: {groups} groups do not divide the {x.shape[-1]} channels of x {x.shape}")
    y, saved, _ = _forward(x, gamma, beta, epsilon, groups)
    return y, saved


def group_norm_gradients(g, saved):
    """(dL/dx, dL/dgamma, dL/dbeta) from g = dL/dy and what `group_norm_forward` saved."""
    return _gradients(g, saved)


def _forward(x, gamma, beta, epsilon, groups):
    batch, channels = x.shape[0], x.shape[-1]
    rows = _as_rows(x)
    average = _average(len(rows), batch, channels, groups)
    mean = average(_sum(rows))
    y = np.empty_like(rows)
    residue, squares = np.zeros_like(mean), np.zeros_like(mean)
    for block in _blocks(rows):
        centred = np.subtract(rows[block], mean, out=y[block])
        residue += _sum(centred)
        squares += np.einsum("rk,rk->k", centred, centred)
    residue = average(residue)
    variance = average(squares)
    inverse_deviation = 1 / np.sqrt(variance + epsilon)
    scale = np.tile(gamma, batch) * inverse_deviation
    shift = np.tile(beta, batch) - residue * scale
    for block in _blocks(y):
        np.multiply(y[block], scale, out=y[block])
        np.add(y[block], shift, out=y[block])
    return _from_rows(y, x.shape), Saved(x, gamma, mean + residue, inverse_deviation, groups), variance


def _gradients(g, saved):
    x, gamma, mean, inverse_deviation, groups = saved
    batch, channels = x.shape[0], x.shape[-1]
    rows, g = _as_rows(x), _as_rows(g)
    average = _average(len(rows), batch, channels, groups)
    dbeta, dgamma = np.zeros_like(mean), np.zeros_like(mean)  # for now of every image
    for block in _blocks(rows):
        centred = rows[block] - mean
        dbeta += _sum(g[block])
        dgamma += np.einsum("rk,rk->k", centred, g[block])
    dgamma *= inverse_deviation
    gammas = np.tile(gamma, batch)
    # dx = (gamma g - mean(gamma g) - x̂ mean(gamma g x̂)) / sigma, gathered as  scale g + tilt x + shift
    scale = gammas * inverse_deviation
    tilt = -average(gammas * dgamma) * inverse_deviation * inverse_deviation
    shift = -average(gammas * dbeta) * inverse_deviation - tilt * mean
    dx = np.empty_like(rows)
    for block in _blocks(rows):
        out = np.multiply(rows[block], tilt, out=dx[block])
        np.add(out, shift, out=out)
        np.add(out, g[block] * scale, out=out)
    dgamma, dbeta = (d.reshape(batch, channels).sum(0) for d in (dgamma, dbeta))
    return _from_rows(dx, x.shape), dgamma, dbeta


def _as_rows(x):
    """x as a matrix (H W, N C), without a copy if its memory order is (H, W, N, C); x (N, C) has one row."""
    return to_hwnc(x).reshape(-1, x.shape[0] * x.shape[-1]) if x.ndim == 4 else x.reshape(1, -1)


def _from_rows(rows, shape):
    if len(shape) == 2:
        return rows.reshape(shape)
    batch, height, width, channels = shape
    return to_nhwc(rows.reshape(height, width, batch, channels))


def _average(positions, batch, channels, groups):
    """The function from sums over the positions, (N C,), to the mean of the group of each (n, c), (N C,)."""
    if groups is None:
        count = positions * batch
        return lambda sums: np.tile(sums.reshape(batch, channels).sum(0) / count, batch)
    members = channels // groups
    count = positions * members
    return lambda sums: np.repeat(sums.reshape(-1, members).sum(1) / count, members)


def _sum(rows):
    """The sum of the rows of a matrix, as a product with ones: several times faster than sum(axis=0)."""
    return np.ones(len(rows), rows.dtype) @ rows


def _blocks(rows):
    """Slices of whole rows, about BLOCK elements each."""
    step = max(1, BLOCK // rows.shape[1])
    return [slice(i, i + step) for i in range(0, len(rows), step)]


def layer_norm_forward(x, gamma, beta, epsilon=1e-5):
    """(y, saved) of layer_norm over the last axes of x, as many as gamma and beta have."""
    if gamma.shape != beta.shape or gamma.ndim == 0 or x.shape[-gamma.ndim :] != gamma.shape:
        raise ValueError(f"layer_norm: gamma {gamma.shape} and beta {beta.shape} must match x {x.shape} at its end")
    examples, order = _as_examples(x, gamma.ndim)
    y = np.empty_like(examples)
    mean, inverse_deviation = np.empty((2, len(examples), 1), x.dtype)
    flat_gamma, flat_beta = gamma.reshape(-1), beta.reshape(-1)
    for block in _blocks(examples):
        mean[block] = _row_means(examples[block])
        out = np.subtract(examples[block], mean[block], out=y[block])
        inverse_deviation[block] = 1 / np.sqrt(_row_means(out * out) + epsilon)
        np.multiply(out, inverse_deviation[block], out=out)
        np.multiply(out, flat_gamma, out=out)
        np.add(out, flat_beta, out=out)
    return _from_examples(y, x.shape, order), (x, gamma, mean, inverse_deviation)


def layer_norm_gradients(g, saved):
    """(dL/dx, dL/dgamma, dL/dbeta) from g = dL/dy and what `layer_norm_forward` saved."""
    x, gamma, mean, inverse_deviation = saved
    examples, order = _as_examples(x, gamma.ndim)
    g = np.ascontiguousarray(g.transpose(order)).reshape(examples.shape)
    flat_gamma = gamma.reshape(-1)
    dx = np.empty_like(examples)
    dgamma, dbeta = np.zeros_like(flat_gamma), np.zeros_like(flat_gamma)
    for block in _blocks(examples):
        normal = examples[block] - mean[block]
        np.multiply(normal, inverse_deviation[block], out=normal)
        dbeta += _sum(g[block])
        dgamma += np.einsum("rk,rk->k", g[block], normal)
        out = np.multiply(g[block], flat_gamma, out=dx[block])
        along_normal = _row_means(out * normal)
        np.subtract(out, _row_means(out), out=out)
        np.subtract(out, np.multiply(normal, along_normal, out=normal), out=out)
        np.multiply(out, inverse_deviation[block], out=out)
    return _from_examples(dx, x.shape, order), dgamma.reshape(gamma.shape), dbeta.reshape(gamma.shape)


def _as_examples(x, normalized_axes):
    """x as a matrix (examples, elements to normalise), not copied if memory allows, and its order of axes."""
    outer = x.ndim - normalized_axes
    order = sorted(range(outer), key=lambda axis: -x.strides[axis]) + list(range(outer, x.ndim))
    elements = int(np.prod(x.shape[outer:]))
    return np.ascontiguousarray(x.transpose(order)).reshape(-1, elements), order


def _row_means(rows):
    return (rows @ np.full(rows.shape[1], 1 / rows.shape[1], rows.dtype))[:, None]


def _from_examples(examples, shape, order):
    return examples.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))


def _check(op, x, gamma, beta):
    if x.ndim not in (2, 4):
        raise ValueError(f"{op}: x must be (N, H, W, C) or (N, C), not {x.shape}")
    if gamma.shape != x.shape[-1:] or beta.shape != x.shape[-1:]:
        raise ValueError(f"{op}: gamma {gamma.shape} and beta {beta.shape} must have the channels of x {x.shape}")
