"""h' = o tanh(c') and c' = f c + i n. The new cell reaches the loss directly and through h':

dc' = g_c + g_h o (1 - tanh(c')^2). From it: di = dc' n, df = dc' c, dn = dc' i, and the old cell gets dc' f, without
a matrix product. do = g_h tanh(c'). Through the sigmoids the factor is s (1 - s), through the tanh 1 - n^2.
"""

import numpy as np

from ...kernels.logistic import sigmoid

HINTS = (
    "The new cell reaches the loss in two ways: as a result of its own, and inside h'. Add both first.",
    "dc' = g_c + g_h o (1 - tanh(c')^2); then da_i = dc' n i (1 - i), da_f = dc' c f (1 - f), da_n = dc' i (1 "
    "- n^2), da_o = g_h tanh(c') o (1 - o).",
    "x gets da @ weight_ih, h gets da @ weight_hh, c gets dc' * f, the weights da.T @ x and da.T @ h, both "
    "biases da.sum(0)",
)


def lstm_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    a_i, a_f, a_n, a_o = np.split(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh, 4, axis=1)
    i, f, n, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_n), sigmoid(a_o)
    after = f * c + i * n
    shown = np.tanh(after)

    def gradients(g):
        g_h, g_c = np.split(g, 2, axis=1)
        dc = g_c + g_h * o * (1 - shown * shown)
        da_i, da_f = dc * n * i * (1 - i), dc * c * f * (1 - f)
        da_n, da_o = dc * i * (1 - n * n), g_h * shown * o * (1 - o)
        da = np.hstack([da_i, da_f, da_n, da_o])
        return da @ weight_ih, da @ weight_hh, dc * f, da.T @ x, da.T @ h, da.sum(0), da.sum(0)

    return np.hstack([o * shown, after]), gradients
