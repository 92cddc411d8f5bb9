"""The matrix products of a step, timed alone.

No implementation on the same BLAS can avoid them. Their share of a step's time is a lower bound: the rest is what a
better program could save at most.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import NamedTuple

import numpy as np

from .sides import Clock
from .works import Problem


class Operand(NamedTuple):
    """An array of one product: where it lay, and how."""

    address: int
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Product(NamedTuple):
    left: Operand
    right: Operand
    result: Operand

    @property
    def multiplications(self) -> int:
        """How many numbers are multiplied."""
        return prod(self.result.shape) * self.left.shape[-1]


class Products:
    """The products of a step on arrays of the same shapes, strides and sharing, but of arbitrary numbers."""

    def __init__(self, products: Sequence[Product]):
        arrays = {operand: _array_like(operand) for product in products for operand in product}
        self.operands = [tuple(arrays[operand] for operand in product) for product in products]

    def seconds(self, steps: int, clock: Clock) -> float:
        """How long the products of so many steps take."""
        start = clock()
        for _ in range(steps):
            for left, right, result in self.operands:
                np.matmul(left, right, out=result)
        return clock() - start


def products_of(problem: Problem) -> list[Product]:
    """The matrix products of one training step."""
    side = problem.ours()
    side.step()  # arrays that are made only once are made now
    with _recorded() as products:
        side.step()
    return products


@contextmanager
def _recorded() -> Iterator[list[Product]]:
    """Collect all products inside the block. The engine makes each with `np.matmul`, never with ``@``, so that one
    function in its place sees them all.
    """
    matmul, products = np.matmul, []

    def recording(left, right, *args, **options):
        result = matmul(left, right, *args, **options)
        if isinstance(result, np.ndarray):
            products.append(Product(_operand(left), _operand(right), _operand(result)))
        return result

    np.matmul = recording  # type: ignore[assignment]
    try:
        yield products
    finally:
        np.matmul = matmul


def _operand(array: np.ndarray) -> Operand:
    return Operand(array.ctypes.data, array.dtype.str, array.shape, array.strides)


def _array_like(operand: Operand) -> np.ndarray:
    """An array of the same shape and strides in memory of its own, with numbers that are neither huge nor tiny."""
    reach = [(n - 1) * stride for n, stride in zip(operand.shape, operand.strides, strict=True)]
    first = -sum(r for r in reach if r < 0)
    length = (first + sum(r for r in reach if r > 0)) // np.dtype(operand.dtype).itemsize + 1
    memory = np.random.default_rng(0).uniform(-1, 1, length).astype(operand.dtype)
    return np.ndarray(operand.shape, operand.dtype, memory, first, operand.strides)
