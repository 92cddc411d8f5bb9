"""The commands of the engine, where their output is closed, full, narrow, or read to its first line only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMAND = f"{sys.executable} -m autograd.exercises"


def run(line):
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(line, shell=True, capture_output=True, text=True, cwd=ROOT, env=buffered)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", ["--help", "add --hint 3"])
def test_a_full_output_is_one_line_and_status_2(arguments):
    done = run(f"{COMMAND} {arguments} > /dev/full")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="shells of Unix")
def test_a_reader_that_has_seen_enough_and_a_closed_output_are_no_fault():
    assert run(f"{COMMAND} add --hint 3 | true").stderr == ""
    assert run(f"{COMMAND} add --hint 3 >&-").stderr == ""
    assert run(f"PYTHONIOENCODING=ascii {COMMAND} add conv2d attention --hint 3").stderr == ""


def test_an_unknown_name_cannot_write_to_the_terminal():
    done = subprocess.run([*COMMAND.split(), "a\x1b[31m\nb"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run([*COMMAND.split(), "--copy", tmp_path / "file"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
