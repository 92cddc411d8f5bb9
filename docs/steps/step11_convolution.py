"""Step 11. Convolution: leave one out

Image x (N, H, W, C), weight w (F, kH, kW, C), stride 1, no padding:

    y[n, r, q, f] = sum over i, j, c of  w[f, i, j, c]  x[n, r + i, q + j, c]

(In mathematics this is called cross-correlation; the field says convolution.) Multiply by g = dL/dy and sum over all:

    <g, y> = sum over n, r, q, f, i, j, c of   g[n, r, q, f]  w[f, i, j, c]  x[n, r + i, q + j, c]

Each array enters once. Leave one out of the product, and what remains is the gradient of the loss by it. So the three
loops below are the same loop. The loop runs over the *taps* (i, j) of the kernel: for one tap everything is a product
of matrices over the channels, and the part of x that the tap sees is a slice.
"""

import numpy as np
from step10_gradcheck import gradcheck


def conv2d(x, w):
    (_, height, width, _), (_, kernel_height, kernel_width, _) = x.shape, w.shape
    rows, columns = height - kernel_height + 1, width - kernel_width + 1
    taps = [(i, j, np.s_[:, i : i + rows, j : j + columns]) for i in range(kernel_height) for j in range(kernel_width)]

    y = sum(x[seen] @ w[:, i, j].T for i, j, seen in taps)  # (N, rows, columns, C) (C, F)

    def vjp_x(g):
        dx = np.zeros_like(x)
        for i, j, seen in taps:
            dx[seen] += g @ w[:, i, j]  # paint the kernel, scaled by g, where it was read
        return dx

    def vjp_w(g):
        dw = np.zeros_like(w)
        for i, j, seen in taps:
            dw[:, i, j] = np.tensordot(g, x[seen], axes=([0, 1, 2], [0, 1, 2]))  # (F, C)
        return dw

    return y, vjp_x, vjp_w


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 5, 6, 3)), rng.standard_normal((4, 3, 2, 3))
    print(f"conv2d: value of shape {conv2d(x, w)[0].shape}; gradients right: {gradcheck(conv2d, x, w, rng=rng) < 1e-8}")
