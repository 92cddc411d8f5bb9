"""y = weight n + bias with n = (x - mean) / sigma, over the batch: x (N, C), weight and bias (C,).

Taught by docs/13-normalisation.md. Mean and sigma of each channel depend on x too, so every row of the batch influences
the n of every other. Do `layer_norm` first: only the axis changes.
"""

import numpy as np


def batch_norm(x, weight, bias, epsilon=1e-5):
    centred = x - x.mean(0)
    sigma = np.sqrt((centred * centred).mean(0) + epsilon)
    n = centred / sigma

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight(g):
        raise NotImplementedError  # TODO

    def gradient_of_bias(g):
        raise NotImplementedError  # TODO

    return weight * n + bias, gradient_of_x, gradient_of_weight, gradient_of_bias
