"""Batch and group normalisation: subtract a mean, divide by a standard deviation, scale and shift.

With layer normalisation (``layer_normalization.py``) they are three that differ in one thing only: which elements of x
share a mean.

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

The variance is never taken as mean(x^2) - mu^2, where two large numbers cancel, but from c = x - s, with s near
mu, which one pass can do:

    mu = s + mean(c)        var = mean(c^2) - mean(c)^2

s is the mean of the first block of x. If that is a share f of a group, then (s - mu)^2 <= var / f: what cancels
is at most 1 / f times what is left (T. Chan, G. Golub, R. LeVeque, "Algorithms for computing the sample
variance", 1983). And c stays small where x has a large mean, so it is c that is kept for the backward pass.

**In arrays.** With everything constant within a group taken together, both passes are a factor for each array
and one number added: y = scale c + shift, dx = scale g + tilt c + shift. An array of memory order (H, W, C, N)
is seen as a matrix whose rows hold the pattern of groups some times over, so that scale, tilt and shift are one
row each, and sums over a group begin with sums of columns. It is worked through block by block: what one NumPy
call leaves in the cache, the next one finds there.

S. Ioffe, C. Szegedy, "Batch normalization" (2015); Y. Wu, K. He, "Group normalization" (2018).

Taught by docs/04-broadcasting.md.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from . import check_floating
from .activation import activate, before_activation, check_activation, slopes
from .conv.layout import to_hwcn, to_nhwc
from .threads import in_parallel

BLOCK = 65536  # elements that a chain of operations takes at a time: they stay in cache from one to the next
ROW = 8192  # elements of a row, at most: in shorter ones NumPy's cost of beginning a row shows


class Saved(NamedTuple):
    """What batch_norm and group_norm keep for the backward pass; K is the length of a row of the matrices."""

    centred: np.ndarray  # c = x - s, as a matrix (rows, K)
    positive: np.ndarray | None  # where y > 0 (rows, K), if an activation made y
    gamma: np.ndarray
    residue: np.ndarray  # mean(c) = mu - s (K,)
    inverse_deviation: np.ndarray  # 1 / sigma (K,)
    pattern: "_Pattern"
    negative_slope: float  # of the activation


def batch_norm_forward(x, gamma, beta, epsilon=1e-5, activation=None, negative_slope=0.01):
    """(y, saved, mean, variance) of batch_norm in training; x (N, H, W, C) or (N, C), gamma and beta (C,).

    y = activation(gamma x̂ + beta); the activations are those of `epilogue`. mean and variance (C,) are this
    batch's, for running averages; this variance is the unbiased one, over m - 1, while y is normalised by the
    one over m: both as in PyTorch. Raises ValueError when m is 1.
    """
    _check("batch_norm", x, activation, negative_slope, weight=gamma, bias=beta)
    m = x.size // x.shape[-1]
    if m < 2:
        raise ValueError(f"batch_norm: x {x.shape} has a single element a channel, which has no variance")
    pattern = _Pattern(x.shape)
    y, saved, mean, variance = _forward(x, gamma, beta, epsilon, pattern, activation, negative_slope)
    return y, saved, pattern.first_of_channel(mean), pattern.first_of_channel(variance) * (m / (m - 1))


def batch_norm_gradients(g, saved):
    """(dL/dx, dL/dgamma, dL/dbeta) from g = dL/dy and what `batch_norm_forward` saved."""
    return _gradients(g, saved)


def batch_norm_inference(x, gamma, beta, mean, variance, epsilon=1e-5, activation=None, negative_slope=0.01):
    """y = activation(gamma (x - mean) / sqrt(variance + epsilon) + beta), the running mean and variance (C,)."""
    running = {"running_mean": mean, "running_variance": variance}
    _check("batch_norm", x, activation, negative_slope, weight=gamma, bias=beta, **running)
    pattern = _Pattern(x.shape)
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
    g = before_activation(g, y, activation, negative_slope)
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
    pattern = _Pattern(x.shape, groups)
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

    sums, squares = np.sum(in_parallel(centre, blocks), axis=0)
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
    slope = negative_slope if activation == "leaky_relu" else 0.0
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

    dbeta, along_centred = np.sum(in_parallel(sums, blocks), axis=0)
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


class _Pattern:
    """How the groups of equal mean lie in an array of memory order (H, W, C, N), or (N, C).

    Read in this order, an array repeats one *period* again and again, an array of few axes along some of which a
    group lies:

        batch_norm    (C, N)            over N               x (N, C):     (C,)
        group_norm    (G, C / G, N)     over C / G           x (N, C):     (N, G, C / G)    over C / G

    A row of the matrix is as many periods as fit and divide the array.
    """

    def __init__(self, shape, groups=None):
        batch, channels = shape[0], shape[-1]
        self.period: tuple[int, ...]
        self.within: tuple[int, ...]  # the axes of the period along which a group lies
        self.shape, self.channels, self.is_image = shape, channels, len(shape) == 4
        if groups is None:
            self.period, self.within = ((channels, batch), (1,)) if self.is_image else ((channels,), ())
        elif self.is_image:
            self.period, self.within = (groups, channels // groups, batch), (1,)
        else:
            self.period, self.within = (batch, groups, channels // groups), (2,)
        size = prod(self.period)
        periods = prod(shape) // size
        fitting = np.arange(1, max(1, ROW // size) + 1)
        self.periods_in_row = int(fitting[periods % fitting == 0][-1])
        self.length = self.periods_in_row * size

    def rows(self, x):
        """x as a matrix (rows, length), without a copy if its memory order is (H, W, C, N) or (N, C)."""
        return (to_hwcn(x) if self.is_image else np.ascontiguousarray(x)).reshape(-1, self.length)

    def image(self, rows):
        """The matrix under the shape of x."""
        if not self.is_image:
            return rows.reshape(self.shape)
        batch, height, width, channels = self.shape
        return to_nhwc(rows.reshape(height, width, channels, batch))

    def mean(self, sums, rows):
        """From the sums of the columns over some rows, (length,), the mean of each column's group, (length,)."""
        sums = sums.reshape(self.periods_in_row, *self.period)
        totals = sums.sum((0, *(axis + 1 for axis in self.within)), keepdims=True)
        return np.broadcast_to(totals / (rows * sums.size // totals.size), sums.shape).reshape(-1)

    def repeat(self, channels):
        """Numbers for each channel, (C,), as a row."""
        if self.is_image:
            channels = np.repeat(channels, self.shape[0])
        return np.tile(channels, self.length // len(channels))

    def sum_by_channel(self, row):
        """A row summed over all but the channels, (C,)."""
        return row.reshape(-1, self.channels, self.shape[0] if self.is_image else 1).sum((0, 2))

    def first_of_channel(self, row):
        """The numbers of a row that is the same all over a channel, (C,)."""
        return row[: self.channels * self.shape[0] : self.shape[0]] if self.is_image else row[: self.channels]


def column_sums(rows):
    """The sum of the rows of a matrix, as a product with ones: faster than sum(axis=0)."""
    return np.matmul(np.ones(len(rows), rows.dtype), rows)


def row_blocks(rows):
    """Slices of whole rows, about BLOCK elements each."""
    step = max(1, BLOCK // rows.shape[1])
    return [slice(i, i + step) for i in range(0, len(rows), step)]


def _check(op, x, activation, negative_slope, **of_channels):
    check_activation(activation, negative_slope)
    check_floating(op, x=x)
    if x.ndim not in (2, 4) or x.size == 0:
        raise ValueError(f"{op}: x must be (N, H, W, C) or (N, C), at least one of each, not {x.shape}")
    for name, array in of_channels.items():
        if array is None or array.shape != x.shape[-1:]:
            found = None if array is None else array.shape
            raise ValueError(f"{op}: {name} must have shape {x.shape[-1:]}, the channels of x {x.shape}, not {found}")
