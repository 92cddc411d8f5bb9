"""How pictures are prepared, and the network that they go through."""

import os
from itertools import pairwise, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image

from experiments.style import GREY, figure, headline
from experiments.vae.figures.sheet import GAP, MARGIN, enlarge, picture_sheet
from experiments.vae.saved import SavedVae

CELL = 200  # side of a picture's cell, in screen pixels
LABEL, LETTERS = 110, 22
ENCODER, CODE, DECODER = "#0072b2", "#009e73", "#e69f00"

LINEAR = ("linear_encoder", "linear_decoder")  # layers beside the convolutions
PATH_HEIGHT = 0.74  # at which their arrows run, above the boxes


def plot_preparation(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """Original, centre crop and resized picture below one another; one column per picture."""
    stages = run.stages()
    size = run.image_size
    names = ("original", "centre crop\nto a square", f"resized to\n{size} × {size}")
    width, height = LABEL + len(stages) * (CELL + GAP), len(names) * (CELL + LETTERS)
    finding = f"From a file to {size} × {size} pixels: crop the middle square, then resize with anti-aliasing"
    with picture_sheet(path, width, height, finding, drawn=run.drawn) as (page, top):
        for row, label in enumerate(names):
            y = top + row * (CELL + LETTERS)
            page.row_label(MARGIN + LABEL - 8, y, CELL, label)
            for column, pictures in enumerate(stages):
                x = MARGIN + LABEL + column * (CELL + GAP)
                shown = fitted(pictures[row], CELL)
                left, above = (CELL - shown.shape[1]) // 2, (CELL - shown.shape[0]) // 2
                page.picture(x + left, y + above, shown)
                high, wide = pictures[row].shape[:2]
                page.words(x + CELL / 2, y + CELL + 3, f"{wide} × {high} pixels", ha="center", color=GREY)


def fitted(image: np.ndarray, side: int) -> np.ndarray:
    """An image (H, W, C), uint8, scaled by an integer factor to the largest size that fits a square of ``side`` pixels.

    A small image is enlarged by repeating pixels, a large one is reduced by averaging squares of pixels.
    """
    longest = max(image.shape[:2])
    if longest <= side:
        return enlarge(image, side // longest)
    return np.asarray(Image.fromarray(image).reduce(-(-longest // side)))


def plot_architecture(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """The layers from left to right as boxes; the height shows the image side, the width the number of channels."""
    columns = _columns(run)
    linear = {layer["name"]: layer for layer in run.config["layers"] if layer["name"] in LINEAR}
    with figure(path, max(8.0, 1.15 * len(columns)), 4.5 if linear else 4.1, drawn=run.drawn) as fig:
        headline(fig, _architecture_finding(run))
        axes = fig.subplots()
        left, right, middles = [], [], []  # ends of arrows: (x, y) of each box in a column
        x = 0.0
        for column in columns:
            width = max(_width(layer["output_shape"]) for layer in column)
            heights = _draw_column(axes, column, x + width / 2, run.image_size)
            left.append([(x - 0.06, y) for y in heights])
            right.append([(x + width + 0.06, y) for y in heights])
            middles.append(x + width / 2)
            x += width + 0.75
        for begins, ends in pairwise(zip(right, left, strict=True)):
            for begin, end in product(begins[0], ends[1]):
                axes.annotate(
                    "", end, begin, arrowprops={"arrowstyle": "->", "color": GREY, "shrinkA": 0, "shrinkB": 0}
                )
        code = next(i for i, column in enumerate(columns) if len(column) > 1)
        if linear:
            _draw_path(axes, middles[0], 0.62, middles[code] - 0.2, 0.47, linear["linear_encoder"])
            _draw_path(axes, middles[code] + 0.2, 0.47, middles[-1], 0.62, linear["linear_decoder"])
        top = 1.3 if linear else 0.84
        axes.text(-0.3, top, _kinds(run), fontsize=8, color=GREY, va="top")
        axes.set_xlim(-0.5, x - 0.25)
        axes.set_ylim(-1.05, top + 0.01)
        axes.set_axis_off()


def _draw_path(axes: Axes, start: float, low: float, end: float, high: float, layer: dict[str, Any]) -> None:
    """An arrow above the boxes, from the top of one, (start, low), to that of another, (end, high), with its name."""
    axes.plot([start, start, end], [low, PATH_HEIGHT, PATH_HEIGHT], color=CODE)
    axes.annotate("", (end, high), (end, PATH_HEIGHT), arrowprops={"arrowstyle": "->", "color": CODE, "shrinkA": 0})
    words = f"linear path, {layer['parameters']:,} parameters"
    axes.text((start + end) / 2, PATH_HEIGHT + 0.02, words, ha="center", va="bottom", fontsize=7.5, color=GREY)


def _columns(run: SavedVae) -> list[list[dict[str, Any]]]:
    """The layers in the order of the forward pass; layers that read the same input share a column."""
    columns: list[list[dict[str, Any]]] = [
        [{"name": "image", "output_shape": [run.image_size, run.image_size, 3], "parameters": 0}]
    ]
    for layer in run.config["layers"]:
        if layer["name"] in LINEAR:  # a path of its own
            continue
        # to_mean and to_log_variance both read the encoder's last layer
        if layer["name"].startswith("to_") and columns[-1][0]["name"].startswith("to_"):
            columns[-1].append(layer)
        else:
            columns.append([layer])
    return columns


def _kinds(run: SavedVae) -> str:
    """The kind of layer of encoder and decoder, in words, taken from the first layer of each."""
    kinds: dict[str, str] = {}
    for layer in run.config["layers"]:
        kinds.setdefault(layer["name"].partition(".")[0], layer["kind"].replace("4x4", "4 × 4").replace("relu", "ReLU"))
    parts = [f"{part}: {kinds[part]}" for part in ("encoder", "decoder") if part in kinds]
    return "\n".join([*parts, "a latent z is drawn from the posterior of mean and log-variance"])


def _architecture_finding(run: SavedVae) -> str:
    layers = run.config["layers"]
    parameters = sum(layer["parameters"] for layer in layers)
    arithmetic = sum(layer["multiply_adds"] for layer in layers)
    values = run.image_size**2 * 3
    return (
        f"{values:,} values through a code of {run.latent}: {parameters:,} parameters, {arithmetic / 1e6:.1f} million "
        "multiply-adds for an image"
    )


def _draw_column(axes: Axes, column: list[dict[str, Any]], centre: float, size: int) -> list[float]:
    """One box, or two that read the same input, with name, shape and parameters below; return the y of each."""
    middles = [0.0] if len(column) == 1 else [0.3, -0.3]
    for layer, middle in zip(column, middles, strict=True):
        shape = layer["output_shape"]
        height = 0.12 + 1.1 * shape[0] / size if len(shape) == 3 else 0.3
        corner = (centre - _width(shape) / 2, middle - height / 2)
        axes.add_patch(Rectangle(corner, _width(shape), height, facecolor=_colour(layer["name"]), alpha=0.85))
        if len(column) > 1:
            axes.text(centre, middle, _short(layer["name"]), ha="center", va="center", fontsize=7, color="white")
    shape = " × ".join(str(side) for side in column[0]["output_shape"])
    parameters = sum(layer["parameters"] for layer in column)
    title = _short(column[0]["name"]) if len(column) == 1 else "posterior"
    axes.text(centre, -0.72, title, ha="center", va="top", fontsize=8, fontweight="bold")
    count = f"\n{parameters:,}\nparameters" if parameters else ""
    words = f"{len(column)} × {shape}" if len(column) > 1 else shape
    axes.text(centre, -0.81, f"{words}{count}", ha="center", va="top", fontsize=7.5, color=GREY, linespacing=1.35)
    return middles


def _width(shape: list[int]) -> float:
    return 0.1 * np.sqrt(shape[2]) if len(shape) == 3 else 0.85


def _colour(layer: str) -> str:
    if layer == "image":
        return GREY
    return ENCODER if layer.startswith("encoder") else DECODER if layer.startswith("decoder") else CODE


def _short(layer: str) -> str:
    return layer.removeprefix("to_").replace("log_variance", "log-variance").replace("_", " ").replace(".", " ")
