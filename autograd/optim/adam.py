"""Adam and AdamW, and the formula that they compute."""

import math
from collections.abc import Iterable

import numpy as np

from ..tensor import Tensor
from .optimizer import Optimizer, require_not_negative, require_share
from .schedules import Schedule


class Adam(Optimizer):
    """Adam: each parameter moves by about the learning rate in a step, whatever the scale of its gradient.

    `adam_formula` is the rule as the paper writes it; this is the same with fewer passes over memory. The averages are
    kept as M = m / (1 - beta1) and V = v / (1 - beta2), which need no scaled copy of g, and the factors that all
    elements share are combined first.

        M = beta1 M + g        V = beta2 V + g^2        s^2 = (1 - beta2) / (1 - beta2^n)

        parameter -= rate (1 - beta1) / (1 - beta1^n) / s * M / (sqrt(V) + epsilon / s)
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ):
        require_share(type(self).__name__, beta1=betas[0], beta2=betas[1])
        require_not_negative(type(self).__name__, epsilon=epsilon)
        super().__init__(parameters, learning_rate, weight_decay, ["first_moment", "second_moment"])
        self.betas = float(betas[0]), float(betas[1])
        self.epsilon = float(epsilon)

    def _change(self, gradient, averages, update, rate):
        first, second = averages
        beta1, beta2 = self.betas
        first *= beta1
        first += gradient
        change = gradient * gradient
        second *= beta2
        second += change

        scale = math.sqrt((1 - beta2) / (1 - beta2**update))
        np.sqrt(second, out=change)
        change += self.epsilon / scale
        np.divide(first, change, out=change)
        change *= rate * (1 - beta1) / (1 - beta1**update) / scale
        return change


class AdamW(Adam):
    """Adam with the decay applied to the parameters directly: parameter -= rate * weight_decay * parameter.

    In Adam, a decay inside the gradient is divided by the scale of the gradient, so parameters with large gradients
    would hardly decay.

    Source: Loshchilov & Hutter, "Decoupled weight decay regularization" (2019), Algorithm 2.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ):
        super().__init__(parameters, learning_rate, betas, epsilon, weight_decay)

    def _decayed(self, gradient, values, rate):
        for piece in values:
            piece *= 1 - rate * self.weight_decay
        return gradient


def adam_formula(parameter, g, m, v, n, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Update n (from 1) of one parameter array with gradient g: returns the new parameter, m and v.

    m and v are running means of g and g^2. They start at zero and are too small at first; dividing by
    1 - beta^n, the sum of the weights used so far, corrects that.

    Source: Kingma & Ba, "Adam: a method for stochastic optimization" (2015), Algorithm 1. What `Adam` computes faster.
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    unbiased_m = m / (1 - beta1**n)
    unbiased_v = v / (1 - beta2**n)
    return parameter - rate * unbiased_m / (np.sqrt(unbiased_v) + epsilon), m, v
