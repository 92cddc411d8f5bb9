"""Run a module of this package in a new process, for measurements that need a fresh one."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class ChildError(RuntimeError):
    """A child process failed; the message has the last line of its error output."""


def answer_of(module: str, arguments: Sequence[str], told: str = "") -> str:
    """What ``python -m experiments.benchmark.MODULE ARGUMENTS`` prints, with `told` as its standard input."""
    command = [sys.executable, "-m", f"{__package__}.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, input=told, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ChildError(f"{' '.join(command[1:3])}: {reason}")
    return done.stdout
