"""The player of a tiny net, forward and back, as the engine records it."""

import numpy as np

from autograd import Tensor, graph
from autograd.tools.graph.player import player_page, read_player

TITLE = "Two inputs, two hidden units, one answer: forward, then back"


def backpropagation() -> str:
    """A self-contained HTML document: what `graph.to_html` writes for the net's squared error."""
    return player_page(read_player(tiny_net()), TITLE)


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
