"""Real limits of the system: the size of a file, the number of open files, the size of a disk."""

import ctypes
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture.faults import mended, outcome
from tests.torture.process import limit
from tests.torture.sample import Sample
from tests.torture.tally import Tally

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18  # from Linux's sched.h and mount.h
DISKS = (0, 1, 3, 10, 30, 60, 100, 200, 400)  # pages of 4096 bytes; a run of the samples needs about 300

Limit = tuple[str, Callable[[], None]]


def torture(samples: list[Sample], tally: Tally, rng: random.Random, end: float) -> None:
    """Run under every limit once, as long as there is time."""
    for sample in samples:
        for what, before in _limits(rng):
            complaint = outcome(sample, lambda out, before=before: before, force=False)
            tally.note("faults", f"{sample.study}: {what}", complaint)
            if time.monotonic() > end:
                return
        for pages in DISKS:
            full = _full_disk(sample, pages * 4096)
            if full is not None:
                tally.note("faults", f"{sample.study}: a disk of {pages} pages", full)
            if time.monotonic() > end:
                return


def _limits(rng: random.Random) -> Iterator[Limit]:
    """Limits that the system sets to a process."""
    for size in (0, 100, 1000, 5000, 20_000, 60_000, *(rng.randrange(150_000) for _ in range(6))):
        yield f"files of at most {size} bytes", lambda size=size: limit(resource.RLIMIT_FSIZE, size)
    for count in (3, 4, 5, 6, 7, 8, 9, 10, 12, 16):
        yield f"at most {count} open files", lambda count=count: limit(resource.RLIMIT_NOFILE, count)


def _full_disk(sample: Sample, size: int) -> str | None:
    """A run on a disk of `size` bytes that is then copied to a larger one; None where no disk can be mounted."""
    with tempfile.TemporaryDirectory() as folder:
        disk, copy, mounted = Path(folder).resolve() / "disk", Path(folder).resolve() / "copy", Path(folder) / "mounted"
        disk.mkdir()

        def mount() -> None:
            if _mount(disk, size):
                mounted.touch()

        def keep() -> None:  # the mount is gone when the process is
            shutil.copytree(disk, copy)

        ended = sample.run(disk / "runs" / sample.study, before=mount, after=keep)
        if not mounted.exists():
            return None
        copy.mkdir(exist_ok=True)
        return ended.complaint or mended(sample, copy / "runs" / sample.study, ended)


def _mount(folder: Path, size: int) -> bool:
    """A small disk in memory that this process alone sees; False where that is not allowed."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "unshare") or library.unshare(CLONE_NEWNS):
        return False
    library.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    options = f"size={max(size, 4096)}".encode()
    return library.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options) == 0
