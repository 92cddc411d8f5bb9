"""Pictures as the page holds them: WebP, a third of a PNG's bytes or less, and to the eye the same.

A chart has few colours and comes out smallest without loss; a sheet of faces has millions, and there the form with
loss, at a quality where none can be seen, is several times smaller. So both are tried, and the smaller one is taken.
"""

import base64
import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageSequence

from experiments.run_folder import UsageError

QUALITY = 90  # of 100, with loss
FILM_QUALITY = 85
MEDIA_TYPE = "image/webp"


class Inlined(NamedTuple):
    """The bytes of a picture, its size in pixels, and whether it moves."""

    content: bytes
    width: int
    height: int
    moves: bool

    @property
    def address(self) -> str:
        """The picture as a data: URL (RFC 2397)."""
        return f"data:{MEDIA_TYPE};base64,{base64.b64encode(self.content).decode()}"


def inlined(path: Path) -> Inlined:
    """A PNG or GIF as WebP; UsageError, with one line, for a file that does not decode."""
    try:
        with Image.open(path) as picture:
            frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
            times = [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(picture)]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UsageError(f"{path}: not a readable picture ({error}); make the run's figures again") from None
    return Inlined(_film(frames, times) if len(frames) > 1 else still(frames[0]), *frames[0].size, len(frames) > 1)


def still(picture: Image.Image) -> bytes:
    """A picture as WebP, with or without loss, whichever is smaller."""
    lossless = _encoded(picture, lossless=True, quality=50, method=1)  # here quality and method are effort
    return min(lossless, _encoded(picture, quality=QUALITY), key=len)


def _film(frames: list[Image.Image], times: list[int]) -> bytes:
    return _encoded(frames[0], save_all=True, append_images=frames[1:], duration=times, loop=0, quality=FILM_QUALITY)


def _encoded(picture: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **options)
    return buffer.getvalue()
