"""Training steps in JAX: loss, gradients and Adam as one compiled program, which updates its buffers in place."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from autograd import nn
from autograd.tools.interop import to_torch_state_dict

from ..sides import LEARNING_RATE, LOSS, Clock, Results, Side

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

Parameters = dict[str, Any]


class JaxTraining(Side):
    """Forward, backward, Adam; the parameters start from ours and keep PyTorch's names and layouts.

    Args:
        start: our model at its start.
        loss: the loss of (parameters, *data), JAX's functions only.
        data: gives the arrays of the next step.
    """

    def __init__(self, start: nn.Module, loss: Callable[..., Any], data: Callable[[], Sequence[Any]]):
        trained = {name for name, _ in start.named_parameters()}
        weights = {name: jnp.array(a) for name, a in to_torch_state_dict(start).items() if name in trained}
        zeros = {name: jnp.zeros_like(weight) for name, weight in weights.items()}
        self.state = (weights, zeros, jax.tree.map(jnp.copy, zeros), jnp.array(0, jnp.int32))
        self.data, self.last_loss, self.last_gradients = data, math.nan, Parameters()
        # Gradients that leave the program cost it time: the program that is timed keeps them to itself.
        self.program = jax.jit(partial(_step, loss, False), donate_argnums=0)
        self.open_program = jax.jit(partial(_step, loss, True), donate_argnums=0)

    def step(self) -> None:
        self.state, loss, self.last_gradients = self.open_program(self.state, *self.data())
        self.last_loss = float(loss)

    def seconds(self, steps: int, clock: Clock) -> float:
        start = clock()
        for _ in range(steps):
            self.state, loss, _ = self.program(self.state, *self.data())
            self.last_loss = float(loss)  # waits for the result, as the other sides do
        return clock() - start

    def results(self) -> Results:
        of = {f"the gradient of {name}": np.asarray(g) for name, g in self.last_gradients.items()}
        return {LOSS: np.array(self.last_loss)} | of


def _step(loss_of, with_gradients, state, *data):
    """The next (weights, m, v, count), the loss and, if they are asked for, the gradients."""
    weights, m, v, count = state
    loss, g = jax.value_and_grad(loss_of)(weights, *data)
    count += 1
    of_m, of_v = (1 - jnp.asarray(beta, loss.dtype) ** count for beta in (BETA1, BETA2))
    m = jax.tree.map(lambda m, g: m + (1 - BETA1) * (g - m), m, g)
    v = jax.tree.map(lambda v, g: v + (1 - BETA2) * (g * g - v), v, g)
    weights = jax.tree.map(
        lambda p, m, v: p - LEARNING_RATE * (m / of_m) / (jnp.sqrt(v / of_v) + EPSILON), weights, m, v
    )
    return (weights, m, v, count), loss, g if with_gradients else {}
