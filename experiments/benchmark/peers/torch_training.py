"""Training steps of a PyTorch model, with each of PyTorch's fast Adam implementations."""

import math
from collections.abc import Callable

import numpy as np
import torch

from autograd import nn
from autograd.tools.interop import to_torch_state_dict

from ..sides import LEARNING_RATE, LOSS, Results, Side

ADAMS = ("fused", "foreach")
LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


class TorchTraining(Side):
    """Forward, backward, Adam; the model starts from our parameters and buffers."""

    def __init__(self, start: nn.Module, model: torch.nn.Module, adam: str, loss: Callable[[], torch.Tensor]):
        self.model, self.loss = model, loss
        state = {name: torch.from_numpy(value) for name, value in to_torch_state_dict(start).items()}
        missing, unexpected = model.load_state_dict(state, strict=False)
        if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
            raise ValueError(f"the parameters of PyTorch's model differ from ours: {missing + unexpected}")
        self.optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE, **{adam: True})
        self.last_loss = math.nan

    def step(self) -> None:
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        self.last_loss = loss.item()

    def results(self) -> Results:
        of = {name: parameter.grad.numpy() for name, parameter in self.model.named_parameters()}
        return {LOSS: np.array(self.last_loss)} | {f"the gradient of {name}": value for name, value in of.items()}


def set_threads(threads: int) -> None:
    torch.set_num_threads(threads)


def load_all() -> None:
    """Use an optimiser once, so that PyTorch loads the code that it otherwise loads later."""
    parameter = torch.zeros(1, requires_grad=True)
    parameter.sum().backward()
    torch.optim.Adam([parameter], fused=True).step()
