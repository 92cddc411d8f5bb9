"""The small graphs of pages 1, 2, 3 and 7, recorded with every number, and their still pictures."""

from pathlib import Path

import numpy as np

from autograd import Tensor, graph
from autograd.apply import apply
from autograd.tools.graph.drawing import draw
from autograd.tools.graph.text import chosen_vertices

from ..style import DOTS_PER_INCH, write_png

STEPS, HIDDEN = 6, 4


def leaf(value: object, name: str) -> Tensor:
    """A tensor in float64 that requires a gradient."""
    return Tensor(np.array(value, np.float64), requires_grad=True, name=name)


def neuron() -> Tensor:
    """Page 1: y = tanh(w x + b)."""
    with graph.recording(arrays=True):
        y = (leaf(2.0, "w") * leaf(-1.0, "x") + leaf(1.5, "b")).tanh()
    y.backward()
    return y


def one_op() -> Tensor:
    """Page 2: L = the sum of tanh(x) g, for three numbers."""
    with graph.recording(arrays=True):
        loss = (leaf([0.5, -1.0, 2.0], "x").tanh() * np.array([1.0, 10.0, 100.0])).sum()
    loss.backward()
    return loss


def diamond() -> Tensor:
    """Page 3: a = x², b = 2 a, c = 3 a, y = b + c at x = 3."""
    with graph.recording(arrays=True):
        a = leaf(3.0, "x") ** 2.0
        b, c = 2 * a, 3 * a
        a.name, b.name, c.name = "a", "b", "c"
        y = b + c
        y.name = "y"
    y.backward()
    return y


def cell(inputs: np.ndarray, h: np.ndarray, u: np.ndarray):
    """One step of a recurrent net as one op: h' = tanh(inputs + U h). With a = inputs + U h, da = (1 - h'²) dh'."""
    after = np.tanh(inputs + u @ h)
    slope = 1 - after * after
    return after, None, lambda g: u.T @ (slope * g), lambda g: np.outer(slope * g, h)


def recurrence() -> Tensor:
    """Page 7: six cells in a row, and the sum of the last state."""
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((STEPS, HIDDEN))
    u = leaf(0.5 * rng.standard_normal((HIDDEN, HIDDEN)), "U")
    h = leaf(np.zeros(HIDDEN), "h0")
    with graph.recording(arrays=True):
        for t in range(STEPS):
            h = apply(cell, inputs[t], h, u)
            h.name = f"h{t + 1}"
        loss = h.sum()
    loss.backward()
    return loss


def plot_neuron(path: Path) -> None:
    _plot(neuron(), path)


def plot_one_op(path: Path) -> None:
    _plot(one_op(), path)


def plot_diamond(path: Path) -> None:
    _plot(diamond(), path)


def plot_recurrence(path: Path) -> None:
    _plot(recurrence(), path)


def _plot(tensor, path):
    """The graph with values and gradients, as `graph.to_svg` draws it, but as a PNG."""
    fig = draw(chosen_vertices(tensor, None, False), values=True, gradients=True)
    fig.set_dpi(DOTS_PER_INCH)
    write_png(fig, path)
