"""How pictures are prepared: from a file to what the network sees."""

import os

import numpy as np
from PIL import Image

from experiments.style import GREY
from experiments.vae.figures.sheet import GAP, MARGIN, enlarge, picture_sheet
from experiments.vae.saved import SavedVae

CELL = 200  # side of a picture's cell, in screen pixels
LABEL, LETTERS = 110, 22


def plot_preparation(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """Original, centre crop and resized picture below one another; one column per picture."""
    stages = run.stages()
    size = run.image_size
    names = ["original", "centre crop\nto a square", f"resized to\n{size} × {size}"]
    rows = [0, 1, 2] if any(original.shape != crop.shape for original, crop, _ in stages) else [0, 2]
    if len(rows) == 2:  # square pictures: the crop changes nothing
        names[0] = "original\n(square)"
    width, height = LABEL + len(stages) * (CELL + GAP), len(rows) * (CELL + LETTERS)
    finding = f"From a file to {size} × {size} pixels: crop the middle square, then resize with anti-aliasing"
    if len(rows) == 2:
        finding = f"From a square file to {size} × {size} pixels: resize with anti-aliasing"
    with picture_sheet(path, width, height, finding, drawn=run.drawn) as (page, top):
        for place, row in enumerate(rows):
            y = top + place * (CELL + LETTERS)
            page.row_label(MARGIN + LABEL - 8, y, CELL, names[row])
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
