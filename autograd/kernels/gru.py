"""The gated recurrent unit layer (Cho et al. 2014, in the variant of cuDNN and PyTorch) and its gradient.

Forward, for t = 1 ... T:

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)      reset: how much of the past the candidate sees
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)      update: how much of the past stays
    p_t = W_hn h_{t-1} + b_hn                                 what the candidate could see of the past
    q_t = W_in x_t + b_in                                     what it sees of the input
    n_t = tanh(q_t + r_t * p_t)                               the candidate
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

Backward, for t = T ... 1. Every pre-activation's gradient is dh_t times something known after the forward pass:

    dq       = (1 - z_t) (1 - n_t^2)         * dh_t
    dp       = dq r_t
    da_r     = dq p_t r_t (1 - r_t)
    da_z     = (h_{t-1} - n_t) z_t (1 - z_t) * dh_t
    dh_{t-1} = z_t * dh_t  +  W_hn^T dp + W_hr^T da_r + W_hz^T da_z

so these factors are computed for a chunk of steps in a few large calls, and the loop needs one multiplication for all
four and one matrix product.

Order of gates. PyTorch stacks the rows as r, z, n. Inside there are four blocks, p, r, z, q (n takes q's place as soon
as it is known). In this order the two sigmoids are contiguous, and so is what h and what x feed:

          p   r   z   q
        +---+---+---+---+
        |  from h   |            rows n, r, z of W_hh, b_hh: PyTorch's r, z, n turned by one block
        +---+---+---+---+
            |  from x   |        rows r, z, n of W_ih, b_ih: PyTorch's own order
            +---+---+---+

q needs no state and is computed for all steps at once; p, r and z are one matrix product a step, W S[t], where W has
zeros for x in p. The sigmoid is 0.5 tanh(a/2) + 0.5 with the rows of r and z halved beforehand, as in lstm.py.
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
    gates: Array  # (T, 4, H, B): p, r, z, n
    weight_ih: Array  # (3*H, D), as given
    weight_hh: Array  # (3*H, H), rows in the order n, r, z


def gru_forward(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array, Saved]:
    """One GRU layer over the sequence x (B, T, D) from the state h0 (B, H).

    weight_ih (3*H, D), weight_hh (3*H, H), bias_ih and bias_hh (3*H,), gates r, z, n, as torch.nn.GRU.
    Returns hidden (B, T, H), last_hidden (B, H) and what `gru_backward` needs.
    Raises ValueError or TypeError naming the argument whose shape or dtype does not fit.
    """
    B, T, _, H = check_arguments(
        "gru", 3, x=x, h0=h0, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )
    weights, candidate_weights = _pack(weight_ih, weight_hh, bias_ih, bias_hh)
    recurrent = weights[:, :H].copy()
    weights[H:] *= 0.5

    state = new_state(x, h0)
    gates = allocate((T, 4, H, B), x.dtype)
    scratch = np.empty((H, B), x.dtype)
    np.matmul(candidate_weights, state[:T, H:], out=gates[:, 3])
    for t in range(T):
        np.matmul(weights, state[t], out=gates[t, :3].reshape(3 * H, B))
        sigmoids = gates[t, 1:3]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        p, r, z, n = gates[t]
        np.multiply(r, p, out=scratch)
        n += scratch
        np.tanh(n, out=n)
        h = state[t + 1, :H]
        np.subtract(state[t, :H], n, out=h)  # h_t = n + z (h_{t-1} - n)
        h *= z
        h += n
    return batch_major(state[1:, :H]), state[T, :H].T, Saved(state, gates, weight_ih, recurrent)


def _pack(weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array) -> tuple[Array, Array]:
    """[W_hh | bias | W_ih] (3*H, H+1+D) of the blocks p, r, z, and [b_in | W_in] (H, 1+D) of q."""
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
    state, gates, weight_ih, weight_hh = saved
    T, _, H, B = gates.shape
    factors, grad_h = _through_time(saved, grad_hidden, grad_last_hidden)
    from_h = factors[:, :3].reshape(T, 3 * H, B)
    from_x = factors[:, 1:].reshape(T, 3 * H, B)
    grad_of_h = computed_once(lambda: np.roll(sum_over_time(from_h, state[:-1, : H + 1]), -H, axis=0))  # [W_hh | b_hh]
    grad_of_x = computed_once(lambda: sum_over_time(from_x, state[:-1, H:]))  # [b_ih | W_ih]
    return (
        lambda: batch_major(weight_ih.T @ from_x),  # x
        lambda: (weight_hh.T @ from_h[0] + gates[0, 2] * grad_h).T,  # h0
        lambda: grad_of_x()[:, 1:],  # weight_ih
        lambda: grad_of_h()[:, :H],  # weight_hh
        lambda: grad_of_x()[:, 0],  # bias_ih
        lambda: grad_of_h()[:, H],  # bias_hh
    )


def _through_time(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> tuple[Array, Array]:
    """dp, da_r, da_z, dq (T, 4, H, B), and dh_1 (H, B)."""
    _, gates, _, weight_hh = saved
    T, _, H, B = gates.shape
    grad_a = allocate(gates.shape, gates.dtype)  # first the factors; the loop then multiplies each step by dh in place
    recurrent = np.ascontiguousarray(weight_hh.T)
    grad_h = start_of_backward(grad_last_hidden, like=gates[0, 0])
    through_gates = np.empty_like(grad_h)
    sent = None if grad_hidden is None else feature_major(grad_hidden)
    for run in reversed(list(chunks(T, gates[0].nbytes))):
        _factors(saved, slice(run.start, run.stop), out=grad_a)
        for t in reversed(run):
            if sent is not None:
                grad_h += sent[t]
            grad_a[t] *= grad_h
            if t:
                np.matmul(recurrent, grad_a[t, :3].reshape(3 * H, B), out=through_gates)
                grad_h *= gates[t, 2]
                grad_h += through_gates
    return grad_a, grad_h


def _factors(saved: Saved, steps: slice, out: Array) -> None:
    """Write what multiplies dh in dp, da_r, da_z and dq into out[steps]."""
    state, gates = saved.state[steps], saved.gates[steps]
    p, r, z, n = (gates[:, block] for block in range(4))
    to_p, to_r, to_z, to_q = (out[steps, block] for block in range(4))
    H = p.shape[1]

    np.multiply(n, n, out=to_p)
    np.subtract(1, to_p, out=to_p)
    np.subtract(1, z, out=to_q)
    to_q *= to_p  # (1 - z) (1 - n^2)
    np.multiply(to_q, r, out=to_p)

    sigmoids, slopes = gates[:, 1:3], out[steps, 1:3]
    np.multiply(sigmoids, sigmoids, out=slopes)
    np.subtract(sigmoids, slopes, out=slopes)  # r (1 - r) and z (1 - z)
    to_r *= p
    to_r *= to_q
    to_z *= state[:, :H] - n
