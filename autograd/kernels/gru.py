"""The gated recurrent unit layer over a whole sequence, and its gradient.

Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", in the variant of cuDNN and
PyTorch (b_hn inside the product with r). Forward, for t = 1 ... T:

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)      reset: how much of the past the candidate sees
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)      update: how much of the past stays
    p_t = W_hn h_{t-1} + b_hn                                 what the candidate could see of the past
    q_t = W_in x_t + b_in                                     what it sees of the input
    n_t = tanh(q_t + r_t * p_t)                               the candidate
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

Backward, for t = T ... 1. All four gradients are dh_t times a factor that is known after the forward pass:

    dq       = (1 - z_t) (1 - n_t^2)         * dh_t
    dp       = (1 - z_t) (1 - n_t^2) r_t     * dh_t
    da_r     = (1 - z_t) (1 - n_t^2) p_t r_t (1 - r_t) * dh_t
    da_z     = (h_{t-1} - n_t) z_t (1 - z_t) * dh_t
    dh_{t-1} = z_t * dh_t  +  W_hn^T dp + W_hr^T da_r + W_hz^T da_z

The factors are computed for a chunk of steps in a few large calls; the loop needs one multiplication for
all four, and one matrix product. S, W and the rest of the gradient: see recurrent.py.

**Order of gates.** PyTorch stacks the rows as r, z, n. Inside there are four blocks, p, r, z, q (n takes
q's place as soon as it is known). So the two sigmoids are contiguous, what h feeds too,
and what x feeds too:

      p   r   z   q
    +-----------+
    |  from h   |          rows n, r, z of W_hh and b_hh: PyTorch's r, z, n turned by one block
    +---+-------+---+
        |  from x   |      rows r, z, n of W_ih and b_ih: PyTorch's own order
        +-----------+

q needs no state and is computed for all steps at once. p, r and z are one product a step, W S[t], where W
has zeros for x in the rows of p. The sigmoids are tanh with the rows of r and z halved beforehand, as in
lstm.py.
"""

from typing import NamedTuple

import numpy as np

from .products import in_pieces
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
    pre_activation,
    sum_over_time,
    transposed_copy,
)


class Saved(NamedTuple):
    """What backward needs of forward."""

    state: Array  # S (T+1, H+1+D, B)
    first_row: int  # the first row of S[0] that is not known to be 0
    gates: Array  # p, r, z, n of all steps (T, 4, H, B)
    weight_ih: Array  # (3*H, D), rows in the order r, z, n
    weight_hh: Array  # (3*H, H), rows in the order n, r, z


def gru_forward(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array, Saved]:
    """One GRU layer over the sequence x (B, T, D) from the state h0 (B, H).

    weight_ih (3*H, D), weight_hh (3*H, H), bias_ih and bias_hh (3*H,), gates r, z, n, as torch.nn.GRU.
    Returns hidden (B, T, H), last_hidden (B, H) and what `gru_backward` needs.
    Raises ValueError or TypeError naming the argument whose shape or dtype does not fit.
    """
    weight_and_bias = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
    B, T, _, H = check_arguments("gru", 3, x=x, h0=h0, **weight_and_bias)
    weights, candidate_weights = _pack(**weight_and_bias)
    recurrent_weights = weights[:, :H].copy()
    weights[H:] *= 0.5
    weights = in_pieces(weights, B)

    state, first_row = new_state(x, h0)
    gates = allocate((T, 4, H, B), x.dtype)
    seen = np.empty((H, B), x.dtype)
    np.matmul(candidate_weights, state[:T, H:], out=gates[:, 3])  # q of all steps
    for t in range(T):
        pre_activation(weights, state, t, first_row, out=gates[t, :3].reshape(3 * H, B))
        sigmoids = gates[t, 1:3]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        p, r, z, n = gates[t]
        np.multiply(r, p, out=seen)
        n += seen
        np.tanh(n, out=n)
        h = state[t + 1, :H]
        np.subtract(state[t, :H], n, out=h)  # h_t = n + z (h_{t-1} - n)
        h *= z
        h += n
    saved = Saved(state, first_row, gates, weight_ih, recurrent_weights)
    return batch_major(state[1:, :H]), state[T, :H].T, saved


