"""Arrays that are slow to make, kept in a file and made again when the file is absent or damaged."""

import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.atomic import written_beside

Arrays = dict[str, np.ndarray]

CACHE = Path(__file__).parent / "cache"


def cached_arrays(path: Path | None, make: Callable[[], Arrays]) -> Arrays:
    """Return the named arrays kept in the `.npz` file at `path`; when it holds none, make and keep them.

    The caller's `path` must name everything that the content depends on. A damaged file is replaced, and a
    folder that cannot be written to costs a warning, not the run: a cache may only ever save time. `None`
    keeps nothing.
    """
    if path is None:
        return make()
    kept = _read(path)
    if kept is not None:
        return kept
    arrays = make()
    try:
        with written_beside(path) as beside, beside.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        warnings.warn(f"{path}: not kept ({error}); it will be made again next time", stacklevel=2)
    return arrays


def _read(path: Path) -> Arrays | None:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}  # reading a member verifies its checksum
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error):
        return None
