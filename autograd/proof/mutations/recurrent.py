"""Broken back-propagation through time: gates exchanged, paths cut, the wrong step, a matrix not transposed.

Each layer's backward pass is written step by step, as in its kernel's docstring. The argument `bug` names the mistake
to make. Without it the backward pass is right; a test guards this.
"""

from functools import partial

import numpy as np

from ...kernels.logistic import sigmoid
from .mutant import Mutant, rewritten


def _sent(gradients, shape):
    """The incoming gradients of all hidden states (B, T, H) and of the last states, with None replaced by 0."""
    every, *last = gradients
    batch, _, hidden = shape
    return (
        np.zeros(shape) if every is None else every,
        *[np.zeros((batch, hidden)) if g is None else g for g in last],
    )


def rnn_tanh(gradients, x, h0, weight_ih, weight_hh, bias_ih, bias_hh, bug=None):
    """The gradients of all arguments."""
    steps = range(x.shape[1])
    h = [h0]
    for t in steps:
        h.append(np.tanh(x[:, t] @ weight_ih.T + bias_ih + h[-1] @ weight_hh.T + bias_hh))
    every, dh = _sent(gradients, (*x.shape[:2], h0.shape[1]))
    if bug == "last state not counted":
        dh = 0 * dh
    dx, dw_ih, dw_hh, db = np.zeros_like(x), np.zeros_like(weight_ih), np.zeros_like(weight_hh), np.zeros_like(bias_ih)
    for t in reversed(steps):
        dh = dh + every[:, t]
        da = dh if bug == "tanh' forgotten" else dh * (1 - h[t + 1] ** 2)
        dx[:, x.shape[1] - 1 - t if bug == "time reversed" else t] = da @ weight_ih
        dw_ih += da.T @ x[:, t]
        dw_hh += da.T @ h[t + 1 if bug == "the state after, not before" else t]
        if bug != "bias of the last step alone" or t == steps[-1]:
            db += da.sum(0)
        dh = da @ (weight_hh.T if bug == "matrix not transposed" else weight_hh)
        if bug == "steps cut apart":
            dh = 0 * dh
    return dx, dh, dw_ih, dw_hh, db, db


def lstm(gradients, x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh, bug=None):
    """The gradients of all arguments; gates in the order i, f, g, o."""
    steps = range(x.shape[1])
    h, c, gates = [h0], [c0], []
    for t in steps:
        a = np.split(x[:, t] @ weight_ih.T + bias_ih + h[-1] @ weight_hh.T + bias_hh, 4, axis=1)
        i, f, g, o = sigmoid(a[0]), sigmoid(a[1]), np.tanh(a[2]), sigmoid(a[3])
        gates.append((i, f, g, o))
        c.append(f * c[-1] + i * g)
        h.append(o * np.tanh(c[-1]))
    every, dh, dc = _sent(gradients, (*x.shape[:2], h0.shape[1]))
    if bug == "last cell not counted":
        dc = 0 * dc
    dx, dw_ih, dw_hh, db = np.zeros_like(x), np.zeros_like(weight_ih), np.zeros_like(weight_hh), np.zeros_like(bias_ih)
    for t in reversed(steps):
        i, f, g, o = gates[t]
        shown = np.tanh(c[t + 1])
        dh = dh + every[:, t]
        dc = dc + dh * o * (1 if bug == "tanh' of the cell forgotten" else 1 - shown**2)
        da_i = dc * g * i * (1 - i)
        da_f = dc * c[t + 1 if bug == "the cell after, not before" else t] * f * (1 - f)
        da_g = dc * i * (1 - g**2)
        da_o = dh * shown * (1 if bug == "sigmoid' of the output gate forgotten" else o * (1 - o))
        order = {"gates i and f exchanged": (1, 0, 2, 3), "gates in the order i f o g": (0, 1, 3, 2)}
        da_of = (da_i, da_f, da_g, da_o)
        da = np.concatenate([da_of[k] for k in order.get(str(bug), (0, 1, 2, 3))], axis=1)
        dx[:, t] = da @ weight_ih
        dw_ih += da.T @ x[:, t]
        dw_hh += da.T @ h[t]
        db += da.sum(0)
        dh = 0 * dh if bug == "hidden path cut" else da @ weight_hh
        dc = 0 * dc if bug == "cell path cut" else dc * (1 if bug == "forget gate forgotten" else f)
    return dx, dh, dc, dw_ih, dw_hh, db, db


