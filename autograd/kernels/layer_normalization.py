"""Layer normalisation: each example alone, over its last axis or axes.

The derivation is in ``normalization.py``. Here a group of elements that share a mean is one row of a matrix, so both
passes are the formulas as they stand, for a block of rows at a time. J. Ba, J. Kiros, G. Hinton,
"Layer normalization" (2016).

Taught by docs/13-normalisation.md.
"""

import numpy as np

from . import check_floating
from .normalization_layout import column_sums, row_blocks


def layer_norm_forward(x, gamma, beta, epsilon=1e-5):
    """(y, saved) of layer_norm over the last axes of x, as many as gamma and beta have.

    Raises ValueError when their shapes do not match x's at its end, TypeError for numbers that are not floating.
    """
    check_floating("layer_norm", x=x, weight=gamma, bias=beta)
    if gamma.shape != beta.shape or gamma.ndim == 0 or x.shape[-gamma.ndim :] != gamma.shape:
        raise ValueError(f"layer_norm: gamma {gamma.shape} and beta {beta.shape} must match x {x.shape} at its end")
    examples, order = _as_examples(x, gamma.ndim)
    y = np.empty_like(examples)
    mean, inverse_deviation = np.empty((2, len(examples), 1), x.dtype)
    flat_gamma, flat_beta = gamma.reshape(-1), beta.reshape(-1)
    for block in row_blocks(examples):
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
    for block in row_blocks(examples):
        normal = examples[block] - mean[block]
        np.multiply(normal, inverse_deviation[block], out=normal)
        dbeta += column_sums(g[block])
        dgamma += np.einsum("rk,rk->k", g[block], normal)
        out = np.multiply(g[block], flat_gamma, out=dx[block])
        along_normal = _row_means(out * normal)
        np.subtract(out, _row_means(out), out=out)
        np.subtract(out, np.multiply(normal, along_normal, out=normal), out=out)
        np.multiply(out, inverse_deviation[block], out=out)
    return _from_examples(dx, x.shape, order), dgamma.reshape(gamma.shape), dbeta.reshape(gamma.shape)


def _as_examples(x, normalized_axes):
    """x as a matrix (examples, elements to normalise), copied only if memory order requires it; its order of axes."""
    outer = x.ndim - normalized_axes
    order = sorted(range(outer), key=lambda axis: -x.strides[axis]) + list(range(outer, x.ndim))
    elements = int(np.prod(x.shape[outer:]))
    return np.ascontiguousarray(x.transpose(order)).reshape(-1, elements), order


def _row_means(rows):
    return np.matmul(rows, np.full(rows.shape[1], 1 / rows.shape[1], rows.dtype))[:, None]


def _from_examples(examples, shape, order):
    return examples.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))
