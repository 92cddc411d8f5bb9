"""Stacks of matrix products, in the form that the running BLAS multiplies fast.

Where the BLAS has a path without packing (``blas.py``), larger products are cut into pieces that are small enough for
it. Elsewhere products stay whole, and sums of products become one long product. The stacks are shared by threads where
they are made; a single large product is shared here (`product`).

Taught by docs/05-matrix-products.md.
"""

import math

import numpy as np

from .blas import has_avx2_only, max_unpacked_multiplications
from .threads import in_parallel

KERNEL_ROWS = 16  # the BLAS works on 16 rows at once: the pieces of a product have a multiple of them
MIN_SUMMED = 32  # length of the sums in a product below which products are made together, not one by one
STRIPE = 32  # columns of the left operand that a sum of outer products takes at a time
MIN_ROWS_ADDED = 64  # rows that it adds at a time, at least: with fewer, the sum is read and written too often
MIN_SHARED = 2**22  # multiplications of a product that threads share, at least: about 80 microseconds
MAX_SHARES, MIN_SHARE = 4, 32  # the parts it is cut into, at most; the rows or columns of a part, at least


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """out (..., R, M) = a (..., R, K) @ b (..., K, M), a few rows at a time. Leading axes are broadcast."""
    rows = a.shape[-2]
    fitting = max_unpacked_multiplications() // (b.shape[-2] * b.shape[-1]) // KERNEL_ROWS * KERNEL_ROWS
    if not 0 < fitting < rows:
        return np.matmul(a, b, out=out)
    step = math.ceil(rows / math.ceil(rows / fitting) / KERNEL_ROWS) * KERNEL_ROWS  # equal pieces, if it can be
    for i in range(0, rows, step):
        np.matmul(a[..., i : i + step, :], b, out=out[..., i : i + step, :])
    return out


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a @ b, of any shapes that np.matmul takes, and with its errors.

    Threads share the rows or the columns of the result, whichever are more, if a (R, K) and b (K, M) are large.
    """
    if a.ndim != 2 or b.ndim != 2 or a.size * b.shape[1] < MIN_SHARED:
        return np.matmul(a, b)
    out = np.empty((a.shape[0], b.shape[1]), np.result_type(a, b))
    by_columns = out.shape[1] >= out.shape[0]
    length = max(out.shape)
    count = max(1, min(MAX_SHARES, length // MIN_SHARE))

    def run(part):
        if by_columns:
            np.matmul(a, b[:, part], out=out[:, part])
        else:
            np.matmul(a[part], b, out=out[part])

    in_parallel(run, [slice(k * length // count, (k + 1) * length // count) for k in range(count)])
    return out


def in_pieces(a: np.ndarray, columns: int) -> np.ndarray:
    """Matrices (..., R, K) as stacks (..., pieces, R / pieces, K) that multiply so many columns fast; a view.

    It makes the fewest pieces whose products are small enough; one, if no number of pieces divides the rows so.
    """
    *stack, rows, size = a.shape
    for pieces in range(1, rows // KERNEL_ROWS + 1):
        if rows % pieces == 0 and rows // pieces * size * columns <= max_unpacked_multiplications():
            return a.reshape(*stack, pieces, rows // pieces, size)
    return a.reshape(*stack, 1, rows, size)


def sum_of_outer_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a^T b, the sum of the outer products of all rows of a (R, K) and b (R, M): (K, M).

    It takes one stripe of the columns of a after the other, so that a small product can add many rows.
    """
    (rows, width), columns = a.shape, b.shape[1]
    stripe = STRIPE if width % STRIPE == 0 else width
    fitting = max_unpacked_multiplications() // max(1, stripe * columns)
    if fitting < MIN_ROWS_ADDED:
        return np.matmul(a.T, b)
    stripes = a.T.reshape(width // stripe, stripe, rows)
    total = np.matmul(stripes[:, :, :fitting], b[:fitting])
    for i in range(fitting, rows, fitting):
        total += np.matmul(stripes[:, :, i : i + fitting], b[i : i + fitting])
    return total.reshape(width, columns)


def multiply_and_add(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """out (K, M) = the sum over all leading axes of a (..., K, N) @ b (..., M, N)^T.

    Small products are made one by one: without packing, from a copy of the smaller operand in the memory order that is
    fastest for them; with AVX2 as they are, if they write less than half of what the next form copies. Otherwise all
    matrices are laid side by side, and one long product adds them up too.
    """
    (K, N), M = a.shape[-2:], b.shape[-2]
    if N >= MIN_SUMMED and max_unpacked_multiplications() >= K * M * N:
        if a.size < b.size:
            out[...] = _sum_of_stack(np.matmul(b, np.ascontiguousarray(a.mT))).T
            return out
        return _sum_of_stack(np.matmul(a, np.ascontiguousarray(b.mT)), out)
    if has_avx2_only() and 2 * K * M <= (K + M) * N:
        return _sum_of_stack(np.matmul(a, b.mT), out)
    return np.matmul(_side_by_side(a), _side_by_side(b).T, out=out)


def _sum_of_stack(matrices: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The sum of (..., K, M) over all leading axes."""
    return np.add.reduce(matrices.reshape(-1, *matrices.shape[-2:]), axis=0, out=out)


def sum_of_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(K, M) = the sum over all leading axes of a (R, ..., K, N) @ b (R, ..., M, N)^T, one of the R after the other."""
    total = np.zeros((a.shape[-2], b.shape[-2]), a.dtype)
    part = np.empty_like(total)
    for left, right in zip(a, b, strict=True):
        total += multiply_and_add(left, right, out=part)
    return total


def _side_by_side(matrices: np.ndarray) -> np.ndarray:
    """(..., K, N) as (K, ... N)."""
    leading = matrices.ndim - 2
    rows_first = matrices.transpose(leading, *range(leading), leading + 1)  # np.moveaxis takes 4 microseconds more
    return np.ascontiguousarray(rows_first).reshape(matrices.shape[-2], -1)


def in_row_order(a: np.ndarray) -> np.ndarray:
    """`a` itself if it is contiguous, else a contiguous copy.

    If the elements of a row lie far apart (an image in the order N, H, W, C), it is made faster than NumPy's, and
    threads share it.
    """
    if a.flags.c_contiguous:
        return a
    plain = np.empty(a.shape, a.dtype)

    def run(part):
        for i in range(0, a.shape[-1], 16):  # 16 float32 fill one cache line, which is then written in one go
            plain[part, ..., i : i + 16] = a[part, ..., i : i + 16]

    count = min(MAX_SHARES, len(a)) if a.ndim == 4 else 1
    in_parallel(run, [slice(k * len(a) // count, (k + 1) * len(a) // count) for k in range(count)])
    return plain
