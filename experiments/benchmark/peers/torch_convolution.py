"""One convolutional layer in PyTorch, forward and backward, in each memory layout."""

from functools import partial

import torch

from autograd.tools.interop import to_torch_state_dict

from ..convolution import Convolution
from ..sides import Makers, Results, Side
from .torch_training import LAYOUTS


def makers(problem: Convolution) -> Makers:
    return {layout: partial(TorchLayer, problem, layout) for layout in LAYOUTS}


class TorchLayer(Side):
    def __init__(self, problem: Convolution, layout: str):
        shape = (problem.channels, problem.filters, problem.kernel, problem.stride, problem.padding)
        layer = (
            torch.nn.ConvTranspose2d(*shape, problem.output_padding) if problem.transposed else torch.nn.Conv2d(*shape)
        )
        self.layer = layer.to(getattr(torch, problem.dtype), memory_format=LAYOUTS[layout])
        state = to_torch_state_dict(problem.model())
        self.layer.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
        self.image = _laid_out(problem.image(), layout).requires_grad_()
        self.gradient = _laid_out(problem.gradient(), layout)

    def step(self) -> None:
        self.layer.zero_grad()
        self.image.grad = None
        self.y = self.layer(self.image)
        self.y.backward(self.gradient)

    def results(self) -> Results:
        own = {"the output": self.y.detach().numpy(), "the gradient of the image": self.image.grad.numpy()}
        parameters = self.layer.named_parameters()
        return own | {f"the gradient of {name}": parameter.grad.numpy() for name, parameter in parameters}


def _laid_out(images, layout):
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(memory_format=LAYOUTS[layout])
