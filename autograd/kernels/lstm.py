"""The long short-term memory layer (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000) and its gradient.

Forward, for t = 1 ... T. The H rows per gate of a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh go through

    i_t = sigmoid(a_i)      how much of the candidate enters the cell
    f_t = sigmoid(a_f)      how much of the old cell stays
    g_t = tanh(a_g)         the candidate
    o_t = sigmoid(a_o)      how much of the cell is shown
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backward, for t = T ... 1, carrying dh and dc. With s' = s (1 - s) for sigmoids and 1 - s^2 for tanh:

    dc_t += o_t (1 - tanh(c_t)^2) * dh_t       h_t = o_t tanh(c_t), added to what came from step t+1
    da_o  = tanh(c_t) o_t (1 - o_t) * dh_t
    da_i  = g_t       i_t (1 - i_t) * dc_t
    da_f  = c_{t-1}   f_t (1 - f_t) * dc_t
    da_g  = i_t       (1 - g_t^2)   * dc_t
    dc_{t-1} = f_t * dc_t                      no matrix and no squashing on this path: gradients survive here
    dh_{t-1} = W_hh^T da_t

Everything left of the stars is known after the forward pass. It is computed for a chunk of steps in a few large calls,
and the loop itself only multiplies.

Order of gates. PyTorch stacks the rows as i, f, g, o. Inside we turn them by one block to o, i, f, g: then the three
sigmoids are contiguous (o i f), and so are the three that dc feeds (i f g). The sigmoid is 0.5 tanh(a/2) + 0.5, which
cannot overflow; with the rows of o, i, f halved beforehand (exact in binary) one tanh call serves all four gates.
"""

from typing import NamedTuple

import numpy as np

from .recurrent import (
    Array,
    Gradients,
    allocate,
    batch_major,
    check_arguments,
    chunks,
    computed_once,
    feature_major,
    new_state,
    pack_weights,
    start_of_backward,
    sum_over_time,
)


class Saved(NamedTuple):
    """What backward needs of forward."""

    state: Array  # S (T+1, H+1+D, B)
    gates: Array  # (T, 4, H, B): o, i, f, g
    cell: Array  # c (T+1, H, B), from c_0
    tanh_cell: Array  # tanh(c_1) ... (T, H, B)
    weights: Array  # W (4*H, H+1+D), rows in the order o, i, f, g


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
    weights = np.roll(pack_weights(weight_ih, weight_hh, bias_ih + bias_hh), H, axis=0)  # i f g o -> o i f g
    halved = weights.copy()
    halved[: 3 * H] *= 0.5

    state = new_state(x, h0)
    gates = allocate((T, 4, H, B), x.dtype)
    cell = allocate((T + 1, H, B), x.dtype)
    tanh_cell = allocate((T, H, B), x.dtype)
    entering = np.empty((H, B), x.dtype)
    cell[0] = c0.T
    for t in range(T):
        np.matmul(halved, state[t], out=gates[t].reshape(4 * H, B))
        np.tanh(gates[t], out=gates[t])
        sigmoids = gates[t, :3]
        sigmoids *= 0.5
        sigmoids += 0.5
        o, i, f, g = gates[t]
        np.multiply(i, g, out=entering)
        np.multiply(f, cell[t], out=cell[t + 1])
        cell[t + 1] += entering
        np.tanh(cell[t + 1], out=tanh_cell[t])
        np.multiply(o, tanh_cell[t], out=state[t + 1, :H])
    saved = Saved(state, gates, cell, tanh_cell, weights)
    return batch_major(state[1:, :H]), state[T, :H].T, cell[T].T, saved


def lstm_backward(
    saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None, grad_last_cell: Array | None
) -> Gradients:
    """Walk back through time; return one function per argument of the forward that gives its gradient.

    grad_hidden (B, T, H), grad_last_hidden (B, H) and grad_last_cell (B, H) may be None, meaning zero.
    """
    state, gates, _, _, weights = saved
    T, _, H, B = gates.shape
    factors, grad_c = _through_time(saved, grad_hidden, grad_last_hidden, grad_last_cell)
    grad_a = factors.reshape(T, 4 * H, B)
    grad_weights = computed_once(lambda: np.roll(sum_over_time(grad_a, state[:-1]), -H, axis=0))  # -> i f g o
    return (
        lambda: batch_major(weights[:, H + 1 :].T @ grad_a),  # x
        lambda: (weights[:, :H].T @ grad_a[0]).T,  # h0
        lambda: (gates[0, 2] * grad_c).T,  # c0
        lambda: grad_weights()[:, H + 1 :],  # weight_ih
        lambda: grad_weights()[:, :H],  # weight_hh
        lambda: grad_weights()[:, H],  # bias_ih
        lambda: grad_weights()[:, H],  # bias_hh
    )


def _through_time(
    saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None, grad_last_cell: Array | None
) -> tuple[Array, Array]:
    """da (T, 4, H, B) in the order o, i, f, g, and dc_1 (H, B)."""
    _, gates, cell, _, weights = saved
    T, _, H, B = gates.shape
    grad_a = allocate(gates.shape, gates.dtype)  # first the factors; the loop then multiplies each step in place
    recurrent = np.ascontiguousarray(weights[:, :H].T)
    grad_h = start_of_backward(grad_last_hidden, like=cell[0])
    grad_c = start_of_backward(grad_last_cell, like=cell[0])
    sent = None if grad_hidden is None else feature_major(grad_hidden)
    for run in reversed(list(chunks(T, gates[0].nbytes))):
        h_to_c = _factors(saved, slice(run.start, run.stop), out=grad_a)
        for t in reversed(run):
            if sent is not None:
                grad_h += sent[t]
            reaching = h_to_c[t - run.start]
            reaching *= grad_h
            grad_c += reaching
            grad_a[t, 0] *= grad_h
            grad_a[t, 1:] *= grad_c
            if t:
                grad_c *= gates[t, 2]
                np.matmul(recurrent, grad_a[t].reshape(4 * H, B), out=grad_h)
    return grad_a, grad_c


def _factors(saved: Saved, steps: slice, out: Array) -> Array:
    """Write what multiplies dh (block o) and dc (blocks i, f, g) into out[steps]; return that from dh to dc."""
    _, gates, cell, tanh_cell, _ = saved
    gates, tanh_cell, factors = gates[steps], tanh_cell[steps], out[steps]
    o, i, g = gates[:, 0], gates[:, 1], gates[:, 3]

    np.multiply(gates, gates, out=factors)
    np.subtract(gates[:, :3], factors[:, :3], out=factors[:, :3])  # s - s^2
    np.subtract(1, factors[:, 3], out=factors[:, 3])  # 1 - g^2
    factors[:, 0] *= tanh_cell
    factors[:, 1] *= g
    factors[:, 2] *= cell[steps]
    factors[:, 3] *= i

    h_to_c = tanh_cell * tanh_cell
    np.subtract(1, h_to_c, out=h_to_c)
    h_to_c *= o
    return h_to_c
