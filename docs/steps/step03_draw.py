"""Step 3. Draw the graph

Each Value now also keeps the name of the op that made it. The edges are then a picture: `draw` walks them and writes
Mermaid, a text that many Markdown viewers draw. A value that is used twice is one box with two arrows.
From here on each step keeps only the operators that it needs.
"""

import math


class Value:
    """A number, the op and the edges that made it, and the gradient it has collected."""

    def __init__(self, data, edges=(), op="leaf"):
        self.data, self.edges, self.op, self.grad = data, edges, op, 0.0

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)], "add")

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)], "mul")

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, [(self, 1 - y * y)], "tanh")

    def backward(self, g=1.0):
        self.grad += g
        for parent, slope in self.edges:
            parent.backward(g * slope)


def as_value(x):
    """A Value as it is; a plain number as a Value without edges."""
    return x if isinstance(x, Value) else Value(x)


def reachable(root):
    """Every Value that went into `root`, each once, `root` first."""
    found, seen = [root], {root}
    for value in found:  # the list grows while we walk it
        for parent, _ in value.edges:
            if parent not in seen:
                seen.add(parent)
                found.append(parent)
    return found


def draw(root):
    """The graph above `root` as Mermaid text: a box for each value, an arrow with the slope for each edge."""
    values = reachable(root)
    number = {value: f"v{i}" for i, value in enumerate(values)}
    lines = ["graph LR"]
    lines += [f'{number[v]}["{v.op} {v.data:.3g}"]' for v in values]
    lines += [f"{number[p]} -- {slope:.3g} --> {number[v]}" for v in values for p, slope in v.edges]
    return "\n".join(lines)


if __name__ == "__main__":
    w, x = Value(2.0), Value(-1.0)
    y = (w * x + w).tanh()
    print(draw(y))
