"""Step 7. Matrix products

Y = A B with A (n, k) and B (k, m). Each number of A meets a whole row of B, and L changes by

    dL = sum over i, j of G[i, j] dY[i, j],     dY = dA B + A dB,     G = dL/dY of shape (n, m)

Collect what stands beside dA and dB:

    dL/dA = G B^T   (n, m)(m, k)          dL/dB = A^T G   (k, n)(n, m)

The shapes leave no other choice. With matmul and a bias that broadcasts, a layer is `tanh(x @ w + b)`.
"""

import numpy as np
from step06_unbroadcast import Tensor, apply


def matmul(a, b):
    return a @ b, lambda g: g @ b.T, lambda g: a.T @ g


Tensor.__matmul__ = lambda self, other: apply(matmul, self, other)

if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, (64, 1))
    wanted = np.sin(2 * x)
    w1, b1 = Tensor(rng.standard_normal((1, 16))), Tensor(rng.standard_normal(16))
    w2, b2 = Tensor(rng.standard_normal((16, 1)) / 4), Tensor(np.zeros(1))
    for step in range(1001):
        error = (Tensor(x) @ w1 + b1).tanh() @ w2 + b2 + -1.0 * Tensor(wanted)
        loss = (error * error).sum() * (1 / len(x))
        for weight in (w1, b1, w2, b2):
            weight.grad = None
        loss.backward()
        for weight in (w1, b1, w2, b2):
            weight.data -= 0.05 * weight.grad
        if step % 250 == 0:
            print(f"step {step:4}: mean squared error {loss.data:.4f}")
