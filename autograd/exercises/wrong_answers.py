"""Typical wrong answers to the exercises, each with words that a correct diagnosis must contain.

They are written by hand from the formula, as a reader would write them. They do not come from the mutants in
``proof/mutations``, because the hints compare answers with those.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..kernels import plain
from ..node import unbroadcast
from .worked.attention import attention
from .worked.lstm_cell import lstm_cell


@dataclass(frozen=True)
class Attempt:
    """A wrong gradient of an argument, ``gradient(g, y, *arguments, **options)``; right remarks have one of `words`."""

    exercise: str
    argument: str
    mistake: str
    words: tuple[str, ...]
    gradient: Callable[..., Any]


TWICE, ZERO = ("2 times", "counted twice"), ("zero everywhere", "cut off")
SIGN = ("opposite sign", "a minus too many", "that of a - b", "onehot - p", "that of -KL", "sum - g", "y^2 - 1")
G = ("the gradient that came in it would be right", "g forgotten")
PASSED = ("hands on what came in", "derivative forgotten")


def _of_sum(g, x, axis, keepdims):
    return g if keepdims or axis is None else np.expand_dims(g, axis)


def _sum(change):
    def gradient(g, y, x, axis=None, keepdims=False):
        return change(_of_sum(g, x, axis, keepdims), y, x)

    return gradient


def _getitem(fill):
    def gradient(g, y, x, key):
        full = np.zeros_like(x)
        fill(full, key, g)
        return full

    return gradient


def _overwrite(full, key, g):
    full[key] = g


def _count(full, key, g):
    np.add.at(full, key, 1.0)


def _add_half(full, key, g):
    np.add.at(full, key, g / 2)


def _max_x(g, y, x, axis=None, keepdims=False):
    return _of_sum(g, x, axis, keepdims) * (x == x.max(axis, keepdims=True))


def _batch(gradient_of_x):
    """Build a wrong gradient of x from dL/dn, n and sigma."""

    def gradient(g, y, x, weight, bias, epsilon=1e-5):
        sigma = np.sqrt(x.var(0) + epsilon)
        return gradient_of_x(weight * g, (x - x.mean(0)) / sigma, sigma)

    return gradient


def _painting(change):
    def gradient(g, y, x, weight, stride=1, padding=0):
        return change(*plain.conv_transpose2d(x, weight, stride, padding)[1](g))

    return gradient


def _lstm(change):
    return lambda g, y, *arguments: change(lstm_cell(*arguments)[1](g))


def _p_minus_one_hot(logits, labels, shift=0):
    e = np.exp(logits - logits.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    one_hot = np.zeros_like(p)
    one_hot[np.arange(len(p)), (labels + shift) % p.shape[1]] = 1
    return p, one_hot, len(p)


def _layer(change):
    def gradient(g, y, x, weight, bias, epsilon=1e-5):
        centred = x - x.mean(-1, keepdims=True)
        sigma = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
        return change(g, weight, centred / sigma, sigma, x)

    return gradient


def _mean(a):
    return a.mean(-1, keepdims=True)


def _conv_x(add=True, turn=False, cut=True, transposed=False):
    def gradient(g, y, x, weight, stride=1, padding=0):
        kernel = weight[:, ::-1, ::-1] if turn else weight
        padded = np.zeros((x.shape[0], x.shape[1] + 2 * padding, x.shape[2] + 2 * padding, x.shape[3]))
        for r in range(g.shape[1]):
            for q in range(g.shape[2]):
                seen = np.s_[:, r * stride : r * stride + weight.shape[1], q * stride : q * stride + weight.shape[2]]
                padded[seen] = (padded[seen] if add else 0) + np.einsum("nf,fijc->nijc", g[:, r, q], kernel)
        start = padding if cut else 0
        return padded[:, start : start + x.shape[1], start : start + x.shape[2]]

    return gradient


def _conv_weight(turn=False, first=False, swap=False):
    def gradient(g, y, x, weight, stride=1, padding=0):
        padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        total = np.zeros_like(weight)
        for r in range(g.shape[1]):
            for q in range(g.shape[2]):
                seen = padded[:, r * stride : r * stride + weight.shape[1], q * stride : q * stride + weight.shape[2]]
                part = np.einsum("nf,nijc->fijc", g[:, r, q], seen)
                total = part if first else total + part
        return total[:, ::-1, ::-1] if turn else total.swapaxes(1, 2).reshape(weight.shape) if swap else total

    return gradient


def _rnn(of, derivative=True, through_time=True, transposed=False, state=0, reverse=False):
    def gradient(g, y, x, h0, weight_ih, weight_hh):
        steps = x.shape[1]
        states = [h0, *np.moveaxis(y, 1, 0)]
        later, da = np.zeros_like(h0), np.zeros_like(y)
        for t in range(steps) if reverse else reversed(range(steps)):
            dh = g[:, t] + later
            da[:, t] = dh * (1 - y[:, t] ** 2) if derivative else dh
            later = da[:, t] @ (weight_hh.T if transposed else weight_hh) if through_time else 0 * later
        if of == "weight_hh":
            return sum(da[:, t].T @ states[t + state] for t in range(steps))
        return {"x": da @ weight_ih, "h0": later, "weight_ih": np.einsum("bth,btd->hd", da, x)}[of]

    return gradient


def _gru(of, bug=""):
    def gradient(g, y, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        a, b = x @ weight_ih.T + bias_ih, h @ weight_hh.T + bias_hh
        k = h.shape[1]
        r, z = 1 / (1 + np.exp(-(a + b)[:, :k])), 1 / (1 + np.exp(-(a + b)[:, k : 2 * k]))
        n = np.tanh(a[:, 2 * k :] + r * b[:, 2 * k :])
        dn = g * (z if bug == "z" else 1 - z) * (1 if bug == "tanh" else 1 - n * n)
        dz = g * (n - h if bug == "n - h" else h - n) * z * (1 - z)
        dr = dn * b[:, 2 * k :] * r * (1 - r)
        dx = np.hstack([dz, dr, dn] if bug == "order" else [dr, dz, dn])
        dh = np.hstack([dz, dr, dn * r] if bug == "order" else [dr, dz, dn if bug == "reset" else dn * r])
        if bug == "bias":
            dh = dx
        return {
            "x": dx @ weight_ih,
            "h": dh @ weight_hh + (0 if bug == "direct" else g * z),
            "weight_ih": dx.T @ x,
            "weight_hh": dh.T @ h,
            "bias_ih": dx.sum(0),
            "bias_hh": dh.sum(0),
        }[of]

    return gradient


ATTEMPTS = [
    Attempt("add", "a", "counted twice", TWICE, lambda g, y, a, b: 2 * g),
    Attempt("add", "b", "that of a - b", SIGN, lambda g, y, a, b: -g),
    Attempt("add", "a", "times a, as for a product", ("once too often",), lambda g, y, a, b: g * a),
    Attempt("add", "b", "nothing", ZERO, lambda g, y, a, b: 0 * g),
    Attempt("add", "a", "half of it", ("1/2 of",), lambda g, y, a, b: g / 2),
    Attempt("mul", "a", "times itself", ("its own value",), lambda g, y, a, b: g * a),
    Attempt("mul", "a", "g handed on", ("other factor", *PASSED), lambda g, y, a, b: g),
    Attempt("mul", "b", "g forgotten", G, lambda g, y, a, b: a + 0 * g),
    Attempt("mul", "b", "a minus too many", SIGN, lambda g, y, a, b: -g * a),
    Attempt("mul", "a", "times both", ("once too often",), lambda g, y, a, b: g * a * b),
    Attempt("mul", "b", "twice", TWICE, lambda g, y, a, b: 2 * g * a),
    Attempt("tanh", "x", "y not squared", ("y where y^2 belongs",), lambda g, y, x: g * (1 - y)),
    Attempt("tanh", "x", "x for y", ("x where y belongs",), lambda g, y, x: g * (1 - x**2)),
    Attempt("tanh", "x", "g handed on", PASSED, lambda g, y, x: g),
    Attempt("tanh", "x", "the sign", SIGN, lambda g, y, x: g * (y**2 - 1)),
    Attempt("tanh", "x", "g forgotten", G, lambda g, y, x: 1 - y**2),
    Attempt("tanh", "x", "that of the logistic function", ("logistic",), lambda g, y, x: g * y * (1 - y)),
    Attempt("tanh", "x", "cosh not squared", ("cosh",), lambda g, y, x: g / np.cosh(x)),
    Attempt("tanh", "x", "1 + y^2", ("1 + y^2",), lambda g, y, x: g * (1 + y**2)),
    Attempt("relu", "x", "g handed on", ("always so", *PASSED), lambda g, y, x: g),
    Attempt("relu", "x", "y >= 0", ("always so", *PASSED), lambda g, y, x: g * (y >= 0)),
    Attempt("relu", "x", "relu of g", ("positive part of g",), lambda g, y, x: np.maximum(g, 0)),
    Attempt("relu", "x", "the wrong half", ("the other half",), lambda g, y, x: np.where(x < 0, g, 0)),
    Attempt("relu", "x", "times y", ("times y", "once too often"), lambda g, y, x: g * y),
    Attempt("relu", "x", "times x", ("once too often", "times y"), lambda g, y, x: g * x * (x > 0)),
    Attempt("relu", "x", "g forgotten", G, lambda g, y, x: (x > 0) * 1.0),
    Attempt("relu", "x", "that of abs", ("that of |x|",), lambda g, y, x: g * np.sign(x)),
    Attempt("relu", "x", "the sign", SIGN, lambda g, y, x: -g * (x > 0)),
    Attempt("sum", "x", "a mean", ("that of a mean", "1/"), _sum(lambda g, y, x: g * y.size / x.size + 0 * x)),
    Attempt("sum", "x", "times x", ("once too often",), _sum(lambda g, y, x: g * x)),
    Attempt("sum", "x", "g forgotten", G, _sum(lambda g, y, x: np.ones_like(x))),
    Attempt("sum", "x", "g as it came", ("has shape",), lambda g, y, x, axis=None, keepdims=False: g),
    Attempt("broadcast_to", "x", "g as it came", ("has shape",), lambda g, y, x, shape: g),
    Attempt(
        "broadcast_to",
        "x",
        "a mean over the copies",
        ("mean over copies", "1/"),
        lambda g, y, x, shape: unbroadcast(g, x.shape) * (x.size / max(g.size, 1)),
    ),
    Attempt("getitem", "x", "written, not added", ("overwritten",), _getitem(_overwrite)),
    Attempt("getitem", "x", "counts, not g", G, _getitem(_count)),
    Attempt("getitem", "x", "half", ("1/2 of",), _getitem(_add_half)),
    Attempt("getitem", "x", "nothing", ZERO, lambda g, y, x, key: 0 * x),
    Attempt("matmul", "a", "the wrong order", ("has shape",), lambda g, y, a, b: b @ g.T),
    Attempt("matmul", "b", "the wrong order", ("has shape",), lambda g, y, a, b: g.T @ a),
    Attempt("matmul", "a", "the sign", SIGN, lambda g, y, a, b: -g @ b.T),
    Attempt("matmul", "a", "a mean over rows", ("1/3",), lambda g, y, a, b: g @ b.T / len(a)),
    Attempt("matmul", "a", "g forgotten", ("g forgotten",), lambda g, y, a, b: np.ones_like(g) @ b.T),
    Attempt("softmax", "x", "the sum forgotten", ("all share",), lambda g, y, x, axis=-1: y * g),
    Attempt("softmax", "x", "the diagonal", ("diagonal",), lambda g, y, x, axis=-1: g * y * (1 - y)),
    Attempt("softmax", "x", "summed over all", ("over everything",), lambda g, y, x, axis=-1: y * (g - (g * y).sum())),
    Attempt(
        "softmax",
        "x",
        "the sign",
        SIGN,
        lambda g, y, x, axis=-1: y * ((g * y).sum(axis, keepdims=True) - g),
    ),
    Attempt("softmax", "x", "g handed on", PASSED, lambda g, y, x, axis=-1: g),
    Attempt(
        "softmax",
        "x",
        "sum of g alone",
        ("not weighted by y",),
        lambda g, y, x, axis=-1: y * (g - g.sum(axis, keepdims=True)),
    ),
    Attempt(
        "softmax",
        "x",
        "y in one term alone",
        ("y in front of the sum",),
        lambda g, y, x, axis=-1: y * g - (g * y).sum(axis, keepdims=True),
    ),
    Attempt("cross_entropy", "logits", "p alone", ("right class",), lambda g, y, x, k: g * _ce(x, k, 1, 0)),
    Attempt("cross_entropy", "logits", "1/N", ("1/N", "4 times"), lambda g, y, x, k: g * _ce(x, k, 1, 1) * len(x)),
    Attempt("cross_entropy", "logits", "the sign", SIGN, lambda g, y, x, k: -g * _ce(x, k, 1, 1)),
    Attempt("cross_entropy", "logits", "from 1", ("counted from 1",), lambda g, y, x, k: g * _ce(x, k, 1, 1, 1)),
    Attempt("cross_entropy", "logits", "the hit alone", ("softmax forgotten",), lambda g, y, x, k: g * _ce(x, k, 0, 1)),
    Attempt(
        "cross_entropy",
        "logits",
        "log p for p",
        ("log p where p belongs",),
        lambda g, y, x, k: g * (np.log(_p_minus_one_hot(x, k)[0]) - _p_minus_one_hot(x, k)[1]) / len(x),
    ),
    Attempt("kl_standard_normal", "mean", "half", ("1/2",), lambda g, y, m, s: g[:, None] * m / 2),
    Attempt("kl_standard_normal", "mean", "a mean", ("mean over units", "1/4"), lambda g, y, m, s: g[:, None] * m / 4),
    Attempt("kl_standard_normal", "mean", "g forgotten", G, lambda g, y, m, s: m),
    Attempt("kl_standard_normal", "mean", "m forgotten", PASSED, lambda g, y, m, s: g[:, None] + 0 * m),
    Attempt(
        "kl_standard_normal",
        "log_variance",
        "-1 forgotten",
        ("-log s^2 forgotten",),
        lambda g, y, m, s: g[:, None] * np.exp(s) / 2,
    ),
    Attempt(
        "kl_standard_normal",
        "log_variance",
        "1/2 forgotten",
        TWICE,
        lambda g, y, m, s: g[:, None] * (np.exp(s) - 1),
    ),
    Attempt(
        "kl_standard_normal",
        "log_variance",
        "by s^2",
        ("by the variance",),
        lambda g, y, m, s: g[:, None] * (1 - np.exp(-s)) / 2,
    ),
    Attempt(
        "kl_standard_normal", "log_variance", "the sign", SIGN, lambda g, y, m, s: g[:, None] * (1 - np.exp(s)) / 2
    ),
    Attempt("layer_norm", "x", "constants", ("taken as constants",), _layer(lambda g, w, n, s, x: g * w / s)),
    Attempt(
        "layer_norm",
        "x",
        "without the mean",
        ("the mean taken as a constant",),
        _layer(lambda g, w, n, s, x: (g * w - n * _mean(g * w * n)) / s),
    ),
    Attempt(
        "layer_norm",
        "x",
        "without the variance",
        ("the variance taken as a constant",),
        _layer(lambda g, w, n, s, x: (g * w - _mean(g * w)) / s),
    ),
    Attempt(
        "layer_norm",
        "x",
        "without the weight",
        ("weight forgotten",),
        _layer(lambda g, w, n, s, x: (g - _mean(g) - n * _mean(g * n)) / s),
    ),
    Attempt("layer_norm", "weight", "x for n", ("x not normalised",), _layer(lambda g, w, n, s, x: g * x)),
    Attempt("layer_norm", "weight", "that of the bias", ("that of the bias",), _layer(lambda g, w, n, s, x: g)),
    Attempt("layer_norm", "bias", "times the weight", ("once too often",), _layer(lambda g, w, n, s, x: g * w)),
    Attempt("conv2d", "x", "patches overwritten", ("overlap",), _conv_x(add=False)),
    Attempt("conv2d", "x", "the kernel turned", ("kernel turned",), _conv_x(turn=True)),
    Attempt("conv2d", "x", "the border not cut off", ("padding forgotten", "has shape"), _conv_x(cut=False)),
    Attempt("conv2d", "weight", "the kernel turned", ("kernel turned", "back to front"), _conv_weight(turn=True)),
    Attempt("conv2d", "weight", "the last patch alone", ("last position",), _conv_weight(first=True)),
    Attempt("rnn_tanh", "x", "no tanh'", ("tanh' forgotten",), _rnn("x", derivative=False)),
    Attempt(
        "rnn_tanh", "weight_ih", "no way through time", ("steps cut apart",), _rnn("weight_ih", through_time=False)
    ),
    Attempt("rnn_tanh", "h0", "the matrix transposed", ("matrix not transposed",), _rnn("h0", transposed=True)),
    Attempt("rnn_tanh", "weight_hh", "the state after", ("state after",), _rnn("weight_hh", state=1)),
    Attempt("gru_cell", "x", "z for 1 - z", ("z where 1 - z belongs",), _gru("x", "z")),
    Attempt("gru_cell", "weight_ih", "n - h", ("n - h",), _gru("weight_ih", "n - h")),
    Attempt("gru_cell", "weight_hh", "r forgotten", ("reset gate forgotten",), _gru("weight_hh", "reset")),
    Attempt("gru_cell", "h", "the direct path", ("direct path cut",), _gru("h", "direct")),
    Attempt("gru_cell", "x", "tanh' forgotten", ("tanh' forgotten",), _gru("x", "tanh")),
    Attempt("gru_cell", "bias_hh", "as bias_ih", ("both biases as one", "reset gate"), _gru("bias_hh", "bias")),
    Attempt(
        "gru_cell", "bias_ih", "gates z, r, n", ("r and z exchanged", "each other's places"), _gru("bias_ih", "order")
    ),
    Attempt("max", "x", "the sign", SIGN, lambda g, y, x, **of: -_max_x(g, y, x, **of)),
    Attempt("max", "x", "twice", TWICE, lambda g, y, x, **of: 2 * _max_x(g, y, x, **of)),
    Attempt("div", "a", "as if a product", ("times b",), lambda g, y, a, b: g * b),
    Attempt("div", "b", "the minus forgotten", ("minus forgotten", *SIGN), lambda g, y, a, b: g * y / b),
    Attempt("batch_norm", "x", "constants", ("constants", "mean and"), _batch(lambda h, n, s: h / s)),
    Attempt("batch_norm", "x", "the sign", SIGN, _batch(lambda h, n, s: (h.mean(0) + n * (h * n).mean(0) - h) / s)),
    Attempt("embedding", "table", "overwritten", ("overwritten", "twice", "only the last"), _getitem(_overwrite)),
    Attempt("embedding", "table", "halved", ("1/2 of",), _getitem(_add_half)),
    Attempt("attention", "v", "the sign", SIGN, lambda g, y, q, k, v: -attention(q, k, v)[1](g)[2]),
    Attempt("attention", "q", "twice", TWICE, lambda g, y, q, k, v: 2 * attention(q, k, v)[1](g)[0]),
    Attempt("conv_transpose2d", "x", "twice", TWICE, _painting(lambda dx, dw: 2 * dx)),
    Attempt("conv_transpose2d", "weight", "the sign", SIGN, _painting(lambda dx, dw: -dw)),
    Attempt("lstm_cell", "c", "the sign", SIGN, _lstm(lambda all: -all[2])),
    Attempt("lstm_cell", "weight_hh", "twice", TWICE, _lstm(lambda all: 2 * all[4])),
    # A held-out set: written after the mutants, and no mutant was added for them.
    Attempt("tanh", "x", "tanh of y", ("tanh twice",), lambda g, y, x: g * (1 - np.tanh(y) ** 2)),
    Attempt("tanh", "x", "times y alone", ("the derivative is y",), lambda g, y, x: g * y),
    Attempt("relu", "x", "where g is positive", ("positive part of g",), lambda g, y, x: g * (g > 0)),
    Attempt("softmax", "x", "diagonal, g forgotten", ("diagonal",), lambda g, y, x, axis=-1: y * (1 - y)),
    Attempt("softmax", "x", "along axis 0", ("along the axis",), lambda g, y, x, axis=-1: y * (g - (g * y).sum(0))),
    Attempt("cross_entropy", "logits", "4/3", ("1.33333 times",), lambda g, y, x, k: g * _ce(x, k, 1, 1) * 4 / 3),
    Attempt("kl_standard_normal", "log_variance", "g forgotten", G, lambda g, y, m, s: (np.exp(s) - 1) / 2),
    Attempt(
        "layer_norm",
        "x",
        "sigma forgotten",
        ("sigma forgotten",),
        _layer(lambda g, w, n, s, x: g * w - _mean(g * w) - n * _mean(g * w * n)),
    ),
    Attempt("layer_norm", "weight", "not centred", ("not centred",), _layer(lambda g, w, n, s, x: g * x / s)),
    Attempt("matmul", "b", "a mean over rows", ("1/3",), lambda g, y, a, b: a.T @ g / len(a)),
    Attempt("rnn_tanh", "x", "forwards in time", ("reversed",), _rnn("x", reverse=True)),
    Attempt("rnn_tanh", "weight_ih", "no tanh'", ("tanh' forgotten",), _rnn("weight_ih", derivative=False)),
    Attempt("gru_cell", "h", "r forgotten", ("reset gate forgotten",), _gru("h", "reset")),
    Attempt("gru_cell", "weight_hh", "z for 1 - z", ("z where 1 - z belongs",), _gru("weight_hh", "z")),
    Attempt("gru_cell", "bias_hh", "tanh' forgotten", ("tanh' forgotten",), _gru("bias_hh", "tanh")),
    Attempt("conv2d", "weight", "rows and columns", ("rows and columns", "axes in the order"), _conv_weight(swap=True)),
    Attempt("conv2d", "x", "half", ("1/2 of",), lambda g, y, x, w, **sizes: _conv_x()(g, y, x, w, **sizes) / 2),
]


def _ce(x, labels, of_p, of_hit, shift=0):
    p, one_hot, n = _p_minus_one_hot(x, labels, shift)
    return (of_p * p - of_hit * one_hot) / n
