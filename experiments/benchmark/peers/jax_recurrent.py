"""The recurrent classifier in JAX: the days as one `lax.scan`, whose loop XLA compiles."""

from collections.abc import Callable
from functools import partial

import jax
from jax import lax
from jax import numpy as jnp

from ..recurrent import Recurrent
from ..sides import Side
from .jax_training import JaxTraining


def side(problem: Recurrent, unroll: int) -> Side:
    """`unroll`: so many days go into one pass of the compiled loop."""
    data = jnp.array(problem.sequences().swapaxes(0, 1)), jnp.array(problem.answers())
    return JaxTraining(problem.model(), partial(_loss, problem.cell, unroll), lambda: data)


def _loss(cell, unroll, parameters, x, answers):
    """The mean binary cross-entropy of sequences (length, batch, features) and answers (batch,)."""
    weights = [parameters[f"recurrent.{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    batch, hidden = x.shape[1], weights[1].shape[1]
    zeros = jnp.zeros((batch, hidden), x.dtype)
    start = (zeros, zeros) if cell == "lstm" else (zeros,)
    last, _ = lax.scan(lambda state, day: (CELLS[cell](day, *state, *weights), None), start, x, unroll=unroll)
    logits = (last[0] @ parameters["head.weight"].T + parameters["head.bias"])[:, 0]
    return jnp.mean(jax.nn.softplus(logits) - answers * logits)


def _rnn(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return (jnp.tanh(x @ weight_ih.T + h @ weight_hh.T + (bias_ih + bias_hh)),)


def _gru(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    from_x, from_h = x @ weight_ih.T + bias_ih, h @ weight_hh.T + bias_hh
    (xr, xz, xn), (hr, hz, hn) = jnp.split(from_x, 3, axis=1), jnp.split(from_h, 3, axis=1)
    r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
    n = jnp.tanh(xn + r * hn)
    return (n + z * (h - n),)


def _lstm(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    i, f, g, o = jnp.split(x @ weight_ih.T + h @ weight_hh.T + (bias_ih + bias_hh), 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


CELLS: dict[str, Callable] = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}
