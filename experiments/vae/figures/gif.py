"""samples.gif: the same draws from the prior, decoded after every epoch, so that faces can be seen to form.

The last epoch comes first: as it turns in a circle that changes nothing, and where a GIF stands still it shows faces.
"""

import io
import os
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from data.atomic import write_bytes
from experiments.vae.figures.sheet import scale_for, tile
from experiments.vae.saved import SavedVae
from experiments.vae.words import name

SIDE = 56  # screen pixels of a picture, about
CAPTION = 30  # screen pixels above the grid
MOST_BYTES = 3_000_000
ATTEMPTS = (
    (24, 256),
    (24, 128),
    (16, 128),
    (12, 64),
    (8, 32),
)  # frames and colours, each try smaller than the one before
LAST, FIRST, EACH = 2500, 900, 350  # milliseconds that a frame stands: the last epoch, the first, any other


def write_gif(run: SavedVae, weight: float, path: str | os.PathLike[str]) -> None:
    """Write the GIF of a weight, of at most 3 MB; the same run gives the same bytes."""
    epochs = list(run.frames(weight))
    for frames, shades in ATTEMPTS:
        content = _encode([_frame(run, weight, epoch) for epoch in thinned(epochs, frames)], shades)
        if len(content) <= MOST_BYTES:
            break
    write_bytes(Path(path), content)


def thinned(epochs: list[int], most: int) -> list[int]:
    """At most ``most`` of the epochs, with the first and the last, closer together at the beginning.

    Training changes most at its start; the square spreads what comes later.
    """
    if len(epochs) <= most:
        return epochs
    places = np.linspace(0, 1, most) ** 2 * (len(epochs) - 1)
    return [epochs[place] for place in sorted(set(places.round().astype(int)))]


def _frame(run: SavedVae, weight: float, epoch: int) -> Image.Image:
    """The grid after an epoch with a line of words above it."""
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
    return image


def _encode(frames: list[Image.Image], shades: int) -> bytes:
    """The frames as one GIF whose colours are chosen once, for all frames, so that nothing flickers."""
    palette = _palette(frames, shades)
    indexed = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    *others, last = indexed
    times = [LAST, FIRST, *[EACH] * len(others)][: len(frames)]
    buffer = io.BytesIO()
    last.save(buffer, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return buffer.getvalue()


def _palette(frames: list[Image.Image], shades: int) -> Image.Image:
    """Colours for all frames, from a picture in which some of them stand below one another."""
    chosen = [frames[i] for i in sorted({0, len(frames) // 4, len(frames) // 2, len(frames) - 1})]
    tall = Image.fromarray(np.concatenate([np.asarray(frame) for frame in chosen]))
    return tall.quantize(shades, method=Image.Quantize.MEDIANCUT)
