"""From y = (1 - z) n + z h:  dn = g (1 - z),  dz = g (h - n), and h gets g z directly.

Through tanh: da_n = dn (1 - n^2). It reaches x_n with slope 1, h_n with slope r, and r with slope h_n. Through the
sigmoids, whose derivative is s (1 - s): da_z = dz z (1 - z), da_r = da_n h_n r (1 - r). The rest are two affine layers.
"""

import numpy as np

from ...kernels.logistic import sigmoid

HINTS = (
    "Which three things does y = (1 - z) n + z h depend on? Begin with their gradients.",
    "dn = g (1 - z), dz = g (h - n). Then da_n = dn (1 - n^2), da_z = dz z (1 - z), da_r = da_n h_n r (1 - "
    "r). The n part of from_h gets da_n r.",
    "gates_back: np.hstack([da_r, da_z, da_n]), np.hstack([da_r, da_z, da_n * r]). Then h gets the second @ "
    "weight_hh + g * z",
)


def gru_cell(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    x_r, x_z, x_n = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
    h_r, h_z, h_n = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)

    def gradients(g):
        dn, dz = g * (1 - z), g * (h - n)
        da_n, da_z = dn * (1 - n * n), dz * z * (1 - z)
        da_r = da_n * h_n * r * (1 - r)
        of_x, of_h = np.hstack([da_r, da_z, da_n]), np.hstack([da_r, da_z, da_n * r])
        dx, dh = of_x @ weight_ih, of_h @ weight_hh + g * z
        return dx, dh, of_x.T @ x, of_h.T @ h, of_x.sum(0), of_h.sum(0)

    return (1 - z) * n + z * h, gradients
