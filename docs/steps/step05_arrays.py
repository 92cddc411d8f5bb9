"""Step 5. Arrays, and closures in place of slopes

A step on a million numbers should be one node, not a million. The slope of such a step is a matrix, which nobody wants
to write down. But backward needs only its product with the gradient g. So an edge now holds a *function* of g: the
vector-Jacobian product, vjp.

A **rule** is a function of arrays. It returns its value and one vjp for each argument: forward and backward stand side
by side. `apply` is all that knows of graphs.
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
                share = vjp(tensor.grad)
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


if __name__ == "__main__":
    x = Tensor(np.linspace(-2, 2, 1_000_000))
    loss = (x * x).tanh().sum()
    loss.backward()
    print(f"{len(reachable(loss))} nodes for {x.data.size:,} numbers; gradient of shape {x.grad.shape}")
