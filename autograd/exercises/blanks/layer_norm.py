"""y = weight n + bias with n = (x - mean) / sigma, over the last axis: x (..., D), weight and bias (D,).

Taught by docs/13-normalisation.md. The mean and sigma depend on x too. Go backwards one step at a time: from g to
h = weight g, the gradient of n; then to x through n = c / sigma, sigma = sqrt(mean(c^2) + epsilon) and c = x - mean(x).
The result has three terms, and each mean in it goes over one row:

    dL/dx = (h - mean of ... - n times the mean of ...) / sigma

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
