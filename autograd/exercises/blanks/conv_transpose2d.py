"""A transposed convolution: x (N, H, W, C), weight (C, kH, kW, F) -> y (N, H', W', F), with a stride and a border.

Taught by docs/06-convolution.md. The border of y is cropped. Every pixel of x adds a copy of the weight, scaled by the
pixel, to y; overlapping copies add up. Where the forward pass *adds* to a patch of `painting`, backward *reads* that
patch of g, once g has its border back (np.pad).
"""

import numpy as np


def conv_transpose2d(x, weight, stride=1, padding=0):
    (N, H, W, C), (_, kH, kW, F) = x.shape, weight.shape
    painting = np.zeros((N, (H - 1) * stride + kH, (W - 1) * stride + kW, F), x.dtype)
    for r in range(H):
        for q in range(W):
            strokes = x[:, r, q] @ weight.reshape(C, kH * kW * F)
            painting[:, r * stride : r * stride + kH, q * stride : q * stride + kW] += strokes.reshape(N, kH, kW, F)
    y = painting[:, padding : painting.shape[1] - padding, padding : painting.shape[2] - padding]

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    def gradient_of_weight(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x, gradient_of_weight
