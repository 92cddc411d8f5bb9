"""Pictures side by side in one file."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from data.atomic import write_bytes
from experiments.vae.figures.sheet import tile
from vae.snapshot import as_bytes


def save_grid(path: Path, pictures: np.ndarray, columns: int) -> None:
    """Write pictures (N, S, S, 3), uint8 or floats in [0, 1], row by row as a PNG; places left over stay white."""
    rows = -(-len(pictures) // columns)
    places = np.full((rows * columns, *pictures.shape[1:]), 255, np.uint8)
    places[: len(pictures)] = pictures if pictures.dtype == np.uint8 else as_bytes(pictures)
    file = io.BytesIO()
    Image.fromarray(tile(places.reshape(rows, columns, *pictures.shape[1:]))).save(file, "PNG")
    write_bytes(path, file.getvalue())
