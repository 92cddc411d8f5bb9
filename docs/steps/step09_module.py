"""Step 9. Modules and an optimiser

A layer is an object that holds parameters. `parameters` finds them: a Tensor that is an attribute is a parameter, a
Module that is an attribute (or stands in a list) brings its own. An optimiser needs no more than that list.
"""

import numpy as np
from step08_cross_entropy import Tensor, apply, cross_entropy


class Module:
    """Something with parameters that is called like a function."""

    def parameters(self):
        for held in vars(self).values():
            for thing in held if isinstance(held, list) else [held]:
                if isinstance(thing, Tensor):
                    yield thing
                elif isinstance(thing, Module):
                    yield from thing.parameters()


class Linear(Module):
    """x (n, inputs) -> x @ weight + bias (n, outputs)."""

    def __init__(self, inputs, outputs, rng):
        self.weight = Tensor(rng.standard_normal((inputs, outputs)) / np.sqrt(inputs))
        self.bias = Tensor(np.zeros(outputs))

    def __call__(self, x):
        return x @ self.weight + self.bias


class Tanh(Module):
    def __call__(self, x):
        return x.tanh()


class Sequential(Module):
    """One layer after the other."""

    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class SGD:
    """Stochastic gradient descent: each parameter goes a small step against its gradient."""

    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = list(parameters), learning_rate

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self):
        for parameter in self.parameters:
            parameter.data -= self.learning_rate * parameter.grad


def two_moons(n, rng):
    """n points (n, 2) and the moon that each lies on (n,): no straight line divides them."""
    moon = rng.integers(0, 2, n)
    angle = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return np.where(moon[:, None] == 1, upper, lower) + 0.1 * rng.standard_normal((n, 2)), moon


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    points, moon = two_moons(200, rng)
    net = Sequential(Linear(2, 16, rng), Tanh(), Linear(16, 2, rng))
    sgd = SGD(net.parameters(), learning_rate=0.5)
    for step in range(401):
        scores = net(Tensor(points))
        loss = apply(cross_entropy(moon), scores)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        if step % 100 == 0:
            right = (scores.data.argmax(axis=1) == moon).mean()
            print(f"step {step}: loss {loss.data:.4f}, accuracy {right:.3f}")
