"""The recurrent layers in ordinary ops, step by step: the engine finds their gradients, which the fused ops must equal.

A cell is one step in time, ``*_cell``; a layer carries its state along the sequence, ``*_steps``. The layers take and
give exactly what `autograd.rnn_tanh`, `autograd.lstm` and `autograd.gru` do, gradients included, and are many times
slower: each step adds about ten nodes to the graph.

Sizes: B batch, T time, D features, H hidden. Weights hold the gates' rows one below the other, in PyTorch's order.
"""

from .functional import sigmoid, stack, tanh
from .tensor import Tensor


def rnn_tanh_cell(x_t, h, weight_ih, weight_hh, bias_ih, bias_hh) -> Tensor:
    """The next state of a simple recurrent cell (Elman 1990): x_t (B, D), h (B, H) -> (B, H)."""
    return tanh(x_t @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)


def lstm_cell(x_t, h, c, weight_ih, weight_hh, bias_ih, bias_hh) -> tuple[Tensor, Tensor]:
    """The next hidden and cell state of long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000)."""
    a = x_t @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    a_i, a_f, a_g, a_o = _rows_of_gates(a, 4)
    enter, keep, candidate, show = sigmoid(a_i), sigmoid(a_f), tanh(a_g), sigmoid(a_o)
    c = keep * c + enter * candidate
    return show * tanh(c), c


def gru_cell(x_t, h, weight_ih, weight_hh, bias_ih, bias_hh) -> Tensor:
    """The next state of a gated recurrent unit (Cho et al. 2014, reset after the product, as cuDNN and PyTorch)."""
    x_r, x_z, x_n = _rows_of_gates(x_t @ weight_ih.T + bias_ih, 3)
    h_r, h_z, h_n = _rows_of_gates(h @ weight_hh.T + bias_hh, 3)
    reset, keep = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    candidate = tanh(x_n + reset * h_n)
    return (1 - keep) * candidate + keep * h


def rnn_tanh_steps(x, h0, weight_ih, weight_hh, bias_ih, bias_hh) -> tuple[Tensor, Tensor]:
    """A simple recurrent layer: x (B, T, D), h0 (B, H) -> all hidden states (B, T, H) and the last (B, H)."""
    h, hidden = h0, []
    for t in range(x.shape[1]):
        h = rnn_tanh_cell(x[:, t], h, weight_ih, weight_hh, bias_ih, bias_hh)
        hidden.append(h)
    return stack(hidden, axis=1), h


def lstm_steps(x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh) -> tuple[Tensor, Tensor, Tensor]:
    """An LSTM layer: x (B, T, D), h0, c0 (B, H) -> hidden states (B, T, H), the last (B, H), the last cell (B, H)."""
    h, c, hidden = h0, c0, []
    for t in range(x.shape[1]):
        h, c = lstm_cell(x[:, t], h, c, weight_ih, weight_hh, bias_ih, bias_hh)
        hidden.append(h)
    return stack(hidden, axis=1), h, c


def gru_steps(x, h0, weight_ih, weight_hh, bias_ih, bias_hh) -> tuple[Tensor, Tensor]:
    """A GRU layer: x (B, T, D), h0 (B, H) -> all hidden states (B, T, H) and the last (B, H)."""
    h, hidden = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, weight_ih, weight_hh, bias_ih, bias_hh)
        hidden.append(h)
    return stack(hidden, axis=1), h


def _rows_of_gates(a, gates):
    """Cut (B, gates*H) into one (B, H) per gate."""
    H = a.shape[1] // gates
    return [a[:, k * H : (k + 1) * H] for k in range(gates)]