def gru(gradients, x, h0, weight_ih, weight_hh, bias_ih, bias_hh, bug=None):
    """The gradients of all arguments; gates in the order r, z, n."""
    steps = range(x.shape[1])
    h, gates = [h0], []
    for t in steps:
        of_x = np.split(x[:, t] @ weight_ih.T + bias_ih, 3, axis=1)
        of_h = np.split(h[-1] @ weight_hh.T + bias_hh, 3, axis=1)
        r, z = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
        n = np.tanh(of_x[2] + r * of_h[2])
        gates.append((r, z, n, of_h[2]))
        h.append((1 - z) * n + z * h[-1])
    every, dh = _sent(gradients, (*x.shape[:2], h0.shape[1]))
    dx, dw_ih, dw_hh = np.zeros_like(x), np.zeros_like(weight_ih), np.zeros_like(weight_hh)
    db_ih, db_hh = np.zeros_like(bias_ih), np.zeros_like(bias_hh)
    for t in reversed(steps):
        r, z, n, p = gates[t]
        dh = dh + every[:, t]
        da_n = dh * (z if bug == "z where 1 - z belongs" else 1 - z) * (1 if bug == "tanh' forgotten" else 1 - n**2)
        da_z = dh * ((n - h[t]) if bug == "n - h" else (h[t] - n)) * z * (1 - z)
        da_r = da_n * p * r * (1 - r)
        dp = da_n if bug == "reset gate forgotten" else da_n * r
        gates_of_x = (da_z, da_r) if bug == "gates r and z exchanged" else (da_r, da_z)
        da_x, da_h = np.concatenate([*gates_of_x, da_n], axis=1), np.concatenate([*gates_of_x, dp], axis=1)
        dx[:, t] = da_x @ weight_ih
        dw_ih += da_x.T @ x[:, t]
        dw_hh += da_h.T @ h[t]
        db_ih += da_x.sum(0)
        db_hh += (da_x if bug == "both biases as one" else da_h).sum(0)
        dh = da_h @ weight_hh + (0 if bug == "direct path cut" else z * dh)
    return dx, dh, dw_ih, dw_hh, db_ih, db_hh


def _made(function, kind, bug) -> Mutant:
    return rewritten(function.__name__, kind, bug, partial(function, bug=bug))


RECURRENT = [
    _made(rnn_tanh, "dropped term", "tanh' forgotten"),
    _made(rnn_tanh, "formula", "matrix not transposed"),
    _made(rnn_tanh, "dropped term", "steps cut apart"),
    _made(rnn_tanh, "dropped term", "last state not counted"),
    _made(rnn_tanh, "formula", "the state after, not before"),
    _made(rnn_tanh, "flipped", "time reversed"),
    _made(rnn_tanh, "dropped term", "bias of the last step alone"),
    _made(lstm, "swapped", "gates i and f exchanged"),
    _made(lstm, "swapped", "gates in the order i f o g"),
    _made(lstm, "dropped term", "cell path cut"),
    _made(lstm, "dropped term", "hidden path cut"),
    _made(lstm, "dropped term", "forget gate forgotten"),
    _made(lstm, "dropped term", "tanh' of the cell forgotten"),
    _made(lstm, "dropped term", "sigmoid' of the output gate forgotten"),
    _made(lstm, "dropped term", "last cell not counted"),
    _made(lstm, "formula", "the cell after, not before"),
    _made(gru, "swapped", "gates r and z exchanged"),
    _made(gru, "formula", "z where 1 - z belongs"),
    _made(gru, "dropped term", "reset gate forgotten"),
    _made(gru, "dropped term", "direct path cut"),
    _made(gru, "dropped term", "tanh' forgotten"),
    _made(gru, "sign", "n - h"),
    _made(gru, "swapped", "both biases as one"),
]
