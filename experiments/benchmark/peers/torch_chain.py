"""The chain of additions in PyTorch."""

import torch

from ..chain import Chain, chain_results
from ..sides import Makers, Results, Side


def makers(problem: Chain) -> Makers:
    return {"": lambda: TorchChain(problem)}


class TorchChain(Side):
    def __init__(self, problem: Chain):
        self.problem = problem
        self.one = torch.ones(1, dtype=getattr(torch, problem.dtype))

    def step(self) -> None:
        self.a, self.b = (torch.from_numpy(x).requires_grad_() for x in self.problem.start())
        self.c, b = self.a, self.b
        for _ in range(self.problem.length):
            self.c = self.c + b
        self.c.backward(self.one)

    def results(self) -> Results:
        return chain_results(self.c.detach(), self.a.grad, self.b.grad)
