"""Attention: Y = softmax(Q K^T / sqrt(D)) V, for queries q (T, D), keys k (S, D) and values v (S, E) -> (T, E).

Every query gives each key a score, the softmax turns the scores of one query into weights that add up to 1, and the
result is the mean of the values with these weights. Taught by docs/12-softmax-and-cross-entropy.md.
Go through the three steps from the last to the first. `scores_back` is the place for what q and k both need: the
gradient of the scores, back through V and the softmax.
"""

import numpy as np


def attention(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1])
    exponentials = np.exp(scores - scores.max(1, keepdims=True))
    p = exponentials / exponentials.sum(1, keepdims=True)

    def scores_back(g):
        """The gradient of the scores, (T, S)."""
        raise NotImplementedError  # TODO

    def gradient_of_q(g):
        raise NotImplementedError  # TODO

    def gradient_of_k(g):
        raise NotImplementedError  # TODO

    def gradient_of_v(g):
        raise NotImplementedError  # TODO

    return p @ v, gradient_of_q, gradient_of_k, gradient_of_v
