"""One picture: bytes -> RGB -> centred square -> small square. Files and archives are read elsewhere."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

MIN_SIDE = 16  # pixels; a face cannot be recognised in fewer
MAX_PIXELS = 2**25  # 33 megapixels: with transparency about 550 MB while it is decoded
MAX_SKIPPED = 10_000  # bytes of a JPEG's header that are padding or belong to markers
MAX_SCANS = 100  # of a progressive JPEG; 10 are usual, and each is decoded over the whole picture
TRANSPARENT = ("RGBA", "LA", "PA")  # modes of Pillow


class UnreadableImage(ValueError):
    """This picture cannot be used; the message is the reason, and the caller goes on with the next one."""


class Budget:
    """How many pixels may be decoded for one source, whatever the number of its pictures.

    The cost of a picture is counted in plain pixels (`_cost`), about a second for 60 million. Real pictures have a byte
    for 1 to 10 pixels, so a hostile source takes no longer than an honest one of its size: about 10 seconds for 50 MB.
    The allowance depends on the source alone and not on the clock, so the same pictures are used on every machine.
    """

    FREE, PER_BYTE = 2**27, 10  # pixels

    def __init__(self, source_bytes: int) -> None:
        self.left = self.FREE + self.PER_BYTE * source_bytes

    def spend(self, pixels: int) -> None:
        """Take `pixels` from the allowance. Raises `UnreadableImage` if not so many are left."""
        if pixels > self.left:
            raise UnreadableImage("the source has far more pixels than its size in bytes explains (a bomb?)")
        self.left -= pixels


def decode(content: bytes, budget: Budget | None = None) -> Image.Image:
    """Turn the bytes of a JPEG or PNG into an upright 8-bit RGB picture.

    Grey, palette, CMYK and 16-bit pictures are converted, transparency is laid over white, and the picture is turned
    as its EXIF data say. The width and height in the header, and the scans of a JPEG, are checked and taken from
    `budget` before any pixel is decoded, so a small file cannot ask for much memory or time. Raises `UnreadableImage`
    with the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF notes and of sizes that are refused here
            _check_jpeg_header(content)
            image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
            _refuse_dimensions(*image.size)
            scans = _count_scans(content)
            if budget:
                budget.spend(_cost(image, scans))
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


def _check_jpeg_header(content: bytes) -> None:
    """Refuse a JPEG with much between its segments: Pillow looks for the next one byte by byte, for minutes."""
    if not content.startswith(b"\xff\xd8"):
        return
    position, skipped = 2, 0
    while position + 4 <= len(content) and skipped < MAX_SKIPPED:
        marker = content[position + 1]
        if content[position] != 0xFF or marker in (0x00, 0xFF):  # padding
            position, skipped = position + 1, skipped + 1
        elif marker == 0xDA:  # the first scan: the header ends
            return
        elif 0xD0 <= marker <= 0xD8 or marker == 0x01:  # a marker without a length
            position, skipped = position + 2, skipped + 2
        else:
            position += 2 + int.from_bytes(content[position + 2 : position + 4])
            skipped += 4  # an empty segment must not be free either
    raise UnreadableImage("corrupt or truncated: no JPEG header")


def _count_scans(content: bytes) -> int:
    """Over how many scans the picture is decoded: 1 but for a progressive JPEG, which has a marker before each."""
    if not content.startswith(b"\xff\xd8"):
        return 1
    scans = max(1, content.count(b"\xff\xda"))  # inside a scan, 0xff is always followed by 0 or a restart marker
    if scans > MAX_SCANS:
        raise UnreadableImage(f"a JPEG of {scans:,} scans; expected at most {MAX_SCANS} (a decompression bomb?)")
    return scans


def _cost(image: Image.Image, scans: int) -> int:
    """The time to decode a picture, in plain pixels: a scan more costs a tenth, transparency and 16 bits double it.

    Measured on pictures of 3000 x 3000 pixels: 11 ns a pixel for a flat JPEG, 97 for one of 99 scans, 34 for RGBA and
    35 for 16 bits.
    """
    doubled = image.mode.startswith("I") or image.mode in TRANSPARENT or "transparency" in image.info
    return image.width * image.height * (9 + scans) * (2 if doubled else 1) // 10


def _refuse_dimensions(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise UnreadableImage(f"too small: {width} x {height} pixels, fewer than {MIN_SIDE} on a side")
    if width * height > MAX_PIXELS:
        raise UnreadableImage(f"absurdly large: {width} x {height} pixels (a decompression bomb?)")


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey: keep the upper eight bits
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode in TRANSPARENT or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")
