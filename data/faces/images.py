"""One picture: bytes -> RGB -> centred square -> small square. Nothing here knows of files or archives."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

MIN_SIDE = 16  # a face in fewer pixels than this is a blot
MAX_PIXELS = 2**26  # 67 megapixels: above any camera in common use, 200 MB when decoded


class UnreadableImage(ValueError):
    """This one picture cannot be used; the message is the reason, and the caller goes on with the next."""


def decode(content: bytes) -> Image.Image:
    """Turn the bytes of a JPEG or PNG into an upright 8-bit RGB picture.

    Grey, palette, CMYK and 16-bit pictures are converted, transparency is laid over white, and the EXIF note
    that the camera was held sideways is obeyed. The header's width and height are checked before any pixel is
    decoded, so a few kilobytes cannot ask for gigabytes of memory. Raises `UnreadableImage` with the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF notes and of sizes that are refused here
            image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
            _refuse_dimensions(*image.size)
            return _to_rgb(ImageOps.exif_transpose(image))
    except UnreadableImage:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableImage("absurdly large (a decompression bomb?)") from error
    except Image.UnidentifiedImageError as error:
        raise UnreadableImage("neither a JPEG nor a PNG inside") from error
    except Exception as error:  # decoders fail in many ways on hostile bytes: OSError, SyntaxError, struct.error ...
        raise UnreadableImage(f"corrupt or truncated: {error}") from error


def centre_crop(image: Image.Image) -> Image.Image:
    """Cut the largest centred square out of a picture."""
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return image.crop((left, top, left + side, top + side))


def shrink(square: Image.Image, size: int) -> Image.Image:
    """Resize a square picture to `size` x `size`.

    Lanczos filtering averages over the pixels that fall together (anti-aliasing): taking every n-th pixel
    instead would turn the thin lines of a drawing into dots.
    """
    return square.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _refuse_dimensions(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise UnreadableImage(f"too small: {width} x {height} pixels, fewer than {MIN_SIDE} on a side")
    if width * height > MAX_PIXELS:
        raise UnreadableImage(f"absurdly large: {width} x {height} pixels (a decompression bomb?)")


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey: keep the upper eight bits
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")
