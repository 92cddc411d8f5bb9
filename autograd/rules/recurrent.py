"""Recurrent layers, each one op over a whole sequence.

One op per layer in place of about ten per step: the graph has one node in place of 10 T, and no step builds a graph. To
read first: the loops in ``autograd/kernels/plain.py``, and the same layers in ordinary ops in ``autograd/cells.py``.
The fast array code is in ``autograd/kernels/recurrent/``.

Sizes: B batch, T time, D features, H hidden. Weights and gates as PyTorch's. All arguments are differentiable, and so
are all results; the backward pass walks through time once for all of them.

Taught by docs/07-through-time.md.
"""

from ..kernels.recurrent.gru import gru_backward, gru_forward
from ..kernels.recurrent.lstm import lstm_backward, lstm_forward
from ..kernels.recurrent.rnn_tanh import rnn_tanh_backward, rnn_tanh_forward
from .registry import rule, vjps_of


@rule
def rnn_tanh(x, h0, weight_ih, weight_hh, bias_ih, bias_hh):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh) for t = 1 ... T.

    x (B, T, D), h0 (B, H), weight_ih (H, D), weight_hh (H, H), bias_ih (H,), bias_hh (H,)
    -> all hidden states (B, T, H) and the last one (B, H).

    Backward: with da_t = (1 - h_t^2) dh_t, dh_{t-1} = W_hh^T da_t and what the loss sends there; weights and biases sum
    their shares of all steps. Source: Elman (1990).
    """
    hidden, last_hidden, saved = rnn_tanh_forward(x, h0, weight_ih, weight_hh, bias_ih, bias_hh)
    return (hidden, last_hidden.copy()), *vjps_of(lambda g: rnn_tanh_backward(saved, *g), 6)


@rule
def lstm(x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh):
    """c_t = f_t c_{t-1} + i_t g_t and h_t = o_t tanh(c_t), with gates i, f, o and candidate g from x_t and h_{t-1}.

    x (B, T, D), h0 and c0 (B, H), weight_ih (4H, D), weight_hh (4H, H), bias_ih (4H,), bias_hh (4H,), rows i, f, g, o
    -> all hidden states (B, T, H), the last one (B, H) and the last cell state (B, H).

    Backward: dc_t += o_t (1 - tanh(c_t)^2) dh_t, dc_{t-1} = f_t dc_t and dh_{t-1} = W_hh^T da_t; the gates' da_t in
    ``kernels/recurrent/lstm.py``. Source: Hochreiter and Schmidhuber (1997), forget gate of Gers et al. (2000).
    """
    hidden, last_hidden, last_cell, saved = lstm_forward(x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh)
    return (hidden, last_hidden.copy(), last_cell.copy()), *vjps_of(lambda g: lstm_backward(saved, *g), 7)


@rule
def gru(x, h0, weight_ih, weight_hh, bias_ih, bias_hh):
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, with update gate z and candidate n from x_t and the reset part of h_{t-1}.

    x (B, T, D), h0 (B, H), weight_ih (3H, D), weight_hh (3H, H), bias_ih (3H,), bias_hh (3H,), rows r, z, n
    -> all hidden states (B, T, H) and the last one (B, H).

    Backward: dh_{t-1} = z_t dh_t + W_hh^T da_t; the gates' da_t in ``kernels/recurrent/gru.py``.
    Source: Cho et al. (2014).
    """
    hidden, last_hidden, saved = gru_forward(x, h0, weight_ih, weight_hh, bias_ih, bias_hh)
    return (hidden, last_hidden.copy()), *vjps_of(lambda g: gru_backward(saved, *g), 6)
