"""Step 6. Broadcasting, undone

NumPy copies a small array along the axes where the other is longer: (4, 3) + (3,) adds the row to each of four rows.
A number that was copied influenced the loss through each copy. So its gradient is the sum over the copies, and the
share that arrives with shape (4, 3) must be summed to (3,). `backward` does it in one place; no rule mentions it.
"""

import numpy as np


def add(a, b):
    return a + b, lambda g: g, lambda g: g


def mul(a, b):
    return a * b, lambda g: g * b, lambda g: g * a


def tanh(x):
    y = np.tanh(x)
    return y, lambda g: g * (1 - y * y)


def sum_all(x):
    return np.sum(x), lambda g: np.full(x.shape, g)


class Tensor:
    """An array, its edges (parent, vjp), its depth in the graph, and the gradient it has collected."""

    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = np.asarray(data, float), edges, None
        self.depth = 1 + max((parent.depth for parent, _ in edges), default=-1)

    def __add__(self, other):
        return apply(add, self, other)

    def __mul__(self, other):
        return apply(mul, self, other)

    def __radd__(self, other):
        return apply(add, other, self)

    def __rmul__(self, other):
        return apply(mul, other, self)

    def tanh(self):
        return apply(tanh, self)

    def sum(self):
        return apply(sum_all, self)

    def backward(self):
        self.grad = np.ones_like(self.data)
        for tensor in sorted(reachable(self), key=lambda t: t.depth, reverse=True):
            for parent, vjp in tensor.edges:
                share = unbroadcast(vjp(tensor.grad), parent.data.shape)
                parent.grad = share if parent.grad is None else parent.grad + share


def apply(rule, *arguments):
    """Run a rule on the arrays inside the tensors, and remember how its result was made."""
    tensors = [a if isinstance(a, Tensor) else Tensor(a) for a in arguments]
    value, *vjps = rule(*(t.data for t in tensors))
    return Tensor(value, list(zip(tensors, vjps, strict=True)))


def reachable(root):
    """Every Tensor that went into `root`, each once, nearest first."""
    found, seen = [root], {root}
    for tensor in found:  # the list grows while we walk it
        for parent, _ in tensor.edges:
            if parent not in seen:
                seen.add(parent)
                found.append(parent)
    return found


def unbroadcast(g, shape):
    """Sum g over the axes along which an array of shape `shape` was copied."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))  # axes that were added in front
    copied = tuple(i for i, size in enumerate(shape) if size == 1 and g.shape[i] != 1)
    return g.sum(axis=copied, keepdims=True)


if __name__ == "__main__":
    rows, row = Tensor(np.arange(12.0).reshape(4, 3)), Tensor([1.0, 2.0, 3.0])
    (rows * row).sum().backward()
    print(f"the row was copied 4 times; its gradient has shape {row.grad.shape}: {row.grad}")
