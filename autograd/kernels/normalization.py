"""Batch and group normalisation: subtract a mean, divide by a standard deviation, scale and shift.

They and layer normalisation (``layer_normalization.py``) differ in one thing only: which elements of x share a mean.

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

so the gradient of x is h without its mean and without its component along x̂. Normalising removes any shift and any
scaling of the group, so those two directions get no gradient. Besides,

    dL/dgamma = sum g_i x̂_i              dL/dbeta = sum g_i          over the elements that they were broadcast to

The variance is never computed as mean(x^2) - mu^2, where two large numbers cancel, but in one pass from c = x - s with
a shift s near mu:

    mu = s + mean(c)        var = mean(c^2) - mean(c)^2

s is the mean of the first block of x. If that block holds a share f of a group, then (s - mu)^2 <= var / f, so the
number subtracted is at most 1 / f times the result (T. Chan, G. Golub, R. LeVeque, "Algorithms for computing the sample
variance", 1983). Since c stays small even if x has a large mean, c is what the backward pass reads.

**In arrays.** With everything that is constant within a group taken together, both passes are one factor for each array
and one number added: y = scale c + shift, dx = scale g + tilt c + shift. The array is seen as a matrix in which scale,
tilt and shift are one row each (``normalization_layout.py``), and it is worked through block by block: what one NumPy
call leaves in the cache, the next one finds there.

S. Ioffe, C. Szegedy, "Batch normalization" (2015); Y. Wu, K. He, "Group normalization" (2018).

Taught by docs/13-normalisation.md.
"""

from typing import NamedTuple

import numpy as np

from . import check_floating
from .activation import activate, check_activation, slope_below_zero, slopes, times_slopes
from .normalization_layout import Pattern, column_sums, row_blocks
from .threads import in_parallel


class Saved(NamedTuple):
    """What batch_norm and group_norm keep for the backward pass; K is the length of a row of the matrices."""

    centred: np.ndarray  # c = x - s, as a matrix (rows, K)
    positive: np.ndarray | None  # where y > 0 (rows, K), if an activation made y
    gamma: np.ndarray
    residue: np.ndarray  # mean(c) = mu - s (K,)
    inverse_deviation: np.ndarray  # 1 / sigma (K,)
    pattern: Pattern
    negative_slope: float  # of the activation


def batch_norm_forward(x, gamma, beta, epsilon=1e-5, activation=None, negative_slope=0.01):
    """(y, saved, mean, variance) of batch_norm in training; x (N, H, W, C) or (N, C), gamma and beta (C,).

    y = activation(gamma x̂ + beta), with an activation of ``activation.py``. mean and variance (C,) are those of this
    batch, for running averages. As in PyTorch, this variance is the unbiased one, over m - 1, while y is normalised by
    the one over m. Raises ValueError when m is 1.
    """
    _check("batch_norm", x, activation, negative_slope, weight=gamma, bias=beta)
    m = x.size // x.shape[-1]
    if m < 2:
        raise ValueError(f"batch_norm: x {x.shape} has a single element a channel, which has no variance")
    pattern = Pattern(x.shape)
    y, saved, mean, variance = _forward(x, gamma, beta, epsilon, pattern, activation, negative_slope)
    return y, saved, pattern.first_of_channel(mean), pattern.first_of_channel(variance) * (m / (m - 1))


def batch_norm_gradients(g, saved):
    """(dL/dx, dL/dgamma, dL/dbeta) from g = dL/dy and what `batch_norm_forward` saved."""
    return _gradients(g, saved)


def batch_norm_inference(x, gamma, beta, mean, variance, epsilon=1e-5, activation=None, negative_slope=0.01):
    """y = activation(gamma (x - mean) / sqrt(variance + epsilon) + beta), the running mean and variance (C,)."""
    running = {"running_mean": mean, "running_variance": variance}
    _check("batch_norm", x, activation, negative_slope, weight=gamma, bias=beta, **running)
    pattern = Pattern(x.shape)
    rows = pattern.rows(x)
    mean, scale, shift = (pattern.repeat(a) for a in (mean, gamma / np.sqrt(variance + epsilon), beta))
    y = np.empty_like(rows)
    for block in row_blocks(rows):
        centred = np.subtract(rows[block], mean, out=y[block])
        _scale_and_shift(centred, scale, shift, out=y[block])
        activate(y[block], activation, negative_slope)
    return pattern.image(y)


def batch_norm_inference_gradients(g, x, y, gamma, mean, variance, epsilon=1e-5, activation=None, negative_slope=0.01):
    """(dL/dx, dL/dgamma, dL/dbeta) of `batch_norm_inference`, where mean and variance are constants."""
    if activation:
        g = times_slopes(g, y > 0, slope_below_zero(activation, negative_slope))
    inverse_deviation = 1 / np.sqrt(variance + epsilon)
    rest = tuple(range(x.ndim - 1))
    dgamma = ((x - mean) * g).sum(rest) * inverse_deviation
    return g * (gamma * inverse_deviation), dgamma, g.sum(rest)


