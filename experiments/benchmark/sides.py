"""Sides: programs that compute the same thing, ready to be run."""

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
Makers = Mapping[str, Callable[[], "Side"]]  # sides that may be the fastest of a package, by their settings


class Side:
    """One program for a problem."""

    def step(self) -> None:
        """Do the whole work once. This is what is timed."""
        raise NotImplementedError

    def results(self) -> Results:
        """What the last step computed, by names and in layouts that all sides share (PyTorch's)."""
        raise NotImplementedError

    def seconds(self, steps: int, clock: Clock) -> float:
        """How long so many steps take."""
        start = clock()
        for _ in range(steps):
            self.step()
        return clock() - start


class Training(Side):
    """Training steps of a model of ours: forward, backward, Adam.

    Args:
        model: whose parameters are trained.
        loss: runs the forward pass.
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

    A gradient has its parameter's layout, so a copy of the model that holds gradients for parameters is turned.
    """
    held = {name: np.asarray(parameter.grad) for name, parameter in model.named_parameters()}
    holder = copy.deepcopy(model)
    holder.load_state_dict(model.state_dict() | held)
    turned = to_torch_state_dict(holder)
    return {f"the gradient of {name}": turned[name] for name in held}
