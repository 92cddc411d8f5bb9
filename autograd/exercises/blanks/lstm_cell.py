"""One step of a long short-term memory: x (B, D), state h and cell c (B, H) -> new h and new c side by side (B, 2H).

weight_ih (4H, D), weight_hh (4H, H), biases (4H,), each with the rows of i, f, n and o stacked in this order.

Taught by docs/07-through-time.md. g (B, 2H) holds the gradients of both results. The new cell gets a second gradient
through the new state. `gates_back` is the place to go from g to the gradient of `a`. The derivative of s = sigmoid(a)
is s (1 - s). A bias serves every row of the batch, so its gradient is a sum over the rows.
"""

import numpy as np


def lstm_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    a = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    a_i, a_f, a_n, a_o = np.split(a, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (a_i, a_f, a_o))
    n = np.tanh(a_n)
    new_c = f * c + i * n
    new_h = o * np.tanh(new_c)

    def gates_back(g):
        """The gradient of a (B, 4H), and that of new_c (B, H)."""
        raise NotImplementedError  # TODO

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_h(g):
        raise NotImplementedError  # TODO

    def gradient_of_c(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight_ih(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight_hh(g):
        raise NotImplementedError  # TODO

    def gradient_of_bias_ih(g):
        raise NotImplementedError  # TODO

    def gradient_of_bias_hh(g):
        raise NotImplementedError  # TODO

    return (
        np.hstack([new_h, new_c]),
        gradient_of_x,
        gradient_of_h,
        gradient_of_c,
        gradient_of_weight_ih,
        gradient_of_weight_hh,
        gradient_of_bias_ih,
        gradient_of_bias_hh,
    )
