"""The process that runs HIPS autograd. It reads requests as lines of JSON and prints an answer to each.

    {"begin": {"kind": "Chain", ...}}             make the side
    {"begin": {"kind": "Recurrent", ...}, "arrays": {...}}
    {"steps": n, "clock": "perf_counter"}         run n steps; the answer is the time in seconds
    {"results": true}                             the results of the last step

It runs as a script, so that Python finds `autograd` in the folder that PYTHONPATH names, and not ours.
"""

import json
import sys
import time

import numpy
import numpy_like

from autograd import numpy as np  # type: ignore[attr-defined]
from autograd import value_and_grad

LEARNING_RATE = 1e-3


class Chain:
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


class Recurrent:
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


def array_of(text):
    return numpy.array(text["values"], text["dtype"]).reshape(text["shape"])


def text_of(array):
    array = numpy.asarray(array)
    return {"values": array.ravel().tolist(), "dtype": array.dtype.name, "shape": array.shape}


def answer(side, request):
    if "results" in request:
        return {name: text_of(value) for name, value in side.results().items()}
    clock = getattr(time, request["clock"])
    start = clock()
    for _ in range(request["steps"]):
        side.step()
    return clock() - start


def main():
    side = None
    for line in sys.stdin:
        request = json.loads(line)
        if "begin" in request:
            problem = request["begin"]
            kind = {"Chain": Chain, "Recurrent": Recurrent}[problem.pop("kind")]
            side = kind(problem, {name: array_of(text) for name, text in request["arrays"].items()})
            continue
        print(json.dumps(answer(side, request)), flush=True)


if __name__ == "__main__":
    main()
