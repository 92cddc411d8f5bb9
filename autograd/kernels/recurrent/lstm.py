"""The long short-term memory layer over a whole sequence, and its gradient.

Hochreiter & Schmidhuber 1997, "Long short-term memory"; forget gate of Gers, Schmidhuber & Cummins 2000.
Forward, for t = 1 ... T, where a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh has H rows for each of four gates:

    i_t = sigmoid(a_i)      how much of the candidate enters the cell
    f_t = sigmoid(a_f)      how much of the old cell stays
    g_t = tanh(a_g)         the candidate
    o_t = sigmoid(a_o)      how much of the cell is shown
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backward, for t = T ... 1, carrying dh and dc (sigmoid' = s (1 - s), tanh' = 1 - tanh^2):

    dc_t    += o_t (1 - tanh(c_t)^2) * dh_t    the cell is seen by h_t and, already in dc_t, by c_{t+1}
    da_o     = tanh(c_t) o_t (1 - o_t) * dh_t
    da_i     = g_t       i_t (1 - i_t) * dc_t
    da_f     = c_{t-1}   f_t (1 - f_t) * dc_t
    da_g     = i_t       (1 - g_t^2)   * dc_t
    dc_{t-1} = f_t * dc_t                      no matrix and no squashing on this path: gradients survive here
    dh_{t-1} = W_hh^T da_t

All factors left of the stars are known after the forward pass. A few large calls compute them for a chunk of steps, and
the loop itself only multiplies. S, W and the rest of the gradient: see shared.py.

**Order of gates.** PyTorch stacks the rows as i, f, g, o. Inside they are rotated by one block to
o, i, f, g: then the three sigmoids are contiguous (o i f), and so are the three that dc feeds (i f g).

The rows of o, i and f are scaled beforehand, as the form of their sigmoids wants it: sigmoids.py.

Taught by docs/07-through-time.md.
"""

from typing import NamedTuple

import numpy as np

from ..products import in_pieces
from . import sigmoids
from .shared import (
    Array,
    Gradients,
    batch_major,
    check_arguments,
    chunks,
    computed_once,
    feature_major,
    new_state,
    pack_weights,
    pre_activation,
    rotated,
    sum_over_time,
    transposed_copy,
)


class Saved(NamedTuple):
    """What backward needs of forward."""

    state: Array  # S (T+1, H+1+D, B)
    first_row: int  # the first row of S[0] that may be nonzero
    gates: Array  # o, i, f, g of all steps (T, 4, H, B)
    cell: Array  # c_0 ... c_T (T+1, H, B)
    tanh_cell: Array  # tanh(c_1) ... tanh(c_T) (T, H, B)
    weights: Array  # W (4*H, H+1+D), rows in the order o, i, f, g


@sigmoids.without_warning
def lstm_forward(
    x: Array, h0: Array, c0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array, Array, Saved]:
    """One LSTM layer over the sequence x (B, T, D) from the states h0 and c0 (B, H).

    weight_ih (4*H, D), weight_hh (4*H, H), bias_ih and bias_hh (4*H,), gates i, f, g, o, as torch.nn.LSTM.
    Returns hidden (B, T, H), last_hidden (B, H), last_cell (B, H) and what `lstm_backward` needs.
    Raises ValueError or TypeError naming the argument whose shape or dtype does not fit.
    """
    weight_and_bias = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
    B, T, _, H = check_arguments("lstm", 4, x=x, h0=h0, c0=c0, **weight_and_bias)
    weights = rotated(pack_weights(weight_ih, weight_hh, bias_ih + bias_hh), -H)  # i f g o -> o i f g
    scaled = weights.copy()
    scaled[: 3 * H] *= sigmoids.factor()
    scaled = in_pieces(scaled, B)

    state, first_row = new_state(x, h0)
    gates = np.empty((T, 4, H, B), x.dtype)
    cell = np.empty((T + 1, H, B), x.dtype)
    tanh_cell = np.empty((T, H, B), x.dtype)
    entering = np.empty((H, B), x.dtype)
    cell[0] = c0.T
    a = gates.reshape(T, *scaled.shape[:2], B)  # the same memory, in pieces as the weights are
    for t in range(T):
        pre_activation(scaled, state, t, first_row, out=a[t])
        o, i, f, g = gates[t]
        np.tanh(g, out=g)
        sigmoids.finish(gates[t, :3])
        np.multiply(i, g, out=entering)
        np.multiply(f, cell[t], out=cell[t + 1])
        cell[t + 1] += entering
        np.tanh(cell[t + 1], out=tanh_cell[t])
        np.multiply(o, tanh_cell[t], out=state[t + 1, :H])
    saved = Saved(state, first_row, gates, cell, tanh_cell, weights)
    return batch_major(state[1:, :H]), state[T, :H].T, cell[T].T, saved


