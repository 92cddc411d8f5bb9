"""Every file operation of this process is seen by an audit hook, which can count it, end the process, or let it fail.

Python calls audit hooks before it opens, renames or deletes a file (PEP 578), so a hook that raises OSError is a system
that refuses, and a hook that sends SIGKILL is a machine that loses power between two operations. A hook cannot be taken
out again: there is one, and it does nothing until `watch` gives it a plan.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

CHANGES = frozenset(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass
class Watch:
    """What happens at the file operations below a folder.

    act     called with the number of the operation, from 0, and its path, before the operation
    reads   True to count what is opened for reading too
    """

    folder: str
    act: Callable[[int, str], None] = lambda number, path: None
    reads: bool = False
    count: int = field(default=0)


_plan: list[Watch] = []
_hooked: list[bool] = []


def watch(plan: Watch) -> None:
    """Follow a plan from now on."""
    _plan[:] = [plan]
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hook)


def kill_at(number: int) -> Callable[[int, str], None]:
    """Lose power before an operation."""

    def act(at: int, path: str) -> None:
        if at == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return act


def fail_at(number: int, error: int, for_ever: bool) -> Callable[[int, str], None]:
    """Refuse an operation, and with `for_ever` all that come after it, with an error number of the system."""

    def act(at: int, path: str) -> None:
        if at == number or (for_ever and at > number):
            raise OSError(error, os.strerror(error), path)

    return act


def _hook(event: str, arguments: tuple) -> None:
    if not _plan or not (event in CHANGES or event == "open"):
        return
    plan, path = _plan[0], arguments[0]
    if not isinstance(path, str | bytes) or not os.fsdecode(path).startswith(plan.folder):
        return
    if event == "open" and not plan.reads and not (arguments[2] or 0) & WRITING:
        return
    plan.count += 1
    plan.act(plan.count - 1, os.fsdecode(path))
