"""Step 1. A number that remembers

A program that computes a loss is a chain of small steps. Each step has a slope that is easy to write down, and the
chain rule multiplies the slopes along the way back:

    dL/dx = dL/dy * dy/dx

So every number keeps its *edges*: the numbers it was made from, each with the slope of that one step.
`backward` hands the gradient g to each parent, times the slope. A number that was used twice receives two shares,
and the shares add up.
"""

import math


class Value:
    """A number, the edges to the numbers it was made from, and the gradient it has collected."""

    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = data, edges, 0.0

    def __add__(self, other):
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, [(self, 1 - y * y)])

    def backward(self, g=1.0):
        self.grad += g
        for parent, slope in self.edges:
            parent.backward(g * slope)


if __name__ == "__main__":
    w, x, b = Value(2.0), Value(-1.0), Value(1.5)
    y = (w * x + b).tanh()
    y.backward()
    print(f"dy/dw by back-propagation: {w.grad:.6f}")

    h = 1e-6
    higher = (Value(2.0 + h) * x + b).tanh().data
    lower = (Value(2.0 - h) * x + b).tanh().data
    print(f"dy/dw by a small change:   {(higher - lower) / (2 * h):.6f}")
