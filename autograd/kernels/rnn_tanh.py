"""The tanh recurrent layer (Elman 1990, "Finding structure in time") over a whole sequence, and its gradient.

Forward, for t = 1 ... T (S, W and the sizes as in recurrent.py):

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh  =  W S[t-1]
    h_t = tanh(a_t)

Backward, for t = T ... 1, with dh_t = (gradient sent into h_t by the user) + (what came from step t+1):

    da_t     = (1 - h_t^2) * dh_t              because tanh' = 1 - tanh^2
    dh_{t-1} = W_hh^T da_t

then dW = sum_t da_t S[t-1]^T and dx_t = W_ih^T da_t. A gradient passes W_hh^T once per step: its size is multiplied
again and again by similar factors, so that over long sequences it vanishes or explodes. That is what the gates of
gru.py and lstm.py were invented against.
"""

from typing import NamedTuple

import numpy as np

from .recurrent import (
    Array,
    Gradients,
    allocate,
    batch_major,
    check_arguments,
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
    weights: Array  # W (H, H+1+D)


def rnn_tanh_forward(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array, Saved]:
    """One tanh layer over the sequence x (B, T, D) from the state h0 (B, H).

    weight_ih (H, D), weight_hh (H, H), bias_ih and bias_hh (H,), as torch.nn.RNN.
    Returns hidden (B, T, H), last_hidden (B, H) and what `rnn_tanh_backward` needs.
    Raises ValueError or TypeError naming the argument whose shape or dtype does not fit.
    """
    _, T, _, H = check_arguments(
        "rnn_tanh", 1, x=x, h0=h0, weight_ih=weight_ih, weight_hh=weight_hh, bias_ih=bias_ih, bias_hh=bias_hh
    )
    state = new_state(x, h0)
    weights = pack_weights(weight_ih, weight_hh, bias_ih + bias_hh)
    for t in range(T):
        h = state[t + 1, :H]
        np.matmul(weights, state[t], out=h)
        np.tanh(h, out=h)
    return batch_major(state[1:, :H]), state[T, :H].T, Saved(state, weights)


def rnn_tanh_backward(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> Gradients:
    """Walk back through time; return one function per argument of the forward that gives its gradient.

    grad_hidden (B, T, H) and grad_last_hidden (B, H) may be None, meaning zero.
    """
    state, weights = saved
    H = len(weights)
    grad_a = _through_time(saved, grad_hidden, grad_last_hidden)
    grad_weights = computed_once(lambda: sum_over_time(grad_a, state[:-1]))
    return (
        lambda: batch_major(weights[:, H + 1 :].T @ grad_a),  # x
        lambda: (weights[:, :H].T @ grad_a[0]).T,  # h0
        lambda: grad_weights()[:, H + 1 :],  # weight_ih
        lambda: grad_weights()[:, :H],  # weight_hh
        lambda: grad_weights()[:, H],  # bias_ih
        lambda: grad_weights()[:, H],  # bias_hh
    )


def _through_time(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> Array:
    """da (T, H, B)."""
    state, weights = saved
    H, T = len(weights), len(state) - 1
    h = state[1:, :H]
    grad_a = allocate(h.shape, h.dtype)  # first the slopes 1 - h^2; the loop then multiplies each by its dh in place
    np.multiply(h, h, out=grad_a)
    np.subtract(1, grad_a, out=grad_a)

    recurrent = np.ascontiguousarray(weights[:, :H].T)
    grad_h = start_of_backward(grad_last_hidden, like=h[0])
    sent = None if grad_hidden is None else feature_major(grad_hidden)
    for t in reversed(range(T)):
        if sent is not None:
            grad_h += sent[t]
        grad_a[t] *= grad_h
        if t:
            np.matmul(recurrent, grad_a[t], out=grad_h)
    return grad_a
