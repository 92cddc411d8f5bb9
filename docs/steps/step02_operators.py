"""Step 2. Operators, with plain numbers on either side

`w * 2` calls `w.__mul__(2)`: the 2 becomes a Value without edges. `2 * w` first asks the number 2, which does not know
what a Value is; then Python calls `w.__rmul__(2)`, the reflected operator. Subtraction and division need no slopes of
their own: they are built from what is there.
"""

import math


class Value:
    """A number, the edges to the numbers it was made from, and the gradient it has collected."""

    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = data, edges, 0.0

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, exponent):
        return Value(self.data**exponent, [(self, exponent * self.data ** (exponent - 1))])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -as_value(other)

    def __truediv__(self, other):
        return self * as_value(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return as_value(other) / self

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, [(self, 1 - y * y)])

    def exp(self):
        y = math.exp(self.data)
        return Value(y, [(self, y)])

    def log(self):
        return Value(math.log(self.data), [(self, 1 / self.data)])

    def backward(self, g=1.0):
        self.grad += g
        for parent, slope in self.edges:
            parent.backward(g * slope)


def as_value(x):
    """A Value as it is; a plain number as a Value without edges."""
    return x if isinstance(x, Value) else Value(x)


if __name__ == "__main__":
    x = Value(3.0)
    y = 2 / x - (1 - x) * 4
    y.backward()
    print(f"y = {y.data:.4f}, dy/dx = {x.grad:.4f}, by hand -2/9 + 4 = {-2 / 9 + 4:.4f}")
