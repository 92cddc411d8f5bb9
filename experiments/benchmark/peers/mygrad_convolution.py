"""One convolutional layer in MyGrad, forward and backward.

MyGrad has no transposed convolution, and its stride must divide the padded size minus the kernel.
"""

import mygrad
import numpy as np
from mygrad.nnet.layers import conv_nd

from autograd.tools.interop import to_torch_state_dict

from ..convolution import Convolution
from ..sides import Makers, Results, Side
from .mygrad_chain import both_ways


def makers(problem: Convolution) -> Makers:
    return both_ways(lambda: Layer(problem))


class Layer(Side):
    def __init__(self, problem: Convolution):
        self.stride, self.padding = problem.stride, problem.padding
        state = to_torch_state_dict(problem.model())
        bias = state["bias"][:, None, None]
        self.arrays = {"image": _channels_first(problem.image()), "weight": state["weight"], "bias": bias}
        self.gradient = _channels_first(problem.gradient())

    def step(self) -> None:
        self.tensors = {name: mygrad.tensor(array, copy=False) for name, array in self.arrays.items()}
        image, weight, bias = self.tensors.values()
        self.y = conv_nd(image, weight, stride=self.stride, padding=self.padding) + bias
        self.y.backward(self.gradient)

    def results(self) -> Results:
        image, weight, bias = (tensor.grad for tensor in self.tensors.values())
        return {
            "the output": self.y.data,
            "the gradient of the image": image,
            "the gradient of weight": weight,
            "the gradient of bias": bias[:, 0, 0],
        }


def _channels_first(images):
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
