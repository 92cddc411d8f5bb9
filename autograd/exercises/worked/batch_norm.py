"""The same derivation as for layer_norm, with the mean over the batch (axis 0) in place of the mean over a row.

n = c / sigma with c = x - mean(x) and sigma^2 = mean(c^2) + epsilon; with h = weight g = dL/dn,
dL/dx = (h - mean(h) - n mean(h n)) / sigma. Every image influences the loss of every other image of the batch.
"""

import numpy as np

HINTS = (
    "It is layer_norm with the axes exchanged: which axis do mean and sigma go over?",
    "With h = weight * g: h, minus its mean over the batch, minus n times the mean of h n over the batch; "
    "divided by sigma.",
    "(h - h.mean(0) - n * (h * n).mean(0)) / sigma; weight gets (g * n).sum(0), bias gets g.sum(0)",
)


def batch_norm(x, weight, bias, epsilon=1e-5):
    centred = x - x.mean(0)
    sigma = np.sqrt((centred * centred).mean(0) + epsilon)
    n = centred / sigma

    def gradient_of_x(g):
        h = weight * g
        return (h - h.mean(0) - n * (h * n).mean(0)) / sigma

    return weight * n + bias, gradient_of_x, lambda g: (g * n).sum(0), lambda g: g.sum(0)
