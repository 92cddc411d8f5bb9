"""Worker processes that end with their parent, also when it is killed and can tell them nothing."""

import functools
import os
import threading
import time
import warnings
from collections.abc import Callable
from typing import TypeVar

from experiments.system.memory import keep_freed_memory

SECONDS_BETWEEN_LOOKS = 1.0

Result = TypeVar("Result")


def in_worker(job: Callable[[], Result], parent: int) -> Result:
    """Run a job in a worker of the process with the id `parent`, or in that process itself."""
    begin_worker(parent)
    return job()


def pass_over_restarts() -> None:
    """Do not show joblib's warning that a worker was started anew.

    Where psutil is installed, joblib replaces a worker whose memory has grown by 300 MB. Ours grow on purpose, since
    they keep freed memory, and no job is lost.
    """
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)


def begin_worker(parent: int) -> None:
    """Let a worker of the process with the id `parent` end with it, and keep freed memory as that process does."""
    keep_freed_memory()
    if os.getpid() != parent:
        _end_with(parent)


@functools.cache  # one watch a process
def _end_with(parent: int) -> None:
    """End this process soon after its parent has ended; it has another parent then. On Windows nothing is done."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()
