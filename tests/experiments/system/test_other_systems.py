"""What Windows lacks may be missing: modules, functions of os, and a terminal that speaks UTF-8."""

import subprocess
import sys

import pytest

from tests.house.test_documentation import ROOT

# Run before the program: modules and functions that only Unix has are taken away.
WITHOUT = """
import os, sys
for name in ("resource", "fcntl", "termios", "pwd", "grp"):
    sys.modules[name] = None
for name in ("fork", "sched_getaffinity", "sched_setaffinity", "getloadavg"):
    if hasattr(os, name):
        delattr(os, name)
from experiments.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments):
    """Run a command as on Windows, with standard streams in code page 1252."""
    environment = {"PYTHONIOENCODING": "cp1252", "PATH": "", "HOME": "/nonexistent"}
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, timeout=300)


@pytest.mark.parametrize("command", ["all", "rnn", "vae", "report", "benchmark", "gallery", "textbook"])
def test_help_is_shown(command):
    done = run(command, "--help")
    assert done.returncode == 0, done.stderr[-2000:]
    assert b"usage" in done.stdout


def test_a_small_run_of_problem_1_ends_with_its_table(tmp_path):
    small = ["--data", "simulated", "--quick", "--seeds", "1", "--epochs", "1", "--cells", "gru", "--lengths", "3"]
    done = run("rnn", *small, "--splits", "country", "--jobs", "1", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "run" / "discussion.md").is_file()


def test_a_small_run_of_problem_2_ends_with_its_table(tmp_path):
    small = ["--data", "drawn", "--quick", "--images", "60", "--epochs", "1", "--kl-weights", "1"]
    done = run("vae", *small, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "run" / "discussion.md").is_file()
