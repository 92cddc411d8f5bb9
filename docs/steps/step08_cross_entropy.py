"""Step 8. Softmax and cross-entropy: p minus one-hot

A net gives a score s_k for each class. Softmax makes probabilities of them, and the loss is the surprise at the label:

    p_k = exp(s_k) / sum over j of exp(s_j)          L = -log p_label = log(sum over j of exp(s_j)) - s_label

Differentiate L by s_k. The first term gives exp(s_k) / sum = p_k. The second gives -1 for the label and 0 elsewhere:

    dL/ds_k = p_k - [k is the label]

So the gradient is the probabilities minus the one-hot label: it is the same for every s + constant, it sums to 0, and
it vanishes when the net is sure and right. exp(1000) overflows; subtracting the largest score first changes nothing in
p. Over a batch the loss is the mean, so each row's gradient is divided by the number of rows.
"""

import numpy as np
from step07_matmul import Tensor, apply


def cross_entropy(labels):
    """The rule for given integer labels (n,): scores (n, classes) -> mean of -log p[label]."""

    def rule(scores):
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        rows = np.arange(len(labels))

        def vjp(g):
            gradient = np.exp(log_p)  # p ...
            gradient[rows, labels] -= 1  # ... minus one-hot
            return g * gradient / len(labels)

        return -log_p[rows, labels].mean(), vjp

    return rule


if __name__ == "__main__":
    scores = Tensor([[2.0, 1.0, -1.0], [1000.0, 0.0, 0.0]])
    loss = apply(cross_entropy(np.array([0, 0])), scores)
    loss.backward()
    print(f"loss {loss.data:.4f}")
    print("gradient of the scores:")
    print(scores.grad.round(4) + 0.0)
