"""Stochastic gradient descent, plain, with momentum, and with Nesterov's momentum."""

from collections.abc import Iterable

from ..tensor import Tensor
from .optimizer import Optimizer, require_share
from .schedules import Schedule


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked.

        v = momentum * v + g
        parameter -= rate * v                        (rate * (g + momentum * v) with nesterov)

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods" (1964); Nesterov's variant as
    in Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), in PyTorch's form.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float | Schedule,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ):
        require_share("SGD", momentum=momentum)
        if nesterov and not momentum:
            raise ValueError("SGD: nesterov needs a momentum above 0")
        super().__init__(parameters, learning_rate, weight_decay, ["velocity"] if momentum else [])
        self.momentum = float(momentum)
        self.nesterov = nesterov

    def _change(self, gradient, averages, update, rate):
        for velocity in averages:
            velocity *= self.momentum
            velocity += gradient
            gradient = gradient + self.momentum * velocity if self.nesterov else velocity
        return rate * gradient
