"""The recurrent layers written as slowly and obviously as the formulas: what the fast kernels are held to.

One step after the other, (batch, features) arrays, PyTorch's gate order, nothing prepared and nothing saved.
"""

import numpy as np

Array = np.ndarray


def sigmoid(a: Array) -> Array:
    """1 / (1 + exp(-a)), written as tanh so that it cannot overflow."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def rnn_tanh_reference(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array]:
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh); returns hidden (B, T, H) and last_hidden (B, H)."""
    h, hidden = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)
        hidden.append(h)
    return np.stack(hidden, axis=1), h


def lstm_reference(
    x: Array, h0: Array, c0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array, Array]:
    """The equations of lstm.py; returns hidden (B, T, H), last_hidden (B, H) and last_cell (B, H)."""
    h, c, hidden = h0, c0, []
    for t in range(x.shape[1]):
        a = x[:, t] @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
        a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)
        c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
        h = sigmoid(a_o) * np.tanh(c)
        hidden.append(h)
    return np.stack(hidden, axis=1), h, c


def gru_reference(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Array]:
    """The equations of gru.py; returns hidden (B, T, H) and last_hidden (B, H)."""
    h, hidden = h0, []
    for t in range(x.shape[1]):
        from_x = np.split(x[:, t] @ weight_ih.T + bias_ih, 3, axis=1)
        from_h = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
        r = sigmoid(from_x[0] + from_h[0])
        z = sigmoid(from_x[1] + from_h[1])
        n = np.tanh(from_x[2] + r * from_h[2])
        h = (1 - z) * n + z * h
        hidden.append(h)
    return np.stack(hidden, axis=1), h
