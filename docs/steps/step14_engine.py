"""Step 14. The engine

What stands in `autograd/node.py`, `tensor.py` and `rules/` is step 13 with more ops and more care. This step puts the
two beside each other, thought by thought. Each pair of lines below stands in both sources; the program looks them up,
so the comparison cannot drift away from the code.
"""

import inspect
import sys
from pathlib import Path

import numpy as np
import step06_unbroadcast
import step13_safety

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project's own autograd, from whatever folder this is run

import autograd
from autograd import node, tensor
from autograd.rules import elementwise

# (the thought, where it stands in the steps, its line there, where it stands in the engine, its line there)
PAIRS = [
    (
        "a rule: the value and one vjp for each argument",
        (step06_unbroadcast, "return a * b, lambda g: g * b, lambda g: g * a"),
        (elementwise, "return a * b, lambda g: g * b, lambda g: g * a"),
    ),
    (
        "a value is deeper than all it was made from",
        (step13_safety, "self.depth = 1 + max((parent.depth for parent, _ in edges), default=-1)"),
        (node, "depth = parent.depth + 1"),
    ),
    (
        "deepest first",
        (step13_safety, "sorted(reachable(self.node), key=lambda node: node.depth, reverse=True)"),
        (node, 'sorted(_reachable(node), key=attrgetter("depth"), reverse=True)'),
    ),
    (
        "carry the gradient to a parent",
        (step13_safety, "share = unbroadcast(vjp(g), parent.shape)"),
        (node, "share = vjp(g)"),
    ),
    (
        "undo broadcasting",
        (step06_unbroadcast, "return g.sum(axis=copied, keepdims=True)"),
        (node, "summed = g.sum((*range(extra), *repeated), keepdims=True)"),
    ),
    (
        "a used edge is dropped, and with it what its vjp had saved",
        (step13_safety, "node.edges = node.grad = None"),
        (node, "node.edges = None"),
    ),
    (
        "a used graph is refused",
        (step13_safety, "if node.edges is None:"),
        (node, "if node.edges is None:"),
    ),
    (
        "only what requires a gradient is remembered",
        (step13_safety, "if edges and recording:"),
        (tensor, "if edges and (not mode.pauses or mode.is_recording()) else None"),
    ),
]


def missing():
    """The lines of PAIRS that are not in the source where they are said to stand."""
    sides = [side for _, *both in PAIRS for side in both]
    return [line for module, line in sides if line not in inspect.getsource(module)]


if __name__ == "__main__":
    for thought, *both in PAIRS:
        print(thought)
        for module, line in both:
            print(f"    {Path(module.__file__).name:22} {line}")
    for make in (step13_safety.Tensor, autograd.Tensor):
        x = make(np.array([0.5, -1.0]), requires_grad=True)
        ((2.0 * x * x).tanh() * x).sum().backward()
        print(f"{make.__module__:22} gradient {x.grad}")
