"""The recurrent nets for MyGrad and HIPS autograd: both offer NumPy's functions, so one program serves both.

They have no recurrent layers. The net runs day by day, with about ten ops a day, as `autograd.cells` does and as most
of their users would write it. This module imports neither package, nor ours: HIPS autograd's process has no other.
"""

from collections.abc import Callable

import numpy


def loss(np, cell, parameters, x, answers):
    """The mean binary cross-entropy of the logits, which come from the last hidden state.

    Args:
        np: the package's own module with `tanh`, `exp`, `log`, `mean` and `matmul`.
        cell: "rnn", "gru" or "lstm".
        parameters: the arrays by PyTorch's names.
        x: (batch, length, features), a plain array.
        answers: 0 or 1, (batch,), a plain array.
    """
    weights = [parameters[f"recurrent.{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    size = weights[1].shape[1]
    states = [numpy.zeros((len(x), size), x.dtype)] * (2 if cell == "lstm" else 1)
    for day in range(x.shape[1]):
        states = STEPS[cell](np, x[:, day], *states, *weights)
    logits = (np.matmul(states[0], parameters["head.weight"].T) + parameters["head.bias"])[:, 0]
    return np.mean(np.log(_one(x) + np.exp(logits)) - answers * logits)


def rnn(np, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    return [np.tanh(np.matmul(x, weight_ih.T) + bias_ih + np.matmul(h, weight_hh.T) + bias_hh)]


def lstm(np, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    a = np.matmul(x, weight_ih.T) + bias_ih + np.matmul(h, weight_hh.T) + bias_hh
    i, f, g, o = (a[:, k * h.shape[1] : (k + 1) * h.shape[1]] for k in range(4))
    c = sigmoid(np, f) * c + sigmoid(np, i) * np.tanh(g)
    return [sigmoid(np, o) * np.tanh(c), c]


def gru(np, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    size = h.shape[1]
    from_x, from_h = np.matmul(x, weight_ih.T) + bias_ih, np.matmul(h, weight_hh.T) + bias_hh
    gates = sigmoid(np, from_x[:, : 2 * size] + from_h[:, : 2 * size])
    r, z = gates[:, :size], gates[:, size:]
    n = np.tanh(from_x[:, 2 * size :] + r * from_h[:, 2 * size :])
    return [n + z * (h - n)]


STEPS: dict[str, Callable] = {"rnn": rnn, "gru": gru, "lstm": lstm}


def sigmoid(np, x):
    return _one(x) / (_one(x) + np.exp(-x))


def _one(like):
    """A one of the same dtype: MyGrad treats the Python number 1 as float64."""
    return like.dtype.type(1)


class Adam:
    """Adam on a list of arrays, in place (Kingma and Ba, "Adam: a method for stochastic optimization", 2015)."""

    def __init__(self, parameters, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.parameters, self.rate, self.beta1, self.beta2, self.epsilon = parameters, rate, beta1, beta2, epsilon
        self.m = [numpy.zeros_like(p) for p in parameters]
        self.v = [numpy.zeros_like(p) for p in parameters]
        self.steps = 0

    def step(self, gradients):
        self.steps += 1
        of_m, of_v = 1 - self.beta1**self.steps, 1 - self.beta2**self.steps
        for p, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            p -= self.rate * (m / of_m) / (numpy.sqrt(v / of_v) + self.epsilon)
