"""The matrix products of a step, timed alone.

They are what a step cannot do without. Their share of the step is the part in which it does what NumPy hands to BLAS;
one minus that is what a better program could hope to save.
"""

import json
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from .child import answer_of
from .sides import Clock
from .works import Problem, encoded


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

    def __init__(self, noted: Sequence[Product]):
        arrays = {operand: _array_like(operand) for product in noted for operand in product}
        self.operands = [tuple(arrays[operand] for operand in product) for product in noted]

    def seconds(self, steps: int, clock: Clock) -> float:
        """How long the products of so many steps take."""
        start = clock()
        for _ in range(steps):
            for left, right, result in self.operands:
                np.matmul(left, right, out=result)
        return clock() - start


def noted_products(problems: Sequence[Problem]) -> list[list[Product]]:
    """The products of one step of each problem, from a process that takes notes (`note_taking.py`)."""
    answer = answer_of("note_taking", [], json.dumps([encoded(problem) for problem in problems]))
    return [[Product(*map(_operand, operands)) for operands in products] for products in json.loads(answer)]


def _operand(fields):
    address, dtype, shape, strides = fields
    return Operand(address, dtype, tuple(shape), tuple(strides))


def _array_like(operand: Operand) -> np.ndarray:
    """An array of the same shape and strides in memory of its own, with numbers that are neither huge nor tiny."""
    reach = [(n - 1) * stride for n, stride in zip(operand.shape, operand.strides, strict=True)]
    first = -sum(r for r in reach if r < 0)
    length = (first + sum(r for r in reach if r > 0)) // np.dtype(operand.dtype).itemsize + 1
    memory = np.random.default_rng(0).uniform(-1, 1, length).astype(operand.dtype)
    return np.ndarray(operand.shape, operand.dtype, memory, first, operand.strides)
