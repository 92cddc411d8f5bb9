"""Which faces a run works on: `--data auto`, `--data drawn` or `--data PATH`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from data.download import fetch
from data.errors import DataError
from data.faces.drawn.draw import load_drawn_faces
from data.faces.load import Faces, load_faces
from data.npz_cache import CACHE

DRAWN_FACES = 12_000
RAW = Path(__file__).parents[1] / "raw"
KNOWN_NAMES = ("anime_faces.zip", "anime_faces", "anime-faces.zip", "anime-faces", "archive.zip")
DATASET = "soumikrakshit/anime-faces"
KAGGLE_URL = f"https://www.kaggle.com/api/v1/datasets/download/{DATASET}"
MAX_DOWNLOAD = 900.0  # seconds; the archive has several hundred megabytes


def resolve_faces(
    choice: str = "auto",
    size: int = 64,
    count: int | None = None,
    seed: int = 0,
    *,
    raw: Path = RAW,
    cache: Path | None = CACHE,
    url: str = KAGGLE_URL,
    timeout: float = 5.0,
    say: Callable[[str], None] = print,
) -> Faces:
    """Faces of `size` x `size` pixels by `choice`:

    auto       an archive or folder in `raw`; else one download, which is kept there; else drawn faces
    drawn      faces drawn by this program from the random seed `seed`
    otherwise  the path of a folder, a .zip, a .npy or a .npz

    Of more than `count` pictures, a random `count` are taken, by `seed`; None takes all, or draws `DRAWN_FACES`.
    Where drawn faces stand in for pictures, the `note` of the result gives the reason, and `say` gets the
    steps to fetch the archive by hand. Raises DataError for pictures that are there but cannot be used.
    """
    if choice == "drawn":
        return _drawn(size, count, seed, cache)
    if choice != "auto":
        return _some(load_faces(choice, size, cache=cache), count, seed)
    path = next((raw / name for name in KNOWN_NAMES if (raw / name).exists()), None)
    if path is None:
        path = raw / KNOWN_NAMES[0]
        try:
            say(f"No pictures in {raw}; trying to download {url}")
            fetch(url, path, kind="zip", timeout=timeout, at_most=MAX_DOWNLOAD)
        except DataError as error:
            say(f"The download failed: {error}\n{_steps_by_hand(path)}")
            note = f"drawn because no pictures are in {_label(raw, 2)} and the download failed: {error}"
            return replace(_drawn(size, count, seed, cache), note=note)
    faces = replace(load_faces(path, size, cache=cache), source=_label(path, 3))
    return _some(faces, count, seed)


def _drawn(size: int, count: int | None, seed: int, cache: Path | None) -> Faces:
    return load_drawn_faces(seed, DRAWN_FACES if count is None else count, size, cache=cache)


def _some(faces: Faces, count: int | None, seed: int) -> Faces:
    """A random part: pictures with neighbouring names often show similar things."""
    if count is None or count >= len(faces):
        return faces
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    return faces.take(np.random.default_rng(seed).permutation(len(faces))[:count])


def _label(path: Path, parts: int) -> str:
    """The end of a path: reports say `data/raw/anime_faces.zip` on every machine."""
    return "/".join(path.parts[-parts:])


def _steps_by_hand(path: Path) -> str:
    return (
        "Drawn faces stand in. To work on the pictures:\n"
        f"  1. open https://www.kaggle.com/datasets/{DATASET} in a browser, sign in and press Download\n"
        f"  2. save the file as {path} (there is no need to unpack it)\n"
        "  3. run the same command again"
    )
