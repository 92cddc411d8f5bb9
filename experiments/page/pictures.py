"""Pictures as the page holds them: WebP, a third of a PNG's bytes or less, and to the eye the same.

A chart has few colours and comes out small without loss; a sheet of faces has millions, and there the form with loss is
several times smaller, at a quality where no loss can be seen. So both are tried.
"""

import base64
import io
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageSequence

from data.regular_file import read_regular
from experiments.runs.folder import UsageError
from experiments.runs.saved import MAX_BYTES

QUALITY = 75  # of 100, with loss
GRID_QUALITY = 80  # of small pictures, which are shown larger than they are
FILM_QUALITY = 35
MAX_FILM_WIDTH = 320  # pixels: a film of faces has hundreds of pictures
MAX_SHORT_FILM_WIDTH, SHORT_FILM = 640, 8  # pixels, and the frames of a film that may be so wide
MEDIA_TYPE = "image/webp"


class Inlined(NamedTuple):
    """The bytes of a picture, its size in pixels, and whether it moves."""

    content: bytes
    width: int
    height: int
    moves: bool

    @property
    def photo(self) -> bool:
        """True if it was stored with loss: print it as a JPEG (scripts/figures.js)."""
        return self.content[12:16] != b"VP8L"  # the kind of a WebP's first chunk; VP8L is without loss

    @property
    def address(self) -> str:
        """The picture as a data: URL (RFC 2397)."""
        return f"data:{MEDIA_TYPE};base64,{base64.b64encode(self.content).decode()}"


def inlined(path: Path) -> Inlined:
    """A PNG or GIF as WebP; UsageError, with one line, for a file that does not decode."""
    frames, times = read_frames(path)
    return Inlined(_film(frames, times) if len(frames) > 1 else still(frames[0]), *frames[0].size, len(frames) > 1)


def read_frames(path: Path) -> tuple[list[Image.Image], list[int]]:
    """The frames of a PNG or GIF in RGB, and the time of each in ms; UsageError for a file that does not decode."""
    try:
        content = read_regular(path, MAX_BYTES)
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=("PNG", "GIF")) as picture:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
            times = [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(picture)]
    except Exception as error:  # a damaged file may trip the decoders anywhere
        raise UsageError(f"{path}: not a readable picture ({error}); draw the run's figures again") from None
    return frames, times


def grid_of_pictures(pictures: np.ndarray) -> Inlined:
    """Pictures of one size, uint8 (rows, columns, H, W, 3), side by side and one below the other with no gap."""
    rows, columns, height, width, channels = pictures.shape
    grid = pictures.swapaxes(1, 2).reshape(rows * height, columns * width, channels)
    content = _encoded(Image.fromarray(grid), quality=GRID_QUALITY)
    return Inlined(content, columns * width, rows * height, moves=False)


def still(picture: Image.Image) -> bytes:
    """A picture as WebP, with or without loss, whichever is smaller."""
    lossless = _encoded(picture, lossless=True, quality=50, method=1)  # here quality and method are effort
    return min(lossless, _encoded(picture, quality=QUALITY), key=len)


def _film(frames: list[Image.Image], times: list[int]) -> bytes:
    width, height = frames[0].size
    widest = MAX_SHORT_FILM_WIDTH if len(frames) <= SHORT_FILM else MAX_FILM_WIDTH
    if width > widest:
        size = widest, round(height * widest / width)
        frames = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    return _encoded(frames[0], save_all=True, append_images=frames[1:], duration=times, loop=0, quality=FILM_QUALITY)


def _encoded(picture: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **options)
    return buffer.getvalue()
