"""The process that runs HIPS autograd; `wire.py` says what it is told.

It runs as a script, so that Python finds `autograd` in the folder that PYTHONPATH names, and not ours.
"""

import numpy
import numpy_like
import wire

from autograd import numpy as np
from autograd import value_and_grad

LEARNING_RATE = 1e-3


class Side:
    def step(self):
        raise NotImplementedError

    def seconds(self, steps, clock):
        start = clock()
        for _ in range(steps):
            self.step()
        return clock() - start


class Chain(Side):
    def __init__(self, problem, arrays):
        self.length, self.start = problem["length"], (arrays["a"], arrays["b"])
        self.gradient = value_and_grad(self.sum, argnum=(0, 1))  # type: ignore[call-arg]

    def sum(self, a, b):
        c = a
        for _ in range(self.length):
            c = c + b
        return c[0]

    def step(self):
        self.value, self.of = self.gradient(*self.start)

    def results(self):
        of_a, of_b = self.of
        return {"the sum": numpy.reshape(self.value, 1), "the gradient of a": of_a, "the gradient of b": of_b}


class Recurrent(Side):
    def __init__(self, problem, arrays):
        self.cell, self.x, self.answers = problem["cell"], arrays.pop("x"), arrays.pop("answers")
        self.parameters = arrays
        self.adam = numpy_like.Adam(list(arrays.values()), LEARNING_RATE)
        self.gradient = value_and_grad(self.loss)

    def loss(self, parameters):
        return numpy_like.loss(np, self.cell, parameters, self.x, self.answers)

    def step(self):
        self.value, self.of = self.gradient(self.parameters)
        self.adam.step([self.of[name] for name in self.parameters])

    def results(self):
        of = {f"the gradient of {name}": gradient for name, gradient in self.of.items()}
        return {"the loss": numpy.array(self.value, numpy.float64)} | of


def side(begin):
    problem = begin["problem"]
    kind = {"Chain": Chain, "Recurrent": Recurrent}[problem.pop("kind")]
    return kind(problem, {name: wire.array_of(text) for name, text in begin["arrays"].items()})


if __name__ == "__main__":
    wire.serve(side)
