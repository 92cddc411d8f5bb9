"""n = c / sigma, c = x - mean(x), sigma^2 = mean(c^2) + epsilon, for one row of D elements; h = weight g = dL/dn.

From n to c: c enters directly with slope 1 / sigma, and through sigma with dn_i/dsigma = -c_i / sigma^2 and
dsigma/dc_j = c_j / (D sigma):  dL/dc = h / sigma - n mean(h n) / sigma.
From c to x: c = x - mean(x), so dL/dx = dL/dc - mean(dL/dc), and mean(n) = 0. Together:
dL/dx = (h - mean(h) - n mean(h n)) / sigma.
"""

import numpy as np

HINTS = (
    "First h = weight * g, the gradient of n. Then treat the mean and sigma as functions of x, too.",
    "dL/dx has three terms: h itself, minus the mean of h over the row, minus n times the mean of h n over "
    "the row; all divided by sigma.",
    "(h - h.mean(-1, keepdims=True) - n * (h * n).mean(-1, keepdims=True)) / sigma; weight gets g * n, bias gets g",
)


def layer_norm(x, weight, bias, epsilon=1e-5):
    centred = x - x.mean(-1, keepdims=True)
    sigma = np.sqrt((centred * centred).mean(-1, keepdims=True) + epsilon)
    n = centred / sigma

    def gradient_of_x(g):
        h = weight * g
        return (h - h.mean(-1, keepdims=True) - n * (h * n).mean(-1, keepdims=True)) / sigma

    return weight * n + bias, gradient_of_x, lambda g: g * n, lambda g: g
