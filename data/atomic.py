"""Files that are never half-written: each is written under a temporary name and renamed when it is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write all of `content` to `path`, or nothing."""
    with written_beside(path) as temporary:
        temporary.write_bytes(content)
