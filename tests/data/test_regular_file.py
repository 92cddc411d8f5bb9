"""Only regular files of a bearable size are opened."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from data.covid.counts import load_cases
from data.errors import DataError, printable
from data.faces.load import load_faces
from data.regular_file import check_regular, read_regular

Write = Callable[..., Path]


def test_a_regular_file_is_read_whole(write: Write) -> None:
    path = write(b"abc")
    assert check_regular(path, 3) == 3
    assert read_regular(path, 3) == b"abc"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in its file system")
@pytest.mark.parametrize("name", ["cases.csv", "faces.zip", "faces.npy", "faces.npz"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    load = load_cases if name.endswith("csv") else load_faces
    with pytest.raises(DataError, match="this is a pipe or a device"):
        load(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_without_end_is_refused() -> None:
    for load in (load_cases, load_faces):
        with pytest.raises(DataError, match="this is a pipe or a device"):
            load("/dev/zero")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system has no /proc")
def test_a_file_of_the_kernel_is_refused_since_it_has_no_size() -> None:
    for load in (load_cases, load_faces):
        with pytest.raises(DataError, match="the file is empty"):
            load("/proc/self/status")


@pytest.mark.parametrize("name", ["cases.csv", "faces.zip", "faces.npy", "faces.npz"])
def test_a_sparse_file_of_20_gb_is_refused_before_it_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(20_000_000_000)
    load = load_cases if name.endswith("csv") else load_faces
    with pytest.raises(DataError, match=r"the file has 20,000,000,000 bytes; expected at most"):
        load(path)


def test_names_that_cannot_be_a_file_give_one_line() -> None:
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(DataError, match="cannot be read"):
            load_cases(name)


def test_messages_hold_no_character_that_a_terminal_obeys(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_cases(tmp_path / "red\x1b[31m\r.csv")
    assert str(caught.value).endswith(r"red\x1b[31m\r.csv: no such file")
    assert printable("na\u0308iv — Ω é 北京") == "na\u0308iv — Ω é 北京"
    assert printable("\udcff\u202e\x00") == r"\udcff\u202e\x00"
