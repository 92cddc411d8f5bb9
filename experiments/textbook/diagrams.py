"""Diagrams of models: the unrolled net and the LSTM cell of page 7, the autoencoder of page 9."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from ..style import figure, headline
from .grids import BLUE, GREEN, LINE, ORANGE, PURPLE, arrow, note, outline, sheet, tint

BESIDE = 0.1  # between an arrow's head and what it points to


def box(axes: Axes, x: float, y: float, text: str, colour: str, width: float = 1.7, height: float = 0.9) -> None:
    """A box with rounded corners around (x, y)."""
    corner, style = (x - width / 2, y - height / 2), "round,pad=0,rounding_size=0.15"
    axes.add_patch(
        FancyBboxPatch(
            corner, width, height, boxstyle=style, facecolor=tint(colour), edgecolor=LINE, linewidth=1.0, zorder=4
        )
    )
    note(axes, x, y, text, zorder=5)


def op(axes: Axes, x: float, y: float, sign: str) -> None:
    """A small circle with the sign of an op of two numbers."""
    axes.add_patch(Circle((x, y), 0.3, facecolor="white", edgecolor="black", linewidth=1.2, zorder=3))
    note(axes, x, y, sign, size=11, zorder=4)


def line(axes: Axes, *places: tuple[float, float]) -> None:
    """Straight pieces from place to place; the last one ends in an arrow."""
    axes.plot(*zip(*places[:-1], strict=True), color="#6b6b6b", linewidth=1.3)
    arrow(axes, places[-2], places[-1])


def plot_unrolled(path: Path) -> None:
    """Page 7: the loop, and the same net unrolled over three steps, with every use of w."""
    with figure(path, 7.6, 2.9) as fig:
        headline(fig, "Unrolled, the loop is three layers that share one w: its gradient is the sum of three shares")
        axes = sheet(fig, 16, 5.4)
        box(axes, 2, 2.5, "w h + x", BLUE)
        arrow(axes, (2, 4.6), (2, 2.95 + BESIDE))
        note(axes, 2, 4.9, "x, one step after the other", size=8)
        line(axes, (2.85, 2.5), (3.5, 2.5), (3.5, 1.3), (0.5, 1.3), (0.5, 2.5), (1.15 - BESIDE / 2, 2.5))
        note(axes, 2, 1.0, "h", size=9)
        note(axes, 4.7, 2.5, "=", size=14)
        note(axes, 6.0, 2.5, "h0 = 0")
        for t, x in enumerate((8.0, 11.0, 14.0), 1):
            arrow(axes, (x - 1.5, 2.5), (x - 0.85 - BESIDE / 2, 2.5))
            box(axes, x, 2.5, f"w h{t - 1} + x{t}", BLUE)
            arrow(axes, (x, 4.6), (x, 2.95 + BESIDE))
            note(axes, x, 4.9, f"x{t}")
            line(axes, (11, 0.5), (x, 0.5), (x, 2.05 - BESIDE))
            note(axes, x + 1.25, 2.15, f"h{t}")
        box(axes, 11, 0.5, "w", ORANGE, width=0.9, height=0.7)
        arrow(axes, (14.85, 2.5), (15.7, 2.5))


def plot_lstm_cell(path: Path) -> None:
    """Page 7: one step of the LSTM."""
    with figure(path, 7.2, 4.1) as fig:
        headline(fig, "The cell c runs straight through time: it is multiplied by f and by no matrix")
        axes = sheet(fig, 16, 9)
        axes.plot([0.6, 14.6], [1.2, 1.2], color=BLUE, linewidth=3, zorder=1)
        arrow(axes, (14.5, 1.2), (15.4, 1.2), BLUE)
        note(axes, 0.9, 0.7, "c, step t - 1", color=BLUE, ha="left")
        note(axes, 15.4, 0.7, "c, step t", color=BLUE, ha="right")
        for x, name, what, colour in (
            (3.2, "f", "sigmoid", ORANGE),
            (5.8, "i", "sigmoid", ORANGE),
            (8.4, "n", "tanh", GREEN),
            (11.0, "o", "sigmoid", ORANGE),
        ):
            box(axes, x, 5.6, f"{name} = {what}", colour, width=2.2)
            arrow(axes, (x, 7.4), (x, 6.05 + BESIDE))
        op(axes, 3.2, 1.2, "×")
        arrow(axes, (3.2, 5.15), (3.2, 1.5 + BESIDE))
        op(axes, 7.1, 3.4, "×")
        line(axes, (5.8, 5.15), (5.8, 3.4), (6.8 - BESIDE, 3.4))
        line(axes, (8.4, 5.15), (8.4, 3.4), (7.4 + BESIDE, 3.4))
        op(axes, 7.1, 1.2, "+")
        arrow(axes, (7.1, 3.1), (7.1, 1.5 + BESIDE))
        box(axes, 13.0, 2.6, "tanh", GREEN, width=1.3, height=0.8)
        arrow(axes, (13.0, 1.2), (13.0, 2.2 - BESIDE))
        op(axes, 13.0, 4.2, "×")
        arrow(axes, (13.0, 3.0), (13.0, 3.9 - BESIDE))
        line(axes, (11.0, 5.15), (11.0, 4.2), (12.7 - BESIDE, 4.2))
        line(axes, (13.3, 4.2), (14.0, 4.2), (14.0, 7.4), (15.4, 7.4))
        note(axes, 14.2, 6.95, "h, step t", ha="left")
        axes.plot([0.6, 11.0], [7.4, 7.4], color="#6b6b6b", linewidth=1.3)
        note(axes, 0.9, 6.95, "h, step t - 1", ha="left")
        axes.plot([1.8, 1.8], [8.6, 7.4], color="#6b6b6b", linewidth=1.3)
        note(axes, 2.1, 8.5, "x, step t", ha="left")
        note(axes, 4.4, 8.1, "each box has weights of its own for x and for h", size=8, ha="left")


def plot_autoencoder(path: Path) -> None:
    """Page 9: what the autoencoder computes, and where the two terms of its loss come from."""
    with figure(path, 8.2, 3.5) as fig:
        headline(
            fig, "The encoder gives a mean and a variance, noise makes a draw of them, the decoder draws the picture"
        )
        axes = sheet(fig, 20, 8.5)
        box(axes, 1.5, 3.5, "image x", BLUE, width=2.2, height=1.4)
        box(axes, 5.0, 3.5, "encoder:\nconvolutions", BLUE, width=2.8, height=1.6)
        box(axes, 8.8, 2.4, "mean m", PURPLE, width=2.2)
        box(axes, 8.8, 4.6, "log s²", PURPLE, width=2.2)
        box(axes, 12.0, 3.5, "z = m + s ε", GREEN, width=2.3, height=1.1)
        box(axes, 15.2, 3.5, "decoder:\ntransposed\nconvolutions", ORANGE, width=2.6, height=1.9)
        box(axes, 18.6, 3.5, "p(x | z)", ORANGE, width=2.0, height=1.4)
        note(axes, 12.0, 1.0, "noise ε from N(0, I)")
        arrow(axes, (12.0, 1.4), (12.0, 2.95 - BESIDE))
        arrow(axes, (2.6, 3.5), (3.6 - BESIDE / 2, 3.5))
        for y in (2.4, 4.6):
            arrow(axes, (6.4, 3.5), (7.7 - BESIDE / 2, y))
            arrow(axes, (9.9, y), (10.85 - BESIDE / 2, 3.5))
        arrow(axes, (13.15, 3.5), (13.9 - BESIDE / 2, 3.5))
        arrow(axes, (16.5, 3.5), (17.6 - BESIDE / 2, 3.5))
        outline(axes, 7.5, 1.2, 2.6, 4.1, PURPLE, "dotted")
        note(axes, 8.8, 0.8, "q(z | x)")
        box(axes, 8.8, 7.2, "KL( q(z | x) || p(z) )", "#999999", width=5.0)
        arrow(axes, (8.8, 5.3), (8.8, 6.75 - BESIDE))
        box(axes, 16.6, 7.2, "- log p(x | z)", "#999999", width=4.2)
        arrow(axes, (18.2, 4.2), (18.2, 6.75 - BESIDE))
        line(axes, (1.5, 4.2), (1.5, 8.3), (16.6, 8.3), (16.6, 7.65 + BESIDE))
        note(axes, 12.9, 7.2, "+", size=14)
