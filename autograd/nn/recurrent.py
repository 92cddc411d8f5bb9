"""Recurrent layers: a sequence in, a hidden state for every step out.

Several layers are stacked: layer k reads the hidden states of layer k - 1. Parameters carry PyTorch's names, shapes
and gate order: weight_ih_l0 (G*hidden, features), weight_hh_l0 (G*hidden, hidden), bias_ih_l0, bias_hh_l0 (G*hidden,),
then ..._l1 and so on, with G = 1 block of rows for RNN, 4 for LSTM (i, f, g, o), 3 for GRU (r, z, n).
"""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..functional import gru, lstm, rnn_tanh, stack
from ..tensor import Tensor
from . import init
from .layers import Dropout
from .module import Module


class Recurrent(Module):
    """What RNN, LSTM and GRU share; they differ in the op of one layer and in how many states it carries.

    All parameters start uniform on +-1/sqrt(hidden), as in PyTorch.

    Args:
        features: size of each x_t.
        hidden: size of each hidden state.
        layers: how many are stacked.
        rng: draws the parameters, and the numbers that dropout keeps.
        dropout: the share of the hidden states that is set to zero between one layer and the next, while training.

    Raises:
        ValueError: no layers, or dropout in a single layer; when called, x or initial states of another shape.
    """

    gates: ClassVar[int]
    states: ClassVar[int]
    op: ClassVar[Callable[..., tuple[Tensor, ...]]]

    def __init__(
        self,
        features: int,
        hidden: int,
        layers: int = 1,
        *,
        rng: np.random.Generator,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float32,
    ):
        if layers < 1:
            raise ValueError(f"{type(self).__name__}: layers is {layers}, expected at least 1")
        if dropout and layers == 1:
            raise ValueError(
                f"{type(self).__name__}: dropout is {dropout}, but it acts between layers: expected 2 or more"
            )
        self.features, self.hidden, self.layers = features, hidden, layers
        rows = self.gates * hidden
        for k in range(layers):
            shapes = {
                f"weight_ih_l{k}": (rows, hidden if k else features),
                f"weight_hh_l{k}": (rows, hidden),
                f"bias_ih_l{k}": (rows,),
                f"bias_hh_l{k}": (rows,),
            }
            for name, shape in shapes.items():
                setattr(self, name, Tensor(init.fan_in_uniform(rng, shape, dtype, fan_in=hidden), requires_grad=True))
        self.dropout = Dropout(dropout, rng) if dropout else None

    def _run(self, x: Tensor, initial: tuple[Any, ...] | None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """All layers over x, from initial states (layers, B, H) each: hidden states (B, T, H) and the last states."""
        initial = self._start(x, initial)
        last = []
        for k in range(self.layers):
            names = (f"weight_ih_l{k}", f"weight_hh_l{k}", f"bias_ih_l{k}", f"bias_hh_l{k}")
            parameters = (getattr(self, name) for name in names)
            x = self.dropout(x) if self.dropout and k else x
            x, *states = self.op(x, *(state[k] for state in initial), *parameters)
            last.append(states)
        return x, tuple(_stacked(states) for states in zip(*last, strict=True))

    def _start(self, x, initial):
        """The initial states, zero if None; refuses what does not fit."""
        name = type(self).__name__
        if x.ndim != 3 or x.shape[2] != self.features:
            raise ValueError(f"{name}: x has shape {x.shape}, expected (batch, time, features = {self.features})")
        shape = (self.layers, len(x), self.hidden)
        if initial is None:
            return (np.zeros(shape, x.dtype),) * self.states
        if not isinstance(initial, tuple | list) or len(initial) != self.states:
            found = f"{type(initial).__name__} of {len(initial)}"
            raise ValueError(f"{name}: the initial states are a {found}, expected a pair (h, c)")
        for state in initial:
            if not isinstance(state, Tensor | np.ndarray):
                raise ValueError(f"{name}: a state is a {type(state).__name__}, expected a tensor {shape}")
            if state.shape != shape:
                raise ValueError(f"{name}: a state has shape {state.shape}, expected (layers, batch, hidden) = {shape}")
        return initial


def _stacked(states):
    """The states (B, H) of all layers as one tensor (layers, B, H); a single one needs no copy."""
    return stack(states) if len(states) > 1 else states[0].reshape(1, *states[0].shape)


class RNN(Recurrent):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)  (`autograd.rnn_tanh`)."""

    gates, states, op = 1, 1, staticmethod(rnn_tanh)

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, T, features), state (layers, B, hidden) -> hidden states (B, T, hidden), last state as `state`."""
        hidden, (last,) = self._run(x, None if state is None else (state,))
        return hidden, last


class GRU(Recurrent):
    """h_t = (1 - z_t) n_t + z_t h_{t-1} with reset and update gates r and z  (`autograd.gru`)."""

    gates, states, op = 3, 1, staticmethod(gru)

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, T, features), state (layers, B, hidden) -> hidden states (B, T, hidden), last state as `state`."""
        hidden, (last,) = self._run(x, None if state is None else (state,))
        return hidden, last


class LSTM(Recurrent):
    """c_t = f_t c_{t-1} + i_t g_t, h_t = o_t tanh(c_t) with input, forget and output gates  (`autograd.lstm`)."""

    gates, states, op = 4, 2, staticmethod(lstm)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """x (B, T, features), state (h, c), each (layers, B, hidden) -> hidden states (B, T, hidden), last (h, c)."""
        return self._run(x, state)
