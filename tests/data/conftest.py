"""What the tests of this folder share."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(content, name="cases.csv") puts a file into the test's folder and returns its path."""

    def write(content: str | bytes, name: str = "cases.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
