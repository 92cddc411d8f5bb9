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
    da_z     = (h_{t-1} - n_t) z_t (1 - z_t) * dh_t    where (h_{t-1} - n_t) z_t = h_t - n_t
    dh_{t-1} = z_t * dh_t  +  W_hn^T dp + W_hr^T da_r + W_hz^T da_z

A few large calls compute the factors for a chunk of steps. The loop needs one multiplication for all four, and one
matrix product. S, W and the rest of the gradient: see shared.py.

**Order of gates.** PyTorch stacks the rows as r, z, n. Inside there are four blocks, p, r, z, q (n takes
q's place as soon as it is known). So the two sigmoids are contiguous, what h feeds too,
and what x feeds too:

      p   r   z   q
    +-----------+
    |  from h   |          rows n, r, z of W_hh and b_hh: PyTorch's r, z, n rotated by one block
    +---+-------+---+
        |  from x   |      rows r, z, n of W_ih and b_ih: PyTorch's own order
        +-----------+

q does not depend on the state, and is computed for all steps at once. p, r and z are one product a step, W S[t], where
W has zeros for x in the rows of p. The rows of r and z are scaled beforehand, as the form of their sigmoids wants it:
sigmoids.py.

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
    gates: Array  # p, r, z, n of all steps (T, 4, H, B)
    weight_ih: Array  # (3*H, D), rows in the order r, z, n
    weight_hh: Array  # (3*H, H), rows in the order n, r, z


@sigmoids.without_warning
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
    weights[H:] *= sigmoids.factor()
    weights = in_pieces(weights, B)

    state, first_row = new_state(x, h0)
    gates = np.empty((T, 4, H, B), x.dtype)
    seen = np.empty((H, B), x.dtype)
    np.matmul(candidate_weights, state[:T, H:], out=gates[:, 3])  # q of all steps
    a = gates[:, :3].reshape(T, *weights.shape[:2], B)  # the same memory, in pieces as the weights are
    for t in range(T):
        pre_activation(weights, state, t, first_row, out=a[t])
        sigmoids.finish(gates[t, 1:3])
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
    weights = rotated(pack_weights(weight_ih, weight_hh, bias_ih + bias_hh), -H)  # r z n -> n r z
    candidate_weights = weights[:H, H:].copy()
    candidate_weights[:, 0] = bias_ih[2 * H :]
    weights[:H, H] = bias_hh[2 * H :]
    weights[:H, H + 1 :] = 0
    return weights, candidate_weights


def gru_backward(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> Gradients:
    """Walk back through time; return one function per argument of the forward that gives its gradient.

    grad_hidden (B, T, H) and grad_last_hidden (B, H) may be None, meaning zero. `saved` is used up.
    """
    state, first_row, _, weight_ih, weight_hh = saved
    grad_blocks, past_gates = _through_time(saved, grad_hidden, grad_last_hidden)
    T, _, H, B = grad_blocks.shape
    from_h = grad_blocks[:, :3].reshape(T, 3 * H, B)
    from_x = grad_blocks[:, 1:].reshape(T, 3 * H, B)

    @computed_once
    def of_hidden_weights() -> Array:  # [ dW_hh | db_hh ]
        return rotated(sum_over_time(from_h, state[:-1, : H + 1], first_row), H)  # n r z -> r z n

    @computed_once
    def of_input_weights() -> Array:  # [ db_ih | dW_ih ]
        return sum_over_time(from_x, state[:-1, H:])

    return (
        lambda: batch_major(np.matmul(weight_ih.T, from_x)),  # x
        lambda: (np.matmul(weight_hh.T, from_h[0]) + past_gates).T,  # h0
        lambda: of_input_weights()[:, 1:],  # weight_ih
        lambda: of_hidden_weights()[:, :H],  # weight_hh
        lambda: of_input_weights()[:, 0],  # bias_ih
        lambda: of_hidden_weights()[:, H],  # bias_hh
    )


def _through_time(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> tuple[Array, Array]:
    """dp, da_r, da_z, dq (T, 4, H, B), in the place of the gates, and z_1 * dh_1 (H, B)."""
    gates = saved.gates
    T, _, H, B = gates.shape
    recurrent_weights = in_pieces(np.ascontiguousarray(saved.weight_hh.T), B)
    from_h = gates[:, :3].reshape(T, 3 * H, B)
    grad_h = transposed_copy(grad_last_hidden, like=gates[0, 0])
    through_weights = grad_h.reshape(*recurrent_weights.shape[:2], B)
    past_gates = np.empty_like(grad_h)
    sent = None if grad_hidden is None else feature_major(grad_hidden)
    for steps in reversed(list(chunks(0, T, gates[0].nbytes))):
        factors = _factors(saved, steps)
        for t in reversed(range(steps.start, steps.stop)):
            if sent is not None:
                grad_h += sent[t]
            np.multiply(gates[t, 2], grad_h, out=past_gates)
            np.multiply(factors[t - steps.start], grad_h, out=gates[t])
            if t > 0:
                np.matmul(recurrent_weights, from_h[t], out=through_weights)
                grad_h += past_gates
    return gates, past_gates


def _factors(saved: Saved, steps: slice) -> Array:
    """The factors of dp, da_r, da_z, dq (steps, 4, H, B)."""
    gates = saved.gates[steps]
    p, r, _, n = (gates[:, block] for block in range(4))
    h = saved.state[steps.start + 1 : steps.stop + 1, : n.shape[1]]
    factors = np.empty_like(gates)
    of_p, of_r, of_z, of_q = (factors[:, block] for block in range(4))

    np.subtract(1, gates[:, 1:3], out=factors[:, 1:3])  # 1 - r and 1 - z
    np.multiply(n, n, out=of_q)
    np.subtract(1, of_q, out=of_q)
    of_q *= of_z
    np.multiply(of_q, r, out=of_p)
    of_r *= p
    of_r *= of_p
    of_z *= h - n
    return factors
