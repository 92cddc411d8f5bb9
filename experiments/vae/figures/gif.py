"""samples.gif: the same draws from the prior, decoded after every epoch: faces take shape as training goes on.

The last epoch is the first frame, because a viewer that does not animate shows only that one.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import imageio.v3 as iio
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from data.atomic import write_bytes
from experiments.vae.figures.sheet import scale_for, tile
from experiments.vae.saved import SavedVae
from experiments.vae.words import name

SIDE = 56  # approximate side of a picture, in screen pixels
CAPTION = 30  # height of the caption above the grid, in screen pixels
MAX_BYTES = 3_000_000
ATTEMPTS = ((24, 8), (24, 7), (16, 7), (12, 6), (8, 5))  # frames, bits of colour; each attempt gives a smaller file
LAST, FIRST, OTHER = 2500, 900, 350  # milliseconds that the last epoch, the first and any other are shown


def write_gif(run: SavedVae, weight: float, path: str | os.PathLike[str]) -> None:
    """Write the GIF of a weight, of at most 3 MB; the same run gives the same bytes."""
    epochs = list(run.frames(weight))
    for count, bits in ATTEMPTS:
        content = _encode([_frame(run, weight, epoch) for epoch in thinned(epochs, count)], bits)
        if len(content) <= MAX_BYTES:
            break
    write_bytes(Path(path), content)


def thinned(epochs: list[int], count: int) -> list[int]:
    """At most ``count`` of the epochs, the first and the last included, closer together at the beginning.

    Samples change most in the first epochs, so the gaps between the chosen ones grow linearly.
    """
    if len(epochs) <= count:
        return epochs
    places = np.linspace(0, 1, count) ** 2 * (len(epochs) - 1)
    return [epochs[place] for place in sorted(set(places.round().astype(int)))]


def _frame(run: SavedVae, weight: float, epoch: int) -> np.ndarray:
    """The grid after an epoch below its caption: uint8 (height, width, 3)."""
    samples = run.frame(weight, epoch)
    grid = tile(samples.reshape(8, 8, *samples.shape[1:]), scale_for(run.image_size, SIDE))
    picture = np.full((grid.shape[0] + CAPTION, *grid.shape[1:]), 255, np.uint8)
    picture[CAPTION:] = grid
    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    font_file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    font = ImageFont.truetype(str(font_file), 15)
    last = max(run.frames(weight))
    pen.text((4, 6), f"{name(weight)}, draws from the prior, epoch {epoch} of {last}", fill="black", font=font)
    if run.drawn:
        pen.text((image.width - 4, 6), "drawn faces", fill="#a33b00", font=font, anchor="ra")
    return np.asarray(image)


def _encode(frames: Sequence[np.ndarray], bits: int) -> bytes:
    """The frames, the last one first, as the bytes of a GIF with 2^bits colours in each."""
    *others, last = frames
    times = [LAST, FIRST, *[OTHER] * len(others)][: len(frames)]
    return iio.imwrite(
        "<bytes>", np.stack([last, *others]), extension=".gif", plugin="pillow", duration=times, loop=0, bits=bits
    )
