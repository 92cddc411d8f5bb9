"""Time the matrix products of a step alone.

An implementation on the same BLAS cannot avoid them. Their time is therefore a lower bound for the step. A better
program can save at most the rest.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import NamedTuple

import numpy as np

from .sides import Clock
from .works import Problem


class Operand(NamedTuple):
    """One array of a product: its address and its memory layout."""

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
        """The number of scalar multiplications."""
        return prod(self.result.shape) * self.left.shape[-1]


class Products:
    """The products of a step, on arrays with the same shapes, strides and sharing, filled with random numbers."""

    def __init__(self, products: Sequence[Product]):
        arrays = {operand: _array_like(operand) for product in products for operand in product}
        self.operands = [tuple(arrays[operand] for operand in product) for product in products]

    def seconds(self, steps: int, clock: Clock) -> float:
        """The seconds that the products of `steps` steps take."""
        start = clock()
        with np.errstate(all="ignore"):  # results that are operands of later products grow from step to step
            for _ in range(steps):
                for left, right, result in self.operands:
                    np.matmul(left, right, out=result)
        return clock() - start


def products_of(problem: Problem) -> list[Product]:
    """The matrix products of one training step."""
    side = problem.ours()
    side.step()  # warm up: some arrays are made once, in the first step
    with _recorded() as products:
        side.step()
    return products


@contextmanager
def _recorded() -> Iterator[list[Product]]:
    """Collect all products inside the block. The engine calls `np.matmul` for each and never uses ``@``, so one
    replacement of that function sees them all.
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
    """A new array of the same shape and strides, filled with numbers that are neither huge nor tiny."""
    reach = [(n - 1) * stride for n, stride in zip(operand.shape, operand.strides, strict=True)]
    first = -sum(r for r in reach if r < 0)
    length = (first + sum(r for r in reach if r > 0)) // np.dtype(operand.dtype).itemsize + 1
    memory = np.random.default_rng(0).uniform(-1, 1, length).astype(operand.dtype)
    return np.ndarray(operand.shape, operand.dtype, memory, first, operand.strides)
