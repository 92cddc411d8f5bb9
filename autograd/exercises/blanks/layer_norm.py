"""y = weight n + bias with n = (x - mean) / sigma, over the last axis: x (..., D), weight and bias (D,).

Taught by docs/04-broadcasting.md and docs/05-matrix-products.md. mean and sigma depend on x too. Go backwards one step
at a time: from g to the gradient h of n, then to x by way of n = c / sigma, sigma = sqrt(mean(c^2) + epsilon), and
c = x - mean(x). Much of it falls together: with h = weight g,

    dL/dx = (h - what all of h share - n times what h has in common with n) / sigma

Gradients of weight and bias may be returned in the shape of y; the engine sums them.
"""

import numpy as np


def layer_norm(x, weight, bias, epsilon=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    sigma = np.sqrt((centred * centred).mean(-1, keepdims=True) + epsilon)
    n = centred / sigma

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight(g):
        raise NotImplementedError  # TODO

    def gradient_of_bias(g):
        raise NotImplementedError  # TODO

    return weight * n + bias, gradient_of_x, gradient_of_weight, gradient_of_bias
