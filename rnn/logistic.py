"""Logistic regression, p = 1 / (1 + exp(-(w . x + b))), fitted by Newton's method."""

from dataclasses import dataclass

import numpy as np

MAX_STEPS = 50


@dataclass(frozen=True)
class LogisticRegression:
    """A fitted regression: weights w (features,) and bias b."""

    weights: np.ndarray
    bias: float

    @classmethod
    def fit(cls, x: np.ndarray, labels: np.ndarray, ridge: float = 1e-3) -> "LogisticRegression":
        """Minimise sum log-loss + ridge / 2 |w|^2 over inputs x (n, features) and bool labels (n,).

        The loss is convex. Newton's step solves H step = g with the gradient g = X^T (p - y) + ridge w and the Hessian
        H = X^T diag(p (1 - p)) X + ridge I; it is halved while it does not lower the loss. The ridge also keeps H
        invertible if inputs depend on each other or separate the classes.
        """
        design = np.column_stack([x, np.ones(len(x))]).astype(np.float64)
        penalty = np.full(design.shape[1], ridge)
        penalty[-1] = 1e-6  # the bias is practically free

        def loss(w):
            z = design @ w
            return np.logaddexp(0, np.where(labels, -z, z)).sum() + 0.5 * penalty @ w**2

        w = np.zeros(design.shape[1])
        for _ in range(MAX_STEPS):
            p = _sigmoid(design @ w)
            gradient = design.T @ (p - labels) + penalty * w
            hessian = (design.T * (p * (1 - p))) @ design + np.diag(penalty)
            step = np.linalg.solve(hessian, gradient)
            while loss(w - step) > loss(w) and np.abs(step).max() > 1e-12:
                step = step / 2
            w = w - step
            if np.abs(step).max() < 1e-9:
                break
        return cls(w[:-1], float(w[-1]))

    def probability(self, x: np.ndarray) -> np.ndarray:
        """Probabilities (n,) of inputs (n, features)."""
        return _sigmoid(np.asarray(x, dtype=np.float64) @ self.weights + self.bias)


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))
