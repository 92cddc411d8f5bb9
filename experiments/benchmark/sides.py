"""Sides: programs that compute the same problem, ready to run."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from autograd import Tensor, nn, optim
from autograd.tools.interop import to_torch_state_dict

LEARNING_RATE = 1e-3
LOSS = "the loss"

Precision = Literal["float32", "float64"]
Clock = Callable[[], float]
Results = Mapping[str, np.ndarray]
Makers = Mapping[str, Callable[[], "Side"]]  # how to make the sides of one package, by their settings


class Side:
    """One program for a problem."""

    def step(self) -> None:
        """Run the whole work once. This call is timed."""
        raise NotImplementedError

    def results(self) -> Results:
        """The results of the last step. All sides use the same names, and PyTorch's memory layouts."""
        raise NotImplementedError

    def seconds(self, steps: int, clock: Clock) -> float:
        """The seconds that `steps` steps take."""
        start = clock()
        for _ in range(steps):
            self.step()
        return clock() - start


class Training(Side):
    """Training steps of one of our models: forward, backward, Adam.

    Args:
        model: the model to train.
        loss: runs the forward pass and returns the loss.
    """

    def __init__(self, model: nn.Module, loss: Callable[[], Tensor]):
        self.model, self.loss = model, loss
        self.optimizer = optim.Adam(model.parameters(), LEARNING_RATE)
        self.last_loss = math.nan

    def step(self) -> None:
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        self.last_loss = loss.item()

    def results(self) -> Results:
        return {LOSS: np.array(self.last_loss), **gradients(self.model)}


def gradients(model: nn.Module) -> dict[str, np.ndarray]:
    """The gradient of every parameter under PyTorch's name and in PyTorch's layout.

    A gradient has the layout of its parameter. So a copy of the model gets the gradients as its parameters, and is
    converted to PyTorch's layout.
    """
    held = {name: np.asarray(parameter.grad) for name, parameter in model.named_parameters()}
    holder = copy.deepcopy(model)
    holder.load_state_dict(model.state_dict() | held)
    turned = to_torch_state_dict(holder)
    return {f"the gradient of {name}": turned[name] for name in held}
