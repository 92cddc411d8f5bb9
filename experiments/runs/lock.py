"""One process at a time works on a run folder: a lock file beside the folder, "runs/.rnn.lock" for "runs/rnn".

Where the folder is there and its parent cannot be written to, as below a mounted disk, the lock file is inside it.

The operating system holds the lock and releases it when the process ends in whatever way, so a lock file that was left
behind locks nothing. The file says which process holds the lock.
"""

import importlib
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

LOCKED_BYTE = 2**20  # Windows locks a range of bytes, also against reading: one far behind the owner's name


def take_lock(folder: Path) -> Callable[[], None]:
    """Take the lock of a folder, and give the function that releases it. A process may take a lock repeatedly.

    On a file system without locks nothing is locked.

    Raises:
        BlockingIOError: another process holds the lock; the message names it.
        OSError: no lock file can be made, neither beside the folder nor inside it.
    """
    folder = folder.resolve()
    name = f".{folder.name}.lock"
    try:
        return _take(folder.with_name(name))
    except BlockingIOError:
        raise
    except OSError:
        if not folder.is_dir():
            raise
        return _take(folder / name)


def _take(path: Path) -> Callable[[], None]:
    me = f"process {os.getpid()} on {platform.node()}"
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if not _lock(descriptor):
            owner = os.read(descriptor, 1000).decode(errors="replace")
            os.close(descriptor)
            if owner == me:
                return _nothing
            raise BlockingIOError(owner or "another process")
        if _is_at(descriptor, path):
            break
        os.close(descriptor)  # its last owner deleted it between the two steps: make another one
    os.ftruncate(descriptor, 0)
    os.write(descriptor, me.encode())

    def release() -> None:
        with suppress(OSError):  # Windows deletes no open file, so there it stays, and locks nothing
            path.unlink()
        os.close(descriptor)

    return release


def _lock(descriptor: int) -> bool:
    """Lock an open file without waiting; False if another process has done so. True where there are no locks."""
    try:
        if fcntl := _module("fcntl"):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        elif msvcrt := _module("msvcrt"):
            os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a network file system without locks
        return True
    finally:
        os.lseek(descriptor, 0, os.SEEK_SET)
    return True


def _module(name: str) -> ModuleType | None:
    """A module that only some systems have."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False


def _nothing() -> None:
    pass
