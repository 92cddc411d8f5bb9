"""A recurrent layer: h_t = tanh(W_ih x_t + W_hh h_{t-1}) for t = 1 ... T, and all its states as the result.

x (B, T, D), h0 (B, H), weight_ih (H, D), weight_hh (H, H) -> hidden (B, T, H)

Taught by docs/07-through-time.md. g (B, T, H) holds one gradient for every state, and every state gets another one
from the next step. Go back through time once and collect da_t, the gradient of the tanh's input. All four gradients are
then products with da_t. `walk_back` is the place for the loop.
"""

import numpy as np


def rnn_tanh(x, h0, weight_ih, weight_hh):
    T = x.shape[1]
    states = [h0]
    for t in range(T):
        states.append(np.tanh(x[:, t] @ weight_ih.T + states[-1] @ weight_hh.T))
    hidden = np.stack(states[1:], axis=1)

    def walk_back(g):
        """The gradients da_t of all steps, e.g. as an array (B, T, H)."""
        raise NotImplementedError  # TODO

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_h0(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight_ih(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight_hh(g):
        raise NotImplementedError  # TODO

    return hidden, gradient_of_x, gradient_of_h0, gradient_of_weight_ih, gradient_of_weight_hh