def group_norm_forward(x, gamma, beta, groups, epsilon=1e-5):
    """(y, saved) of group_norm; x (N, H, W, C) or (N, C), gamma and beta (C,). `groups` must divide C."""
    _check("group_norm", x, None, 0, weight=gamma, bias=beta)
    channels = x.shape[-1]
    if groups < 1 or channels % groups:
        raise ValueError(f"group_norm: {groups} groups do not divide the {channels} channels of x {x.shape}")
    pattern = Pattern(x.shape, groups)
    y, saved, _, _ = _forward(x, gamma, beta, epsilon, pattern)
    return y, saved


def group_norm_gradients(g, saved):
    """(dL/dx, dL/dgamma, dL/dbeta) from g = dL/dy and what `group_norm_forward` saved."""
    return _gradients(g, saved)


def _forward(x, gamma, beta, epsilon, pattern, activation=None, negative_slope=0.0):
    rows = pattern.rows(x)
    blocks = row_blocks(rows)
    first = rows[blocks[0]]
    start = pattern.mean(column_sums(first), len(first))  # s
    centred = np.empty_like(rows)

    def centre(block):
        c = np.subtract(rows[block], start, out=centred[block])
        return column_sums(c), np.einsum("rk,rk->k", c, c)

    sums, squares = map(sum, zip(*in_parallel(centre, blocks), strict=True))
    residue = pattern.mean(sums, len(rows))
    variance = np.maximum(pattern.mean(squares, len(rows)) - residue * residue, 0)
    inverse_deviation = 1 / np.sqrt(variance + epsilon)
    scale = pattern.repeat(gamma) * inverse_deviation
    shift = pattern.repeat(beta) - residue * scale
    y = np.empty_like(rows)
    positive = np.empty(rows.shape, bool) if activation else None

    def finish(block):
        _scale_and_shift(centred[block], scale, shift, out=y[block])
        activate(y[block], activation, negative_slope)
        if positive is not None:
            np.greater(y[block], 0, out=positive[block])

    in_parallel(finish, blocks)
    slope = slope_below_zero(activation, negative_slope)
    saved = Saved(centred, positive, gamma, residue, inverse_deviation, pattern, slope)
    return pattern.image(y), saved, start + residue, variance


def _scale_and_shift(rows, scale, shift, out):
    np.multiply(rows, scale, out=out)
    np.add(out, shift, out=out)


def _gradients(g, saved):
    centred, positive, gamma, residue, inverse_deviation, pattern, negative_slope = saved
    g = pattern.rows(g)
    blocks = row_blocks(g)
    dx = np.empty_like(g)
    before = g if positive is None else dx  # the gradient before the activation

    def sums(block):  # of g and of g c, by column
        if positive is not None:
            np.multiply(g[block], slopes(positive[block], negative_slope, g.dtype), out=before[block])
        return column_sums(before[block]), np.einsum("rk,rk->k", centred[block], before[block])

    dbeta, along_centred = map(sum, zip(*in_parallel(sums, blocks), strict=True))
    dgamma = (along_centred - residue * dbeta) * inverse_deviation
    gammas = pattern.repeat(gamma)
    # dx = (gamma g - mean(gamma g) - x̂ mean(gamma g x̂)) / sigma, gathered as  scale g + tilt c + shift
    scale = gammas * inverse_deviation
    tilt = -pattern.mean(gammas * dgamma, len(g)) * inverse_deviation * inverse_deviation
    shift = -pattern.mean(gammas * dbeta, len(g)) * inverse_deviation - tilt * residue

    def finish(block):
        _scale_and_shift(before[block], scale, shift, out=dx[block])
        np.add(dx[block], centred[block] * tilt, out=dx[block])

    in_parallel(finish, blocks)
    dgamma, dbeta = (pattern.sum_by_channel(d) for d in (dgamma, dbeta))
    return pattern.image(dx), dgamma, dbeta


def _check(op, x, activation, negative_slope, **of_channels):
    check_activation(activation, negative_slope)
    check_floating(op, x=x)
    if x.ndim not in (2, 4) or x.size == 0:
        raise ValueError(f"{op}: x must be (N, H, W, C) or (N, C), at least one of each, not {x.shape}")
    for name, array in of_channels.items():
        if array is None or array.shape != x.shape[-1:]:
            found = None if array is None else array.shape
            raise ValueError(f"{op}: {name} must have shape {x.shape[-1:]}, the channels of x {x.shape}, not {found}")
