"""For one row the loss is log sum_j e^x_j - x_k. The first term has the derivative e^x_j / sum = p_j, the second -1 at
j = k. So a row gets p - one_hot(k), divided by the number of rows because of the mean, times g.
"""

import numpy as np

HINTS = (
    "What is d/dx_j of log sum e^x? (Its name is softmax.)",
    "A row's gradient is p minus one-hot of its label; then the mean divides by the batch.",
    "d = np.exp(log_p); d[rows, labels] -= 1; return g * d / len(labels)",
)


def cross_entropy(logits, labels):
    rows = np.arange(len(labels))
    shifted = logits - logits.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))

    def gradient_of_logits(g):
        d = np.exp(log_p)
        d[rows, labels] -= 1
        return g * d / len(labels)

    return -log_p[rows, labels].mean(), gradient_of_logits, None
