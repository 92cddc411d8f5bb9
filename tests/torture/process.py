"""A command in a process of its own, forked from this one: the modules are loaded already, so it starts at once."""

import contextlib
import fcntl
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from experiments.__main__ import main

PIPE_BYTES = 2**20
MAX_SECONDS = 180.0  # no command of the samples needs a tenth of it, even on a busy machine


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (minus the signal if it was killed), and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL

    @property
    def complaint(self) -> str:
        """What is wrong with this end; empty for success, and for a fault that was told in one line."""
        told = self.err.strip()
        if "Traceback" in self.err:
            return f"traceback: {told.splitlines()[-1]}"
        if self.status == 0 or (self.status == 2 and told and len(told.splitlines()) == 1):
            return ""
        return f"status {self.status} with {len(told.splitlines())} lines: {told[-300:]}"


def run(
    arguments: list[str],
    before: Callable[[], None] = lambda: None,
    kill_after: float | None = None,
    after: Callable[[], object] = lambda: None,
) -> Ended:
    """Run a command of the program in a fork.

    Args:
        arguments: as on the command line.
        before, after: called in the fork, around the command.
        kill_after: seconds until the fork is killed, if it runs so long.
    """
    sys.stdout.flush()
    (out, write_out), (err, write_err) = _pipe(), _pipe()
    child = os.fork()
    if child == 0:
        _child(arguments, before, after, write_out, write_err)
    os.close(write_out)
    os.close(write_err)
    status = _wait(child, kill_after)
    texts = []
    for end in (out, err):
        with os.fdopen(end, "rb") as stream:
            texts.append(stream.read().decode(errors="replace"))
    return Ended(status, *texts)


def _pipe() -> tuple[int, int]:
    """A pipe that holds all that a command writes: no file, since files may be what is forbidden."""
    ends = os.pipe()
    fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return ends


def _child(arguments, before, after, out, err) -> None:
    """Never returns: what belongs to the parent must not be closed or flushed a second time."""
    status = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        before()
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
        after()
        sys.stdout.flush()
    except BaseException:  # what reaches this place would be a traceback on the user's screen
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)


def _wait(child: int, kill_after: float | None) -> int:
    """The exit status of a child, minus the signal that ended it."""
    descriptor = os.pidfd_open(child)
    try:
        limit = MAX_SECONDS if kill_after is None else kill_after
        if not select.select([descriptor], [], [], limit)[0]:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    return os.waitstatus_to_exitcode(status)


def seconds_of(call: Callable[[], object]) -> float:
    """The wall time of a call."""
    started = time.monotonic()
    call()
    return time.monotonic() - started


def limit(kind: int, value: int) -> None:
    """Lower a soft limit of the system for this process."""
    resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
