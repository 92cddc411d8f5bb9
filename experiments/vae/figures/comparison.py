"""All KL weights side by side: one column per weight; faces, prior draws and scales are the same in every column."""

import os
from collections.abc import Callable

import numpy as np

from experiments.vae.figures.curves import draw_term
from experiments.vae.figures.look import colours
from experiments.vae.figures.sheet import MARGIN, PictureSheet, extent, picture_sheet, pixels, scale_for, tile
from experiments.vae.figures.units import draw_kl
from experiments.vae.saved import SavedVae
from experiments.vae.words import latent_facts, name, title

ACROSS, SAMPLE_ROWS, PAIRS, STEPS = 8, 4, 2, 5  # pictures per row; rows of samples; interpolations; pictures on each
TILE = 64
LABEL, BETWEEN, BAND = 216, 34, 26
TICK_LABELS = 96  # room for "−10,000" and its tick
TITLE, CHART, DOTS, TICKS = 74, 190, 150, 46


def plot_comparison(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """Rows: learning curve, reconstructions, samples, interpolations, KL of every unit; a column for each weight."""
    weights = [weight for weight in run.weights if run.has_snapshot(weight)]
    scale = scale_for(run.image_size, TILE)
    side = scale * run.image_size
    column = extent(ACROSS, side)
    rows: list[tuple[str, int, Callable[[PictureSheet, int, int, float], None]]] = [
        (
            "negative ELBO,\nnats per image\n(held-out solid,\ntraining dashed)",
            CHART,
            _learning_curve(run, weights, column),
        ),
        ("held-out faces,\nreconstructed\nbelow", extent(2, side), _reconstructions(run, scale)),
        ("decoded draws\nfrom the prior\n(the same)", extent(SAMPLE_ROWS, side), _samples(run, scale)),
        (f"between two\n{run.kind} faces\n(at the ends)", extent(PAIRS, side), _interpolations(run, scale, column)),
        ("KL of every unit,\nnats, logarithmic\n(dashed: 0.1)", DOTS, _units(run, weights, column)),
    ]
    heights = [height + (TICKS if i in (0, len(rows) - 1) else 0) for i, (_, height, _) in enumerate(rows)]
    size = LABEL + len(weights) * (column + BETWEEN) - BETWEEN, TITLE + sum(heights) + BAND * (len(rows) - 1)
    with picture_sheet(path, *size, _finding(run, weights), drawn=run.drawn) as (page, top):
        for i, weight in enumerate(weights):
            x = MARGIN + LABEL + i * (column + BETWEEN)
            page.words(x, top, title(run, weight), fontsize=12, fontweight="bold", color=colours(run)[weight])
            page.words(x, top + pixels(12) * 1.4, latent_facts(run, weight), fontsize=8.5)
            y = top + TITLE
            for (label, height, draw), taken in zip(rows, heights, strict=True):
                if i == 0:
                    apart = TICK_LABELS if taken > height else 8
                    page.row_label(x - apart, y, height, label)
                draw(page, x, y, weight)
                y += taken + BAND


def _learning_curve(run, weights, width):
    def draw(page: PictureSheet, x: int, y: int, weight: float) -> None:
        axes = page.axes(x, y, width, CHART)
        draw_term(axes, run, weights, "neg_elbo")  # all weights, only to find the common scale
        limits = axes.get_ylim()
        axes.clear()
        draw_term(axes, run, [weight], "neg_elbo")
        axes.set_ylim(limits)
        if weight != weights[0]:
            axes.tick_params(labelleft=False)

    return draw


def _reconstructions(run, scale):
    def draw(page: PictureSheet, x: int, y: int, weight: float) -> None:
        arrays = run.snapshot(weight)
        page.picture(x, y, tile(np.stack([arrays["originals"][:ACROSS], arrays["reconstructions"][:ACROSS]]), scale))

    return draw


def _samples(run, scale):
    def draw(page: PictureSheet, x: int, y: int, weight: float) -> None:
        samples = run.snapshot(weight)["samples"][: SAMPLE_ROWS * ACROSS]
        page.picture(x, y, tile(samples.reshape(SAMPLE_ROWS, ACROSS, *samples.shape[1:]), scale))

    return draw


def _interpolations(run, scale, width):
    """Two real faces and every other picture of the interpolation between them, spread over the width of the row."""

    def draw(page: PictureSheet, x: int, y: int, weight: float) -> None:
        arrays = run.snapshot(weight)
        pairs, lines = arrays["pairs"][:PAIRS], arrays["interpolations"][:PAIRS]
        lines = lines[:, np.linspace(0, lines.shape[1] - 1, STEPS).round().astype(int)]
        side = scale * run.image_size
        page.picture(x, y, tile(pairs[:, :1], scale))
        page.picture(x + (width - extent(STEPS, side)) // 2, y, tile(lines, scale))
        page.picture(x + width - side, y, tile(pairs[:, 1:], scale))

    return draw


def _units(run, weights, width):
    def draw(page: PictureSheet, x: int, y: int, weight: float) -> None:
        axes = page.axes(x, y, width, DOTS)
        draw_kl(axes, run, weight)
        if weight != weights[0]:
            axes.tick_params(labelleft=False)

    return draw


def _finding(run: SavedVae, weights: list[float]) -> str:
    verdicts = {weight: run.verdict(weight) for weight in weights}
    named = {
        "collapsed": "collapses the code",
        "short code": "shortens the code",
        "unused prior": "leaves the prior unused",
    }
    parts = [f"{name(weight)} {named[verdict]}" for weight, verdict in verdicts.items() if verdict in named]
    best = min(weights, key=lambda weight: run.curve(weight, "held_out", "neg_elbo").values[-1])
    bound = f"{name(best)} has the best bound"
    return "; ".join([f"The same network with the KL term weighted differently: {bound}", *parts])
