"""Faults of the machine in one line: what happened, to which file, and what to do about it."""

import errno
import os
import sys
from concurrent.futures.process import BrokenProcessPool

from data.errors import printable

WHAT_A_MACHINE_DOES = (OSError, MemoryError, BrokenProcessPool)

ANOTHER_FOLDER = "choose another folder with --out"
REMEDIES = {
    errno.ENOSPC: "the disk is full: make room",
    getattr(errno, "EDQUOT", -1): "your share of the disk is used up: make room",
    errno.EROFS: f"the disk is read-only: {ANOTHER_FOLDER}",
    errno.EACCES: f"permission denied: close what has it open, change the permissions, or {ANOTHER_FOLDER}",
    errno.EPERM: f"permission denied: change the permissions, or {ANOTHER_FOLDER}",
    errno.EFBIG: "the file would exceed the limit on file sizes: raise it (ulimit -f)",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
    errno.ENFILE: "too many open files on this machine: close other programs",
    errno.ENOMEM: "not enough memory: close other programs, or ask for less",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter path",
    errno.ENOENT: "no such file or folder: was it deleted while the program ran?",
    errno.EISDIR: "a folder stands where a file is expected: move it away",
    errno.ENOTDIR: "a file stands where a folder is expected: move it away",
    errno.EEXIST: "a file stands where a folder is expected: move it away",
    errno.ENOTEMPTY: "a folder stands where a file is expected: move it away",
    getattr(errno, "ELOOP", -2): "a chain of symbolic links leads back to itself: give the folder itself",
}


def in_one_line(error: BaseException) -> str:
    """The path, what the system said, and what to do about it; control characters are escaped.

    Args:
        error: one of `WHAT_A_MACHINE_DOES`.
    """
    if isinstance(error, MemoryError):
        return "not enough memory: close other programs, or ask for less (--quick, a smaller size)"
    if isinstance(error, BrokenProcessPool):
        return "a worker process was killed, perhaps because the memory was full: take fewer --jobs"
    if not isinstance(error, OSError):
        return printable(str(error))
    path = error.filename2 or error.filename
    reason = REMEDIES.get(error.errno or 0, f"{error.strerror or error}: the operating system refused")
    return printable(f"{os.fsdecode(path)}: {reason}" if isinstance(path, str | bytes) else reason)


def end_output() -> OSError | None:
    """Write out what standard output still holds; give the error if that fails, and write nothing more.

    Without this, Python meets the same error when it ends, and prints it with a status of its own.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        silence_output()
        return error
    return None


def silence_output() -> None:
    """Send what standard output holds, and all that comes, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