def lstm_backward(
    saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None, grad_last_cell: Array | None
) -> Gradients:
    """Walk back through time; return one function per argument of the forward that gives its gradient.

    grad_hidden (B, T, H), grad_last_hidden (B, H) and grad_last_cell (B, H) may be None, meaning zero.
    The two biases share one array. `saved` is used up.
    """
    grad_a, grad_c0 = _through_time(saved, grad_hidden, grad_last_hidden, grad_last_cell)
    H = len(grad_c0)
    weight_hh, weight_ih = saved.weights[:, :H], saved.weights[:, H + 1 :]

    @computed_once
    def of_weights() -> Array:
        return rotated(sum_over_time(grad_a, saved.state[:-1], saved.first_row), H)  # o i f g -> i f g o

    return (
        lambda: batch_major(np.matmul(weight_ih.T, grad_a)),  # x
        lambda: np.matmul(weight_hh.T, grad_a[0]).T,  # h0
        lambda: grad_c0.T,  # c0
        lambda: of_weights()[:, H + 1 :],  # weight_ih
        lambda: of_weights()[:, :H],  # weight_hh
        lambda: of_weights()[:, H],  # bias_ih
        lambda: of_weights()[:, H],  # bias_hh
    )


def _through_time(
    saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None, grad_last_cell: Array | None
) -> tuple[Array, Array]:
    """da (T, 4*H, B), in the order o, i, f, g and in the place of the gates, and dc_0 (H, B)."""
    gates = saved.gates
    T, _, H, B = gates.shape
    grad_a = gates.reshape(T, 4 * H, B)
    recurrent_weights = in_pieces(np.ascontiguousarray(saved.weights[:, :H].T), B)
    grad_h = transposed_copy(grad_last_hidden, like=saved.cell[0])
    grad_c = transposed_copy(grad_last_cell, like=saved.cell[0])
    through_weights = grad_h.reshape(*recurrent_weights.shape[:2], B)
    past_gates = np.empty_like(grad_c)
    sent = None if grad_hidden is None else feature_major(grad_hidden)
    for steps in reversed(list(chunks(0, T, gates[0].nbytes))):
        of_gates, of_cell = _factors(saved, steps)
        for t in reversed(range(steps.start, steps.stop)):
            if sent is not None:
                grad_h += sent[t]
            of_a, of_c = of_gates[t - steps.start], of_cell[t - steps.start]
            of_c *= grad_h
            grad_c += of_c
            np.multiply(gates[t, 2], grad_c, out=past_gates)
            np.multiply(of_a[0], grad_h, out=gates[t, 0])
            np.multiply(of_a[1:], grad_c, out=gates[t, 1:])
            grad_c, past_gates = past_gates, grad_c
            if t > 0:
                np.matmul(recurrent_weights, grad_a[t], out=through_weights)
    return grad_a, grad_c


def _factors(saved: Saved, steps: slice) -> tuple[Array, Array]:
    """The factors of da_o, da_i, da_f, da_g (steps, 4, H, B), and of dh in dc (steps, H, B)."""
    gates, tanh_cell = saved.gates[steps], saved.tanh_cell[steps]
    o, i, g = gates[:, 0], gates[:, 1], gates[:, 3]

    out = gates * gates
    np.subtract(gates[:, :3], out[:, :3], out=out[:, :3])  # s - s^2
    np.subtract(1, out[:, 3], out=out[:, 3])  # 1 - g^2
    out[:, 0] *= tanh_cell
    out[:, 1] *= g
    out[:, 2] *= saved.cell[steps]  # c_{t-1}: the cell array starts from c_0
    out[:, 3] *= i

    of_cell = tanh_cell * tanh_cell
    np.subtract(1, of_cell, out=of_cell)
    of_cell *= o
    return out, of_cell
