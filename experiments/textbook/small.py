"""One small picture each for the pages 5, 11, 12, 13 and 14."""

from pathlib import Path

import numpy as np
from matplotlib.typing import ColorType

from ..style import figure, headline
from .grids import BLUE, GREEN, ORANGE, PALE, arrow, grid, note, sheet, tint


def plot_matrix_product(path: Path) -> None:
    """The shapes of Y = A B and of its two gradients."""
    products = [
        (0.3, "Y = A B", (2, 3, "A", BLUE), (3, 4, "B", GREEN), (2, 4, "Y", ORANGE)),
        (3.9, "dL/dA = G Bᵀ", (2, 4, "G", ORANGE), (4, 3, "Bᵀ", GREEN), (2, 3, "dL/dA", BLUE)),
        (8.5, "dL/dB = Aᵀ G", (3, 2, "Aᵀ", BLUE), (2, 4, "G", ORANGE), (3, 4, "dL/dB", GREEN)),
    ]
    with figure(path, 5.6, 4.2) as fig:
        headline(fig, "The shapes leave one product for each gradient")
        axes = sheet(fig, 19, 12)
        for top, title, *factors in products:
            note(axes, 2, top + 1.5, title)
            for left, (rows, columns, name, colour), sign in zip((5, 9.7, 14.4), factors, "@= ", strict=True):
                grid(axes, left, top, np.full((rows, columns), ""), [[tint(colour)] * columns] * rows)
                note(axes, left + columns / 2, top + rows / 2, name)
                note(axes, left + 4.35, top + 1.5, sign)


def plot_swish(path: Path) -> None:
    """Swish and its slope for three steepnesses."""
    x = np.linspace(-5, 5, 201)
    with figure(path, 7.0, 2.8) as fig:
        headline(fig, "A steep swish is almost a relu; a flat one is almost x / 2")
        left, right = fig.subplots(1, 2)
        for b, colour, dashes in ((0.05, GREEN, ":"), (1.0, BLUE, "-"), (5.0, ORANGE, "--")):
            p = 1 / (1 + np.exp(-b * x))
            left.plot(x, x * p, dashes, color=colour, label=f"b = {b:g}")
            right.plot(x, p + b * x * p * (1 - p), dashes, color=colour)
        for axes, name in ((left, "y = x sigmoid(b x)"), (right, "dy/dx")):
            axes.set_xlabel("x")
            axes.set_ylabel(name)
        left.legend()


def plot_softmax(path: Path) -> None:
    """p and p minus one-hot for three logits."""
    p = np.exp([2.0, 1.0, 0.0])
    p /= p.sum()
    with figure(path, 7.0, 2.6) as fig:
        headline(fig, "The gradient of cross-entropy pulls the label's logit up and pushes all others down")
        left, right = fig.subplots(1, 2)
        left.bar(range(3), p, color=BLUE)
        right.bar(range(3), p - [0, 1, 0], color=[BLUE, ORANGE, BLUE])
        right.axhline(0, color="black", linewidth=0.8)
        for axes, name in ((left, "probability p"), (right, "dL/dlogit = p - one-hot")):
            axes.set_xticks(range(3), ["class 0", "class 1\n(the label)", "class 2"])
            axes.set_ylabel(name)


def plot_normalisation(path: Path) -> None:
    """Which elements share a mean: columns for batch norm, rows for layer norm."""
    with figure(path, 7.0, 2.7) as fig:
        headline(fig, "Batch norm shares a mean down a column, layer norm along a row")
        axes = sheet(fig, 20, 6.6)
        colours: list[ColorType] = [tint(c) for c in (BLUE, ORANGE, GREEN)]
        cells = np.full((4, 5), "")
        note(axes, 4.5, 0.5, "batch_norm: x (N, C)")
        grid(axes, 2, 1.2, cells, [[colours[c % 3] for c in range(5)] for _ in range(4)])
        note(axes, 14.5, 0.5, "layer_norm: x (N, C)")
        grid(axes, 12, 1.2, cells, [[colours[r % 3]] * 5 for r in range(4)])
        for left in (2, 12):
            note(axes, left - 0.7, 3.2, "N")
            note(axes, left + 2.5, 5.6, "C")
        note(
            axes,
            10,
            6.3,
            "neighbours of one colour have one mean and one sigma, so each has an influence on all of them",
            8,
        )


def plot_indexing(path: Path) -> None:
    """Picking x[[0, 0, 2]], and the shares on their way back."""
    with figure(path, 7.0, 2.5) as fig:
        headline(fig, "An element that was picked twice gets two shares; one that was left out gets 0")
        axes = sheet(fig, 20, 5.8)
        colours: list[ColorType] = [tint(ORANGE), PALE, tint(BLUE)]
        picked = [0, 0, 2]
        note(axes, 4.5, 0.4, "forward: x and x[[0, 0, 2]]")
        grid(axes, 3, 1, np.array([[10, 20, 30]]), [colours])
        grid(axes, 3, 4, np.array([[10, 10, 30]]), [[colours[k] for k in picked]])
        note(axes, 15.5, 0.4, "backward: dL/dx and g")
        grid(axes, 14, 1, np.array([[3, 0, 3]]), [colours])
        grid(axes, 14, 4, np.array([[1, 2, 3]]), [[colours[k] for k in picked]])
        for place, source in enumerate(picked):
            arrow(axes, (3.5 + source, 2.05), (3.5 + place, 3.95))
            arrow(axes, (14.5 + place, 3.95), (14.5 + source, 2.05))
