"""The matrix product.

With Y = A B, A (n, k), B (k, m): y_ij = sum_k a_ik b_kj, so dL/da_ik = sum_j g_ij b_kj and dL/db_kj = sum_i a_ik g_ij:

    dL/dA = G B^T        dL/dB = A^T G

The shapes alone leave no other choice: G has the shape of Y, and only these products give A's and B's shapes.

Taught by docs/05-matrix-products.md.
"""

import math

import numpy as np

from ..kernels.products import product
from .registry import rule


@rule
def matmul(a, b):
    """a @ b as in NumPy: axes before the last two broadcast; a vector counts as a row (left) or column (right).

    Shapes (..., n, k) @ (..., k, m) -> (..., n, m). Backward: g @ b^T and a^T @ g, summed over what was broadcast.
    Raises ValueError for scalars, and for sizes k that differ.
    """
    if 0 in (np.ndim(a), np.ndim(b)):
        raise ValueError("a scalar is not a matrix: use *")
    left = a[None, :] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b

    def as_matrix(g):
        g = g[..., None] if b.ndim == 1 else g
        return g[..., None, :] if a.ndim == 1 else g

    def vjp_a(g):
        g = as_matrix(g)
        # a column times a row is their product with broadcasting, for which NumPy has a fast loop and @ a slow one
        return _drop(g * right.mT if right.shape[-1] == 1 else product(g, right.mT), a.ndim == 1, -2)

    def vjp_b(g):
        g = as_matrix(g)
        if right.ndim == 2:  # one matrix shared by a whole batch: one large product, not a sum of many small ones
            if right.flags.f_contiguous:  # a transposed weight: (G^T A)^T has its memory order, no copy has to turn it
                return _drop(product(_rows(g).T, _rows(left)).T, b.ndim == 1, -1)
            return _drop(product(_rows(left).T, _rows(g)), b.ndim == 1, -1)
        return _drop(product(left.mT, g), b.ndim == 1, -1)

    return product(a, b), vjp_a, vjp_b


def _rows(x):
    """All axes before the last as one; spelled out, since reshape(-1, 0) cannot tell how many rows there are."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _drop(gradient, is_vector, axis):
    return gradient.squeeze(axis) if is_vector else gradient
