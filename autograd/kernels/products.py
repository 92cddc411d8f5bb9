"""Stacks of matrix products, cut into pieces that the matrix library multiplies fast.

OpenBLAS copies the operands of a large product into an order of its own first, which pays if each number is then used
often enough. In the products of a convolution it is not. But a product of at most a million multiplications is done
without the copy, and faster; so larger ones are cut into pieces of so many rows.
"""

import numpy as np

MOST_MULTIPLICATIONS = 1_000_000  # of a product that OpenBLAS does without copying its operands
ROWS_OF_A_PIECE = 16  # or a multiple; with fewer, a piece's other operand would be read too often
SHORTEST = 32  # sum of products that is worth being made on its own
STRIPE = 32  # columns of the left operand of a sum of outer products
ROWS_TO_ADD = 64  # at least so many at a time; with fewer, the sum would be read and written too often


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """out (..., R, M) = a (..., R, K) @ b (..., K, M), a few rows at a time. Leading axes are broadcast."""
    rows = a.shape[-2]
    fitting = MOST_MULTIPLICATIONS // (b.shape[-2] * b.shape[-1]) // ROWS_OF_A_PIECE * ROWS_OF_A_PIECE
    if fitting == 0 or fitting >= rows:
        return np.matmul(a, b, out=out)
    for i in range(0, rows, fitting):
        np.matmul(a[..., i : i + fitting, :], b, out=out[..., i : i + fitting, :])
    return out


def in_pieces(a: np.ndarray, columns: int) -> np.ndarray:
    """Matrices (..., R, K) as stacks (..., pieces, R / pieces, K) that multiply so many columns fast; a view.

    As few pieces as make small products; one, if no number of them that divides the rows does.
    """
    *stack, rows, size = a.shape
    for pieces in range(1, rows // 4 + 1):
        if rows % pieces == 0 and rows // pieces * size * columns <= MOST_MULTIPLICATIONS:
            return a.reshape(*stack, pieces, rows // pieces, size)
    return a.reshape(*stack, 1, rows, size)


def sum_of_outer_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a^T b, the sum of the outer products of all rows of a (R, K) and b (R, M): (K, M).

    A stripe of a's columns after the other, so that a small product can add up many rows.
    """
    (rows, width), columns = a.shape, b.shape[1]
    stripe = STRIPE if width % STRIPE == 0 else width
    fitting = MOST_MULTIPLICATIONS // max(1, stripe * columns)
    if fitting < ROWS_TO_ADD:
        return a.T @ b
    stripes = a.T.reshape(width // stripe, stripe, rows)
    total = np.matmul(stripes[:, :, :fitting], b[:fitting])
    for i in range(fitting, rows, fitting):
        total += np.matmul(stripes[:, :, i : i + fitting], b[i : i + fitting])
    return total.reshape(width, columns)


def multiply_and_add(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """out (K, M) = the sum over all leading axes of a (..., K, N) @ b (..., M, N)^T.

    Small products are made one by one, from a copy of b that is in the order they are fastest with. Of large ones all
    matrices are laid side by side, so that one long product does the adding too; and of short ones, which would write
    more than they multiply.
    """
    if a.shape[-1] >= SHORTEST and a.shape[-2] * b.shape[-2] * a.shape[-1] <= MOST_MULTIPLICATIONS:
        products = np.matmul(a, in_row_order(b.swapaxes(-1, -2)))
        return np.add.reduce(products.reshape(-1, *out.shape), axis=0, out=out)
    return np.matmul(_side_by_side(a), _side_by_side(b).T, out=out)


def sum_of_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(K, M) = the sum over all leading axes of a (R, ..., K, N) @ b (R, ..., M, N)^T, one of the R after the other."""
    total = np.zeros((a.shape[-2], b.shape[-2]), a.dtype)
    part = np.empty_like(total)
    for left, right in zip(a, b, strict=True):
        total += multiply_and_add(left, right, out=part)
    return total


def _side_by_side(matrices: np.ndarray) -> np.ndarray:
    """(..., K, N) as (K, ... N)."""
    return np.ascontiguousarray(np.moveaxis(matrices, -2, 0)).reshape(matrices.shape[-2], -1)


def in_row_order(a: np.ndarray) -> np.ndarray:
    """`a` itself if it is contiguous, else a contiguous copy: of transposed matrices, faster than NumPy's own.

    16 columns at a time: that many float32 make a line of the cache, and each line is written in one go.
    """
    if a.flags.c_contiguous:
        return a
    plain = np.empty(a.shape, a.dtype)
    for i in range(0, a.shape[-1], 16):
        plain[..., i : i + 16] = a[..., i : i + 16]
    return plain
