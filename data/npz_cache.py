"""Arrays that are slow to make, kept in a file and made again if the file is absent, damaged or foreign."""

import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.atomic import written_beside

Arrays = dict[str, np.ndarray]

CACHE = Path(__file__).parent / "cache"
MAX_BYTES = 3_000_000_000  # no prepared set is larger


def cached_arrays(path: Path | None, make: Callable[[], Arrays], is_usable: Callable[[Arrays], bool]) -> Arrays:
    """Return the named arrays kept in the `.npz` file at `path`; if it holds none, make and keep them.

    `path` must name everything that the content depends on; `is_usable` looks at what was read, since a file of that
    name may hold anything. A bad file is replaced. A folder that cannot be written to costs a warning, not the run: a
    cache may only ever save time. `None` keeps nothing.
    """
    if path is None:
        return make()
    kept = _read(path, is_usable)
    if kept is not None:
        return kept
    arrays = make()
    try:
        with written_beside(path) as beside, beside.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        warnings.warn(f"{path}: not kept ({error}); it will be made again next time", stacklevel=2)
    return arrays


def _read(path: Path, is_usable: Callable[[Arrays], bool]) -> Arrays | None:
    """The usable arrays of a file, or None. NumPy and zipfile raise a dozen kinds of errors for damaged files."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:  # a pipe would be waited for without end
            return None
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            if sum(member.file_size for member in file.zip.infolist()) > MAX_BYTES:
                return None
            arrays = {name: file[name] for name in file.files}  # reading a member verifies its checksum
        return arrays if is_usable(arrays) else None
    except Exception:
        return None
