"""The player of a tiny net, forward and back, as the engine records it."""

import base64
from io import BytesIO
from typing import NamedTuple

import numpy as np
from matplotlib import rc_context

from autograd import Tensor, graph
from autograd.tools.graph.drawing import draw
from autograd.tools.graph.player import player_page, read_player
from autograd.tools.graph.text import chosen_vertices

TITLE = "Two inputs, two hidden units, one answer: forward, then back"


def backpropagation() -> str:
    """A self-contained HTML document: what `graph.to_html` writes for the net's squared error."""
    return player_page(read_player(tiny_net()), TITLE)


class Drawing(NamedTuple):
    """An SVG as a data: URL, and its size in pixels."""

    address: str
    width: int
    height: int


def drawn_graph() -> Drawing:
    """The same graph as a still picture, with the letters as outlines."""
    figure = draw(chosen_vertices(tiny_net(), None, False), values=True, gradients=True)
    svg = BytesIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "autograd"}):  # the same graph, the same bytes
        figure.savefig(svg, format="svg", metadata={"Date": None})
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    return Drawing(f"data:image/svg+xml;base64,{base64.b64encode(svg.getvalue()).decode()}", width, height)


def tiny_net() -> Tensor:
    """The squared error of tanh(x W + b) v, two hidden units wide, after backward; recorded with every number."""
    x = Tensor(np.array([[1.0, -0.5]]))
    w, b, v = (
        Tensor(np.array(values), requires_grad=True, name=name)
        for name, values in (("W", [[0.5, -1.0], [1.5, 0.8]]), ("b", [0.1, 0.2]), ("v", [[1.2], [-0.7]]))
    )
    with graph.recording(arrays=True):
        hidden = (x @ w + b).tanh()
        hidden.name = "hidden"
        answer = hidden @ v
        answer.name = "answer"
        error = (answer - 1.0) ** 2.0
        loss = error.sum()
        loss.name = "loss"
    loss.backward()
    return loss
