"""Reading files that a user names: only regular files, and only up to a limit."""

import os
import stat
from pathlib import Path

from data.errors import DataError


def check_regular(path: Path, max_bytes: int) -> int:
    """The size in bytes of the regular file at `path`.

    A pipe would be waited for without end, a device has no end, and the files of /proc report no size: all are
    refused before they are opened. Raises DataError for those, for a missing, empty or forbidden file, for a folder,
    and for a file of more than `max_bytes`.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise DataError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError(f"{path}: cannot be read: this is a folder; expected a file")
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path}: this is a pipe or a device; save its content to a file first")
    if status.st_size == 0:
        raise DataError(f"{path}: the file is empty")
    if status.st_size > max_bytes:
        raise DataError(f"{path}: the file has {status.st_size:,} bytes; expected at most {max_bytes:,}")
    return status.st_size


def read_regular(path: Path, max_bytes: int) -> bytes:
    """All bytes of a regular file. Raises DataError as `check_regular` does, or if reading fails."""
    check_regular(path, max_bytes)
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > max_bytes:  # the file has grown since it was measured
        raise DataError(f"{path}: the file has more than {max_bytes:,} bytes")
    return content
