"""Y = P V, P = softmax(S) by rows, S = Q K^T / sqrt(D): three steps whose gradients are known, in the reverse order.

From the product: dV = P^T g and dP = g V^T. From the softmax: dS = P (dP - sum over the row of dP P). From the scores:
dQ = dS K / sqrt(D) and dK = dS^T Q / sqrt(D).
"""

import numpy as np

HINTS = (
    "It is a matrix product, a softmax and a matrix product. Go through them from the last to the first.",
    "dv = P^T g and dP = g V^T; dS = P (dP - the row sums of dP P); dq and dk are the gradients of the "
    "product Q K^T, over sqrt(D).",
    "dS = p * (dp - (dp * p).sum(1, keepdims=True)) / np.sqrt(q.shape[1]); q gets dS @ k, k gets dS.T @ q",
)


def attention(q, k, v):
    scale = 1 / np.sqrt(q.shape[1])
    scores = scale * q @ k.T
    exponentials = np.exp(scores - scores.max(1, keepdims=True))
    p = exponentials / exponentials.sum(1, keepdims=True)

    def gradients(g):
        dp = g @ v.T
        ds = p * (dp - (dp * p).sum(1, keepdims=True))
        return scale * ds @ k, scale * ds.T @ q, p.T @ g

    return p @ v, gradients
