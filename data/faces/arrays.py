"""Face pictures saved as one NumPy array, read without ever running pickled code."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data.errors import DataError
from data.faces.files import open_zip
from data.faces.images import MAX_PIXELS, MIN_SIDE, UnreadableImage

MAX_NPZ_BYTES = 400_000_000  # unpacked; an .npz is held in memory


def read_array(path: Path) -> NDArray:
    """Read pictures (N, H, W, channels) from a `.npy`, or from a `.npz` that holds one array or one called
    `images`.

    Grey pictures (N, H, W) gain a last axis of one channel. Raises `DataError` saying what was found instead.
    """
    array = _read_one(path)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[3] not in (1, 3, 4) or 0 in array.shape:
        advice = "; transpose channels-first pictures with array.transpose(0, 2, 3, 1)" if array.ndim == 4 else ""
        raise DataError(f"{path}: expected pictures of shape (N, H, W, 1|3|4), got {array.shape}{advice}")
    if min(array.shape[1:3]) < MIN_SIDE:
        raise DataError(f"{path}: pictures of {array.shape[1:3]} pixels are too small; {MIN_SIDE} a side are needed")
    if array.shape[1] * array.shape[2] > MAX_PIXELS:
        raise DataError(f"{path}: pictures of {array.shape[1:3]} pixels are too large; expected at most {MAX_PIXELS:,}")
    if array.dtype.kind not in "uif":
        raise DataError(f"{path}: expected numbers (0..255 as integers or 0..1 as floats), got dtype {array.dtype}")
    return array


def to_image(pixels: NDArray) -> Image.Image:
    """Turn one picture (H, W, channels) of integers 0..255 or floats 0..1 into 8-bit RGB over white.

    Raises UnreadableImage for values outside that range.
    """
    top = 1 if pixels.dtype.kind == "f" else 255
    if not (pixels.min() >= 0 and pixels.max() <= top):  # NaN fails both comparisons
        raise UnreadableImage(f"{pixels.dtype} values outside 0..{top}")
    if pixels.dtype.kind == "f":
        pixels = np.round(pixels * 255)
    levels = pixels.astype(np.uint8)
    if levels.shape[2] == 4:
        image = Image.fromarray(levels)
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels).convert("RGB")


def _read_one(path: Path) -> NDArray:
    """The only array of a file. NumPy raises a dozen kinds of errors for damaged files: all become one line."""
    try:
        if path.suffix.lower() == ".npy":
            # Mapped, not read: a header that promises terabytes fails before memory is asked for.
            array = np.load(path, allow_pickle=False, mmap_mode="r")
        else:
            array = _read_member(path)
    except DataError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(
            f"{path}: not a readable array file ({reason}); save it with numpy.save(path, array)"
        ) from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: not a readable array file; save it with numpy.save(path, array)")
    return array


def _read_member(path: Path) -> NDArray:
    with open_zip(path) as archive:
        sizes = {member.filename.removesuffix(".npy"): member.file_size for member in archive.infolist()}
    names = [name for name in sizes if name == "images"] or [*sizes]
    if len(names) != 1:
        raise DataError(f"{path}: expected one array, or one called 'images', found {names[:10]}")
    if sizes[names[0]] > MAX_NPZ_BYTES:
        raise DataError(
            f"{path}: the array unpacks to {sizes[names[0]]:,} bytes, expected at most {MAX_NPZ_BYTES:,}; "
            "save it as .npy, which is read in pieces"
        )
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        return file[names[0]]