def _pack(weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array) -> tuple[Array, Array]:
    """W of the blocks p, r, z (3*H, H+1+D), to meet [h; 1; x_t], and of q (H, 1+D), to meet [1; x_t]."""
    H = weight_hh.shape[1]
    weights = np.roll(pack_weights(weight_ih, weight_hh, bias_ih + bias_hh), H, axis=0)
    candidate_weights = weights[:H, H:].copy()
    candidate_weights[:, 0] = bias_ih[2 * H :]
    weights[:H, H] = bias_hh[2 * H :]
    weights[:H, H + 1 :] = 0
    return weights, candidate_weights


def gru_backward(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> Gradients:
    """Walk back through time; return one function per argument of the forward that gives its gradient.

    grad_hidden (B, T, H) and grad_last_hidden (B, H) may be None, meaning zero.
    """
    state, first_row, gates, weight_ih, weight_hh = saved
    grad_blocks, grad_h = _through_time(saved, grad_hidden, grad_last_hidden)
    T, _, H, B = gates.shape
    from_h = grad_blocks[:, :3].reshape(T, 3 * H, B)
    from_x = grad_blocks[:, 1:].reshape(T, 3 * H, B)

    @computed_once
    def of_hidden_weights() -> Array:  # [ dW_hh | db_hh ]
        return np.roll(sum_over_time(from_h, state[:-1, : H + 1], first_row), -H, axis=0)  # n r z -> r z n

    @computed_once
    def of_input_weights() -> Array:  # [ db_ih | dW_ih ]
        return sum_over_time(from_x, state[:-1, H:])

    return (
        lambda: batch_major(weight_ih.T @ from_x),  # x
        lambda: (weight_hh.T @ from_h[0] + gates[0, 2] * grad_h).T,  # h0
        lambda: of_input_weights()[:, 1:],  # weight_ih
        lambda: of_hidden_weights()[:, :H],  # weight_hh
        lambda: of_input_weights()[:, 0],  # bias_ih
        lambda: of_hidden_weights()[:, H],  # bias_hh
    )


def _through_time(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> tuple[Array, Array]:
    """dp, da_r, da_z, dq (T, 4, H, B), and dh_1 (H, B)."""
    gates = saved.gates
    T, _, H, B = gates.shape
    grad_a = allocate(gates.shape, gates.dtype)  # first the factors; the loop multiplies each step by dh in place
    recurrent_weights = in_pieces(np.ascontiguousarray(saved.weight_hh.T), B)
    grad_h = transposed_copy(grad_last_hidden, like=gates[0, 0])
    through_weights = np.empty((len(recurrent_weights), H // len(recurrent_weights), B), gates.dtype)
    sent = None if grad_hidden is None else feature_major(grad_hidden)
    for steps in reversed(list(chunks(0, T, gates[0].nbytes))):
        _factors(saved, steps, out=grad_a[steps])
        for t in reversed(range(steps.start, steps.stop)):
            if sent is not None:
                grad_h += sent[t]
            grad_a[t] *= grad_h
            if t > 0:
                np.matmul(recurrent_weights, grad_a[t, :3].reshape(3 * H, B), out=through_weights)
                grad_h *= gates[t, 2]
                grad_h += through_weights.reshape(H, B)
    return grad_a, grad_h


def _factors(saved: Saved, steps: slice, out: Array) -> None:
    """Write the factors of dp, da_r, da_z, dq into out (steps, 4, H, B)."""
    gates = saved.gates[steps]
    H = gates.shape[2]
    p, r, z, n = (gates[:, block] for block in range(4))
    of_p, of_r, of_z, of_q = (out[:, block] for block in range(4))

    np.multiply(n, n, out=of_p)
    np.subtract(1, of_p, out=of_p)
    np.subtract(1, z, out=of_q)
    of_q *= of_p  # (1 - z) (1 - n^2)
    np.multiply(of_q, r, out=of_p)

    sigmoids, slopes = gates[:, 1:3], out[:, 1:3]
    np.multiply(sigmoids, sigmoids, out=slopes)
    np.subtract(sigmoids, slopes, out=slopes)  # r (1 - r) and z (1 - z)
    of_r *= p
    of_r *= of_q
    of_z *= saved.state[steps, :H] - n  # h_{t-1} - n_t: the state array starts from h_0
