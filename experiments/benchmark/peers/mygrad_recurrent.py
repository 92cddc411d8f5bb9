"""The recurrent classifier in MyGrad, day by day, with Adam in plain NumPy: MyGrad has no optimisers."""

import mygrad
import numpy as np

from autograd.tools.interop import to_torch_state_dict

from ..recurrent import Recurrent
from ..sides import LEARNING_RATE, LOSS, Makers, Results, Side
from . import numpy_like
from .mygrad_chain import both_ways


def makers(problem: Recurrent) -> Makers:
    return both_ways(lambda: Classifier(problem))


class Classifier(Side):
    def __init__(self, problem: Recurrent):
        self.cell, self.x, self.answers = problem.cell, problem.sequences(), problem.answers()
        self.arrays = to_torch_state_dict(problem.model())
        self.adam = numpy_like.Adam(list(self.arrays.values()), LEARNING_RATE)

    def step(self) -> None:
        self.parameters = {name: mygrad.tensor(array) for name, array in self.arrays.items()}
        self.loss = numpy_like.loss(mygrad, self.cell, self.parameters, self.x, self.answers)
        self.loss.backward()
        self.adam.step([parameter.grad for parameter in self.parameters.values()])

    def results(self) -> Results:
        of = {f"the gradient of {name}": parameter.grad for name, parameter in self.parameters.items()}
        return {LOSS: np.array(self.loss.item())} | of
