"""Files that are never half-written: each is written under a temporary name and renamed when it is complete.

A process that is killed leaves its temporary file. Such files are recognised by their names: `visible_files` skips
them, `sweep` deletes them.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# ".faces.4711.part.npz" of `written_beside`, ".rnn.4711.deleted" of a folder on its way out, ".rnn.lock" of a run, and
# "kl_1.npz.partial" of a checkpoint.
TEMPORARY = re.compile(r"\..+\.\d+\.part(\.[^.]*)?|\..+\.\d+\.deleted|\..+\.lock|.+\.npz\.partial")
WAITS = (0.05, 0.2, 0.5, 1.0)  # seconds between attempts to replace a file that another program holds open


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; rename it to `path` when the block ends without an error.

    A rename within a folder is atomic: whoever reads `path` sees the old file or the complete new one. The folder is
    made if it is missing. The suffix is kept, since some writers choose the format by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        replace(temporary, path)
    finally:
        with suppress(OSError):  # what went wrong before this is what must be told
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write all of `content` to `path`, or nothing."""
    with written_beside(path) as temporary:
        temporary.write_bytes(content)


def replace(source: Path, target: Path) -> None:
    """Rename a file over another one; wait for a moment if Windows refuses because a program holds the target open.

    Raises:
        PermissionError: it is still held open after two seconds, or the permission is missing; names the target.
    """
    for seconds in (*WAITS, None):
        try:
            os.replace(source, target)
            return
        except PermissionError as error:
            if seconds is None or os.name != "nt":
                raise PermissionError(error.errno, error.strerror, str(target)) from None
        time.sleep(seconds)


def is_temporary(path: Path) -> bool:
    """True for a name that only the temporary files and folders of this program have."""
    return TEMPORARY.fullmatch(path.name) is not None


def visible_files(folder: Path, pattern: str) -> list[Path]:
    """The files that match a pattern, sorted; without hidden ones, which are temporary or the operating system's."""
    return sorted(path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith("."))


def sweep(folder: Path, but: str | None = None) -> None:
    """Delete the temporary files in a folder and all its subfolders; no other process may be writing there.

    Lock files stay: whoever works on the folder may hold one of them, and one of a dead process locks nothing.

    but: the name of subfolders that are left alone.
    """
    for directory, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if name != but]
        for path in (Path(directory) / name for name in names):
            if is_temporary(path) and path.suffix != ".lock":
                with suppress(OSError):
                    path.unlink()
