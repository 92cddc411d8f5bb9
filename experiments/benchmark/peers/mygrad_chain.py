"""The chain of additions in MyGrad, with and without its memory guard (arrays in the graph become read-only)."""

from collections.abc import Callable

import mygrad
import numpy as np

from ..chain import Chain, chain_results
from ..sides import Makers, Results, Side


def makers(problem: Chain) -> Makers:
    return both_ways(lambda: MyGradChain(problem))


def both_ways(make: Callable[[], Side]) -> Makers:
    return {"memory guarded": make, "memory not guarded": lambda: Unguarded(make())}


class Unguarded(Side):
    """The same side without the memory guard."""

    def __init__(self, guarded: Side):
        self.guarded = guarded

    def step(self) -> None:
        with mygrad.mem_guard_off:
            self.guarded.step()

    def results(self) -> Results:
        return self.guarded.results()


class MyGradChain(Side):
    def __init__(self, problem: Chain):
        self.problem = problem
        self.one = np.ones(1, problem.dtype)

    def step(self) -> None:
        self.a, self.b = (mygrad.tensor(x) for x in self.problem.start())
        self.c, b = self.a, self.b
        for _ in range(self.problem.length):
            self.c = self.c + b
        self.c.backward(self.one)

    def results(self) -> Results:
        return chain_results(self.c.data, self.a.grad, self.b.grad)
