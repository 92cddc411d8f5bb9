"""A convolution: x (N, H, W, C), weight (F, kH, kW, C) -> y (N, OH, OW, F), with a stride and a border of zeros.

Taught by docs/06-convolution.md. Loops are welcome: each pass of the loop below is one small matrix product, and so can
be each pass of yours. Where the forward pass *reads* a patch of `padded`, backward *adds* to that patch (patches
overlap). At the end, crop the border.
"""

import numpy as np


def conv2d(x, weight, stride=1, padding=0):
    (N, _, _, C), (F, kH, kW, _) = x.shape, weight.shape
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    OH, OW = (padded.shape[1] - kH) // stride + 1, (padded.shape[2] - kW) // stride + 1
    y = np.zeros((N, OH, OW, F), x.dtype)
    for r in range(OH):
        for q in range(OW):
            patch = padded[:, r * stride : r * stride + kH, q * stride : q * stride + kW]
            y[:, r, q] = patch.reshape(N, kH * kW * C) @ weight.reshape(F, kH * kW * C).T

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x, gradient_of_weight
