"""The tanh recurrent layer (Elman 1990, "Finding structure in time") over a whole sequence, and its gradient.

Forward, for t = 1 ... T:

    a_t = W_ih x_t + b_ih + b_hh + W_hh h_{t-1}
    h_t = tanh(a_t)

Backward, for t = T ... 1, where dh_t is what the user sent into h_t plus what came from step t+1:

    da_t     = (1 - h_t^2) * dh_t              because tanh' = 1 - tanh^2
    dh_{t-1} = W_hh^T da_t

    dW_hh = sum_t da_t h_{t-1}^T     dW_ih = sum_t da_t x_t^T     db = sum_t da_t     dx_t = W_ih^T da_t

Each step multiplies the gradient by W_hh^T and by slopes of at most 1. Over many steps it vanishes or explodes; the
gates of gru.py and lstm.py were invented to prevent that.

Arrays inside are (time, batch, features), one row per time and example. The terms without h_{t-1} are computed
for the whole sequence at once, and so is each gradient below the line: a sum over t and over the batch is a
product over T*B rows. Only the recurrence itself is sequential. A column of ones beside x_t carries the
bias through both.

Taught by docs/07-through-time.md.
"""

from typing import NamedTuple

import numpy as np

from ..products import in_pieces, sum_of_outer_products
from .shared import Array, Gradients, check_arguments, computed_once


class Saved(NamedTuple):
    """What backward needs of forward."""

    inputs: Array  # [x_t, 1] (T, B, D+1)
    hidden: Array  # h_0 ... h_T (T+1, B, H)
    first: int  # the first step with a recurrent product: 1 if h_0 is all zero, else 0
    weight_ih: Array
    weight_hh: Array


def rnn_tanh_forward(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array, Saved]:
    """One tanh layer over the sequence x (B, T, D) from the state h0 (B, H).

    weight_ih (H, D), weight_hh (H, H), bias_ih and bias_hh (H,), as torch.nn.RNN.
    Returns hidden (B, T, H), last_hidden (B, H) and what `rnn_tanh_backward` needs.
    Raises ValueError or TypeError naming the argument whose shape or dtype does not fit.
    """
    weight_and_bias = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
    B, T, D, H = check_arguments("rnn_tanh", 1, x=x, h0=h0, **weight_and_bias)
    inputs = np.empty((T, B, D + 1), x.dtype)
    inputs[:, :, :D] = x.transpose(1, 0, 2)
    inputs[:, :, D] = 1
    input_weights = np.concatenate([weight_ih.T, (bias_ih + bias_hh)[None]])

    hidden = np.empty((T + 1, B, H), x.dtype)
    hidden[0] = h0
    np.matmul(inputs, input_weights, out=hidden[1:])
    recurrent_weights = np.ascontiguousarray(weight_hh.T)
    h = in_pieces(hidden, H)
    recurrent = np.empty_like(h[0])
    first = 0 if h0.any() else 1
    for t in range(T):
        a = h[t + 1]  # holds the input's part so far; becomes h in place
        if t >= first:
            np.matmul(h[t], recurrent_weights, out=recurrent)
            a += recurrent
        np.tanh(a, out=a)
    return hidden[1:].transpose(1, 0, 2), hidden[T], Saved(inputs, hidden, first, weight_ih, weight_hh)


def rnn_tanh_backward(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> Gradients:
    """Walk back through time; return one function per argument of the forward that gives its gradient.

    grad_hidden (B, T, H) and grad_last_hidden (B, H) may be None, meaning zero. The two biases share one
    array.
    """
    inputs, hidden, first, weight_ih, weight_hh = saved
    grad_a = _through_time(saved, grad_hidden, grad_last_hidden)
    of_input_and_bias = computed_once(lambda: sum_of_outer_products(_rows(grad_a), _rows(inputs)))
    return (
        lambda: np.matmul(grad_a, weight_ih).transpose(1, 0, 2),  # x
        lambda: np.matmul(grad_a[0], weight_hh),  # h0
        lambda: of_input_and_bias()[:, :-1],  # weight_ih
        lambda: sum_of_outer_products(_rows(grad_a[first:]), _rows(hidden[first:-1])),  # weight_hh
        lambda: of_input_and_bias()[:, -1],  # bias_ih
        lambda: of_input_and_bias()[:, -1],  # bias_hh
    )


def _through_time(saved: Saved, grad_hidden: Array | None, grad_last_hidden: Array | None) -> Array:
    """da (T, B, H)."""
    h = saved.hidden[1:]
    grad_a = np.empty(h.shape, h.dtype)  # holds the slopes 1 - h^2 first; the loop multiplies each by dh in place
    np.multiply(h, h, out=grad_a)
    np.subtract(1, grad_a, out=grad_a)

    grad_h = np.zeros_like(h[0]) if grad_last_hidden is None else np.array(grad_last_hidden, order="C")
    left, product = in_pieces(grad_a, h.shape[2]), in_pieces(grad_h, h.shape[2])
    for t in reversed(range(len(h))):
        if grad_hidden is not None:
            grad_h += grad_hidden[:, t]
        grad_a[t] *= grad_h
        if t > 0:
            np.matmul(left[t], saved.weight_hh, out=product)
    return grad_a


def _rows(sequence: Array) -> Array:
    """(T, B, features) as one row per time and example, (T*B, features)."""
    return sequence.reshape(-1, sequence.shape[2])
