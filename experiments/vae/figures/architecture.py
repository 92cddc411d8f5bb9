"""The network as a drawing: layers from left to right, the noise that makes z a draw, and the final sigmoid."""

import os
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from experiments.style import GREY, NarrowFigure, figure, headline
from experiments.vae.saved import SavedVae

ENCODER, CODE, DECODER = "#0072b2", "#009e73", "#e69f00"
PITCH = 1.5  # distance between the centres of two columns; a box is at most 1 wide, a picture's side 1.1 high
NODE = 0.2  # radius of a node without parameters
ABOVE = 0.3  # height of the mean above the middle, and of the log-variance below it
SMALLER = 0.75  # letters on a narrow screen, as a share of those on a wide one
ROOF = 0.86  # height of the linear path that passes the convolutions by


class Column(NamedTuple):
    """What stands at one place: its title, the lines below it, and the layers to draw, or the text of a node."""

    title: str
    lines: tuple[str, ...]
    layers: tuple[dict[str, Any], ...] = ()
    node: str = ""


def plot_architecture(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """Boxes for layers: the height shows the side of the picture, the width the number of channels.

    On a narrow screen the way from the image to z stands above the way back.
    """
    layers = {layer["name"]: layer for layer in run.config["layers"]}
    columns = _columns(run, layers)
    with figure(path, 1.22 * len(columns), 4.3, drawn=run.drawn) as fig:
        headline(fig, _finding(run))
        slim, draw = isinstance(fig, NarrowFigure), [column.title for column in columns].index("a draw")
        parts = [columns[: draw + 1], columns[draw:]] if slim else [columns]
        panels = fig.subplots(len(parts), 1, squeeze=False)[:, 0]
        for axes, part in zip(panels, parts, strict=True):
            _draw_part(axes, part, run.image_size, layers)
        panels[0].text(-0.6, 1.22, _kinds(run), fontsize=8, color=GREY, va="top")
        if slim:
            _make_small(panels)


def _make_small(panels: np.ndarray) -> None:
    """Letters and nodes for columns that are half as wide."""
    for axes in panels:
        for text in axes.texts:
            text.set_fontsize(SMALLER * text.get_fontsize())
            text.set_text(text.get_text().replace(" × ", "×"))
        for line in axes.lines:
            line.set_markersize(SMALLER * SMALLER * line.get_markersize())


def _draw_part(axes: Axes, columns: list[Column], size: int, layers: dict[str, dict[str, Any]]) -> None:
    for i, column in enumerate(columns):
        _draw(axes, column, PITCH * i, size)
    _arrows(axes, columns, size)
    _linear_paths(axes, columns, layers)
    axes.set_xlim(-0.75, PITCH * (len(columns) - 1) + 0.75)
    axes.set_ylim(-1.1, 1.25)
    axes.set_axis_off()


def _columns(run: SavedVae, layers: dict[str, dict[str, Any]]) -> list[Column]:
    """The columns in the order of the forward pass."""
    side, latent = run.image_size, run.latent
    picture = {"name": "image", "output_shape": [side, side, 3]}
    encoder = [_of_layer(layer) for name, layer in layers.items() if name.startswith("encoder")]
    decoder = [_of_layer(layer) for name, layer in layers.items() if name.startswith("decoder")]
    posterior = (layers["to_mean"], layers["to_log_variance"])
    drawn = Column("a draw", ("z = m + s ε", f"{latent}"), node="z")
    coded = Column("posterior", (f"2 × {latent}", *_parameters(posterior)), posterior)
    first, last = Column("image x", (f"{side} × {side} × 3",), (picture,)), Column("sigmoid", ("to [0, 1]",), node="σ")
    return [first, *encoder, coded, drawn, _of_layer(layers["from_latent"]), *decoder, last]


def _of_layer(layer: dict[str, Any]) -> Column:
    shape = " × ".join(str(side) for side in layer["output_shape"])
    return Column(layer["name"].replace("_", " ").replace(".", " "), (shape, *_parameters((layer,))), (layer,))


def _parameters(layers: tuple[dict[str, Any], ...]) -> tuple[str, str]:
    return f"{sum(layer['parameters'] for layer in layers):,}", "parameters"


def _draw(axes: Axes, column: Column, x: float, size: int) -> None:
    """The boxes or the node of a column, and its words below."""
    if column.node:
        edge = CODE if column.node == "z" else DECODER
        axes.plot(x, 0, "o", markersize=27, markerfacecolor="white", markeredgecolor=edge, markeredgewidth=2)
        axes.text(x, 0, column.node, ha="center", va="center", fontsize=10)
    for layer, y in zip(column.layers, _heights(column), strict=True):
        width, height = _box(layer, size)
        colour = _colour(layer["name"])
        axes.add_patch(Rectangle((x - width / 2, y - height / 2), width, height, facecolor=colour, alpha=0.85))
        if len(column.layers) > 1:
            words = "m" if layer["name"] == "to_mean" else "log s²"
            axes.text(x, y, words, ha="center", va="center", fontsize=7, color="white")
    if column.node == "z":
        axes.text(x, 0.62, "noise ε\nfrom N(0, I)", ha="center", va="bottom", fontsize=7.5, color=GREY)
        _arrow(axes, (x, 0.6), (x, NODE - 0.06))
    axes.text(x, -0.68, column.title, ha="center", va="top", fontsize=8, fontweight="bold")
    axes.text(x, -0.78, "\n".join(column.lines), ha="center", va="top", fontsize=7.5, color=GREY, linespacing=1.35)


def _heights(column: Column) -> list[float]:
    return [ABOVE, -ABOVE] if len(column.layers) > 1 else [0.0] * len(column.layers)


def _box(layer: dict[str, Any], size: int) -> tuple[float, float]:
    """Width and height of a layer's box."""
    shape = layer["output_shape"]
    return (min(0.06 * np.sqrt(shape[2]), 1.0), 0.1 + 1.0 * shape[0] / size) if len(shape) == 3 else (0.85, 0.3)


def _reach(column: Column, size: int) -> float:
    """Half of the width of what is drawn in a column, with a little air."""
    return (NODE if column.node else max(_box(layer, size)[0] for layer in column.layers) / 2) + 0.05


def _arrows(axes: Axes, columns: list[Column], size: int) -> None:
    for i, (one, other) in enumerate(pairwise(columns)):
        begin, end = PITCH * i + _reach(one, size), PITCH * (i + 1) - _reach(other, size)
        for y0 in _heights(one) or [0.0]:
            for y1 in _heights(other) or [0.0]:
                _arrow(axes, (begin, y0), (end, y1))


def _linear_paths(axes: Axes, columns: list[Column], layers: dict[str, dict[str, Any]]) -> None:
    """The paths beside the convolutions: from the image to the mean, and from z to the input of the sigmoid."""
    place = {column.title: PITCH * i for i, column in enumerate(columns)}
    ways = {
        "linear_encoder": ("image x", 0.0, 0.57, "posterior", ABOVE + 0.17),
        "linear_decoder": ("a draw", 0.5, 0.0, "sigmoid", NODE - 0.06),
    }
    for name, (begin, aside, y0, end, y1) in ways.items():
        if not {begin, end} <= set(place) or name not in layers:
            continue
        x0, x1 = place[begin] + aside, place[end]
        axes.plot([x0, x0, x1], [y0, ROOF, ROOF], color=GREY, lw=1.2)
        _arrow(axes, (x1, ROOF), (x1, y1))
        words = f"linear path, {layers[name]['parameters']:,} parameters"
        axes.text((x0 + x1) / 2, ROOF + 0.03, words, ha="center", fontsize=7.5, color=GREY)


def _arrow(axes: Axes, begin: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, begin, arrowprops={"arrowstyle": "->", "color": GREY, "shrinkA": 0, "shrinkB": 0})


def _kinds(run: SavedVae) -> str:
    """The kind of layer of encoder and decoder, in words, taken from the first layer of each."""
    kinds: dict[str, str] = {}
    for layer in run.config["layers"]:
        kinds.setdefault(layer["name"].partition(".")[0], layer["kind"].replace("4x4", "4 × 4").replace("relu", "ReLU"))
    return "\n".join(f"{part}: {kinds[part]}" for part in ("encoder", "decoder") if part in kinds)


def _finding(run: SavedVae) -> str:
    layers = run.config["layers"]
    parameters = sum(layer["parameters"] for layer in layers)
    arithmetic = sum(layer["multiply_adds"] for layer in layers)
    values = run.image_size**2 * 3
    return (
        f"{values:,} values through a code of {run.latent}: {parameters:,} parameters, {arithmetic / 1e6:.1f} million "
        "multiply-adds for an image"
    )


def _colour(layer: str) -> str:
    if layer == "image":
        return GREY
    return ENCODER if layer.startswith("encoder") else DECODER if layer.startswith("decoder") else CODE
