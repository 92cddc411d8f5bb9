"""The cost of one node of the graph: a chain of additions of one number, forward and backward."""

from dataclasses import dataclass, replace

import numpy as np

from autograd import Tensor

from .sides import Precision, Results, Side


@dataclass(frozen=True)
class Chain:
    """c = a + b + b + ... + b with `length` additions of arrays with one element; then dc/da and dc/db."""

    length: int = 300
    dtype: Precision = "float32"

    @property
    def steps_in_one(self) -> int:
        """The number of ops in one run of the chain; times are reported for one op."""
        return self.length

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """a and b, (1,)."""
        return np.array([1], self.dtype), np.array([0.5], self.dtype)

    def miniature(self) -> "Chain":
        return replace(self, length=2)

    def ours(self) -> Side:
        return Ours(self)


class Ours(Side):
    def __init__(self, problem: Chain):
        self.problem = problem
        self.one = np.ones(1, problem.dtype)

    def step(self) -> None:
        self.a, self.b = (Tensor(x, requires_grad=True) for x in self.problem.start())
        self.c, b = self.a, self.b
        for _ in range(self.problem.length):
            self.c = self.c + b
        self.c.backward(self.one)

    def results(self) -> Results:
        return chain_results(self.c.data, self.a.grad, self.b.grad)


def chain_results(c, of_a, of_b) -> Results:
    return {"the sum": np.asarray(c), "the gradient of a": np.asarray(of_a), "the gradient of b": np.asarray(of_b)}
