"""Pictures of faces: a folder, a zip archive or a saved array in, one uint8 array of small squares out.

Every picture is cropped to its largest centred square and resized with anti-aliasing; a picture that cannot
be read is skipped, counted and named. The result is cached under the hash of its source, so only the first run
decodes.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from data.errors import DataError, printable
from data.faces.arrays import read_array, to_image
from data.faces.files import SUFFIXES, ImageFile, image_files, source_bytes, source_hash
from data.faces.images import Budget, UnreadableImage, centre_crop, decode, shrink
from data.npz_cache import CACHE, Arrays, cached_arrays

PREPARATION = 1  # goes into the cache's file names: raise it when the same source must give other pixels
ARRAY_SUFFIXES = (".npy", ".npz")
MAX_PREPARED_BYTES = 2_000_000_000  # of the prepared array, which is held in memory


@dataclass(frozen=True, eq=False)
class Faces:
    """N square pictures and where they come from.

    `images` is uint8 (N, size, size, 3); `names` has N names; `skipped` holds (name, reason) of every file
    that could not be used; `source` says in words where the pictures lie; `content_hash` is the SHA-256 of
    that content. Drawn faces also carry their true `factors`: name -> array with N values. `note` is a remark on the
    source for readers of the results; `path` leads to the originals, if any.
    """

    images: NDArray[np.uint8]
    names: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    source: str
    content_hash: str
    drawn: bool = False
    factors: dict[str, np.ndarray] | None = None
    note: str = ""
    path: Path | None = None

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices: NDArray[np.integer]) -> "Faces":
        """Return the faces at `indices`, in that order, with their names and factors."""
        factors = self.factors and {name: values[indices] for name, values in self.factors.items()}
        names = tuple(self.names[i] for i in indices)
        return replace(self, images=self.images[indices], names=names, factors=factors)

    def describe(self) -> str:
        """Say in one line how many pictures there are, of what size, from where; how many were skipped."""
        size = self.images.shape[1]
        kind = "drawn faces" if self.drawn else "faces"
        line = f"{len(self):,} {kind} of {size} x {size} pixels from {self.source}"
        if self.skipped:
            name, reason = self.skipped[0]
            line += f"; {len(self.skipped):,} skipped, the first {name!r} ({reason})"
        return f"{line}; {self.note}" if self.note else line


def load_faces(source: str | Path, size: int = 64, *, cache: Path | None = CACHE) -> Faces:
    """Load every picture of a folder (any depth), a `.zip` (read in place) or a saved `.npy`/`.npz` array.

    JPEG and PNG are read, whatever the case of their suffix. A saved array has shape (N, H, W, 3), with 1 or
    4 channels or none at all as well, and holds whole numbers 0..255 or fractions 0..1. The order is that of
    the sorted names, which may say something about the content: shuffle before taking a part (`split_faces`
    does).

    `cache` is the folder of prepared arrays; None keeps none. Raises `DataError` when the source is missing,
    is of another kind, or has no readable picture at all, and ValueError for a size below 1.
    """
    source = Path(source)
    if size < 1:
        raise ValueError(f"size must be a positive number of pixels, got {size}")
    if not os.path.exists(source):
        raise DataError(f"{source}: no such file or folder; expected a folder of pictures, a .zip, a .npy or a .npz")
    source_bytes(source)  # refuses pipes, devices and absurd sizes before anything is opened
    content_hash = source_hash(source)
    kept = cache and Path(cache) / f"faces-{content_hash[:20]}-{size}-v{PREPARATION}.npz"
    arrays = cached_arrays(kept, lambda: _prepare_all(source, size), partial(_is_usable, size=size))
    text = unpack_text(arrays["text"])
    names = tuple(map(printable, text["names"]))
    skipped = tuple((printable(name), printable(reason)) for name, reason in text["skipped"])
    return Faces(arrays["images"], names, skipped, printable(str(source)), content_hash, path=source)


def is_image_array(array: object, size: int, count: int) -> bool:
    """Whether an array holds `count` prepared pictures: uint8 (count, size, size, 3)."""
    return isinstance(array, np.ndarray) and array.dtype == np.uint8 and array.shape == (count, size, size, 3)


def _is_usable(arrays: Arrays, size: int) -> bool:
    """Whether what the cache holds are pictures of this size with their names."""
    text = unpack_text(arrays["text"])
    names, skipped = text["names"], text["skipped"]
    texts = [*names, *(part for pair in skipped for part in pair)]
    pairs = all(len(pair) == 2 for pair in skipped)
    return pairs and all(isinstance(t, str) for t in texts) and is_image_array(arrays["images"], size, len(names))


def split_faces(faces: Faces, held_out: int | float = 0.1, seed: int = 0) -> tuple[Faces, Faces]:
    """Shuffle and split into (training, held-out) faces; the same seed always gives the same split.

    `held_out` is a number of faces (int) or a fraction of them (float). Faces of equal bytes stay on one
    side, since copies of training pictures would make the held-out results too good; with many copies, fewer faces
    than asked may be held out. Raises ValueError where either part would be empty.
    """
    count = round(held_out * len(faces)) if isinstance(held_out, float) else int(held_out)
    groups = _groups_of_copies(faces.images)
    if not 0 < count < len(faces) or len(groups) < 2:
        raise ValueError(
            f"held_out={held_out} asks for {count} of {len(faces)} faces ({len(groups)} distinct); "
            "both parts of the split need at least one"
        )
    order = np.random.default_rng(seed).permutation(len(groups))
    training: list[int] = []
    held: list[int] = []
    for group in (groups[i] for i in order):
        part = held if len(held) + len(group) <= count else training
        part.extend(group)
    if not held:
        raise ValueError(f"held_out={held_out} asks for {count} faces, but every face has more copies than that")
    return faces.take(np.array(training)), faces.take(np.array(held))


@dataclass(frozen=True, eq=False)
class Stages:
    """What happens to one picture: uint8 arrays (H, W, 3), (side, side, 3) and (size, size, 3)."""

    name: str
    original: NDArray[np.uint8]
    cropped: NDArray[np.uint8]
    resized: NDArray[np.uint8]


def preparation_stages(source: str | Path, count: int, size: int = 64, seed: int = 0) -> list[Stages]:
    """Pick `count` readable pictures at random and return each as it was, cropped and resized, for the
    report."""
    rng = np.random.default_rng(seed)
    stages: list[Stages] = []
    with _open_pictures(Path(source)) as pictures:
        for i in rng.permutation(len(pictures)):
            if len(stages) == count:
                break
            name, read = pictures[i]
            try:
                image = read()
            except UnreadableImage:
                continue
            square = centre_crop(image)
            steps = (image, square, shrink(square, size))
            stages.append(Stages(name, *(np.asarray(step, dtype=np.uint8) for step in steps)))
    return stages


@contextmanager
def _open_pictures(source: Path) -> Iterator[list[tuple[str, Callable[[], Image.Image]]]]:
    """List the (name, function that reads the RGB picture) of a folder, archive or array file."""
    if source.suffix.lower() in ARRAY_SUFFIXES:
        array = read_array(source)
        yield [(f"picture {i}", partial(_picture_of_array, array, i)) for i in range(len(array))]
        return
    budget = Budget(source_bytes(source))
    with image_files(source) as files:
        yield [(file.name, partial(_picture_of_file, file, budget)) for file in files]


def _picture_of_file(file: ImageFile, budget: Budget) -> Image.Image:
    return decode(file.read(), budget)


def _picture_of_array(array: np.ndarray, index: int) -> Image.Image:
    return to_image(array[index])


def _prepare_all(source: Path, size: int) -> Arrays:
    """Decode, crop and resize every picture; return the arrays that the cache keeps."""
    names: list[str] = []
    skipped: list[tuple[str, str]] = []
    with _open_pictures(source) as pictures:
        if (needed := len(pictures) * size * size * 3) > MAX_PREPARED_BYTES:
            raise DataError(
                f"{source}: {len(pictures):,} pictures of {size} x {size} pixels take {needed:,} bytes; "
                f"expected at most {MAX_PREPARED_BYTES:,}: choose a smaller size or fewer pictures"
            )
        images = np.empty((len(pictures), size, size, 3), np.uint8)
        for name, read in tqdm(pictures, "preparing faces", unit=" pictures", disable=None, leave=False):
            try:
                images[len(names)] = np.asarray(shrink(centre_crop(read()), size))
                names.append(name)
            except UnreadableImage as error:
                skipped.append((name, str(error)))
    if not names:
        raise DataError(_nothing_readable(source, skipped))
    return {"images": images[: len(names)], "text": pack_text({"names": names, "skipped": skipped})}


def _nothing_readable(source: Path, skipped: list[tuple[str, str]]) -> str:
    looked = f"{source}: no readable picture; looked for {', '.join(SUFFIXES)} files (any case, any depth)"
    if not skipped:
        return f"{looked} and found none"
    reasons = ", ".join(f"{name!r} ({reason})" for name, reason in skipped[:3])
    return f"{looked} and found {len(skipped):,}, none usable: {reasons}{', ...' if len(skipped) > 3 else ''}"


def _groups_of_copies(images: NDArray[np.uint8]) -> list[list[int]]:
    """Group the indices of images whose bytes are equal, in order of first occurrence."""
    groups: dict[bytes, list[int]] = {}
    for index, image in enumerate(images):
        groups.setdefault(hashlib.sha256(image.tobytes()).digest(), []).append(index)
    return list(groups.values())


def pack_text(value: object) -> NDArray[np.uint8]:
    """Hold names and other text as JSON bytes in an array, which a `.npz` keeps without pickle."""
    return np.frombuffer(json.dumps(value).encode("ascii"), np.uint8)


def unpack_text(array: NDArray[np.uint8]) -> dict[str, list]:
    """The lists that `pack_text` packed."""
    return json.loads(array.tobytes())
