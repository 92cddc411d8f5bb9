"""Step 12. Back through time

A recurrent net applies the same weights at every step t, h_t = tanh(x_t W + h_{t-1} U + b). Unrolled, it is a deep net
whose layers share their weights. So backward is a loop from the last step to the first that carries one gradient, that
of h_t, and adds up those of the weights. The gradient of h_t has two sources: g_t from the output of that step, and
what step t + 1 sends back.

The LSTM (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000) carries two: h_t and the cell c_t.

    i, f, o = sigmoid(...), n = tanh(...)        c_t = f c_{t-1} + i n        h_t = o tanh(c_t)

Along c the gradient is only multiplied by f: where f is near 1 it survives.
"""

import numpy as np
from step10_gradcheck import gradcheck


def rnn(x, w, u, b):
    """x (B, T, D), w (D, H), u (H, H), b (H,) -> every hidden state (B, T, H)."""
    steps = x.shape[1]
    h = [np.zeros((len(x), len(b)))]  # h[t] is the state before step t
    for t in range(steps):
        h.append(np.tanh(x[:, t] @ w + h[t] @ u + b))

    def pullback(g):
        dx, dw, du, db, dh = np.zeros_like(x), np.zeros_like(w), np.zeros_like(u), np.zeros_like(b), 0.0
        for t in reversed(range(steps)):
            da = (g[:, t] + dh) * (1 - h[t + 1] ** 2)  # a = what tanh is applied to
            dx[:, t], dh = da @ w.T, da @ u.T
            dw, du, db = dw + x[:, t].T @ da, du + h[t].T @ da, db + da.sum(axis=0)
        return dx, dw, du, db

    return np.stack(h[1:], axis=1), *(lambda g, k=k: pullback(g)[k] for k in range(4))


def sigmoid(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def lstm(x, w, u, b):
    """x (B, T, D), w (D, 4 H), u (H, 4 H), b (4 H,); gates in the order i, f, n, o -> (B, T, H)."""
    steps, size = x.shape[1], len(u)
    h, c, gates = [np.zeros((len(x), size))], [np.zeros((len(x), size))], []
    for t in range(steps):
        i, f, n, o = np.split(x[:, t] @ w + h[t] @ u + b, 4, axis=1)
        i, f, n, o = sigmoid(i), sigmoid(f), np.tanh(n), sigmoid(o)
        c.append(f * c[t] + i * n)
        h.append(o * np.tanh(c[t + 1]))
        gates.append((i, f, n, o))

    def pullback(g):
        dx, dw, du, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
        dh = dc = np.zeros((len(x), size))
        for t in reversed(range(steps)):
            (i, f, n, o), tanh_c = gates[t], np.tanh(c[t + 1])
            dh = dh + g[:, t]
            dc = dc + dh * o * (1 - tanh_c**2)
            da = np.concatenate(
                [dc * n * i * (1 - i), dc * c[t] * f * (1 - f), dc * i * (1 - n**2), dh * tanh_c * o * (1 - o)],
                axis=1,
            )
            dx[:, t], dh, dc = da @ w.T, da @ u.T, dc * f
            dw, du, db = dw + x[:, t].T @ da, du + h[t].T @ da, db + da.sum(axis=0)
        return dx, dw, du, db

    return np.stack(h[1:], axis=1), *(lambda g, k=k: pullback(g)[k] for k in range(4))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 4, 3))
    for cell, gates in ((rnn, 1), (lstm, 4)):
        w, u, b = (0.5 * rng.standard_normal(shape) for shape in ((3, 5 * gates), (5, 5 * gates), (5 * gates,)))
        print(f"{cell.__name__}: all four gradients right: {gradcheck(cell, x, w, u, b, rng=rng) < 1e-8}")
