"""One step of a gated recurrent unit: x (B, D), h (B, H) -> the next state (B, H).

weight_ih (3H, D), weight_hh (3H, H), biases (3H,), each with the rows of r, z and n stacked in this order.

Taught by docs/07-through-time.md. Start from y = (1 - z) n + z h and go backwards. First find the gradients of n and z,
and the direct gradient of h. Then go through tanh and sigmoid to the gradients of `from_x` and `from_h`, (B, 3H) each.
The rest is six matrix products and sums. `gates_back` is the place for the first two steps. Note that r multiplies only
the part that comes from h. The sigmoid s is computed as 1/2 tanh(a / 2) + 1/2, which is equal and never overflows. Its
derivative is s (1 - s). A bias serves every row of the batch, so its gradient is a sum over the rows.
"""

import numpy as np


def gru_cell(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    from_x, from_h = x @ weight_ih.T + bias_ih, h @ weight_hh.T + bias_hh
    x_r, x_z, x_n = np.split(from_x, 3, axis=1)
    h_r, h_z, h_n = np.split(from_h, 3, axis=1)
    r, z = 0.5 * np.tanh(0.5 * (x_r + h_r)) + 0.5, 0.5 * np.tanh(0.5 * (x_z + h_z)) + 0.5
    n = np.tanh(x_n + r * h_n)
    y = (1 - z) * n + z * h

    def gates_back(g):
        """The gradients of from_x and from_h, (B, 3H) each."""
        raise NotImplementedError  # TODO

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_h(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight_ih(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight_hh(g):
        raise NotImplementedError  # TODO

    def gradient_of_bias_ih(g):
        raise NotImplementedError  # TODO

    def gradient_of_bias_hh(g):
        raise NotImplementedError  # TODO

    gradients = (gradient_of_x, gradient_of_h, gradient_of_weight_ih, gradient_of_weight_hh)
    return y, *gradients, gradient_of_bias_ih, gradient_of_bias_hh
