"""Step 4. The diamond, and the order that mends it

        x ---> a = 3 x ---> y = a * b          dy/dx = 3 b + 2 a = 30 at x = 2.5
         `---> b = 2 x -----^

`backward` of steps 1 to 3 walks every *path* from y to x. The answer is right, but a chain of n diamonds has 2^n
paths. Visiting each value once is cheap. But when? A value that hands on its gradient before all of its shares have
arrived hands on too little: `as_soon_as_reached`, nearest first, is wrong where two paths of different length meet at
a value that was itself made from others. (Page 3 of the textbook searches in depth, which is wrong on the diamond too.)

The cure: a value is one deeper than its deepest parent. Visit the deepest first. Then everything that used a value has
been visited before the value itself.
"""

import math


class Value:
    """A number, its edges, its depth in the graph, and the gradient it has collected."""

    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = data, edges, 0.0
        self.depth = 1 + max((parent.depth for parent, _ in edges), default=-1)

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, [(self, 1 - y * y)])

    def backward(self):
        deepest_first(self)


def every_path(value, g=1.0):
    """Right, and exponential: a value is visited once for every path that leads to it."""
    value.grad += g
    return 1 + sum(every_path(parent, g * slope) for parent, slope in value.edges)


def as_soon_as_reached(root):
    """Wrong: a value hands on what it has when it is first reached."""
    return hand_on(root, reachable(root))


def deepest_first(root):
    """Right, and each value is visited once."""
    return hand_on(root, sorted(reachable(root), key=lambda value: value.depth, reverse=True))


def hand_on(root, order):
    """Let each value of `order` hand its gradient to its parents. Returns the number of visits."""
    root.grad += 1.0
    for value in order:
        for parent, slope in value.edges:
            parent.grad += value.grad * slope
    return len(order)


def as_value(x):
    """A Value as it is; a plain number as a Value without edges."""
    return x if isinstance(x, Value) else Value(x)


def reachable(root):
    """Every Value that went into `root`, each once, nearest first."""
    found, seen = [root], {root}
    for value in found:  # the list grows while we walk it
        for parent, _ in value.edges:
            if parent not in seen:
                seen.add(parent)
                found.append(parent)
    return found


def staircase(stairs):
    """w, and y = (stairs + 1) w: each stair adds x = 1 w once more, on a path that is one op longer."""
    w = Value(2.0)
    y = x = 1.0 * w
    for _ in range(stairs):
        y = y * 1.0 + x
    return w, y


if __name__ == "__main__":
    for walk in (every_path, as_soon_as_reached, deepest_first):
        w, y = staircase(10)
        visits = walk(y)
        print(f"{walk.__name__:20} dy/dw = {w.grad:4.0f} (right: 11) in {visits} visits")
