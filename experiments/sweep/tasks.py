"""A task: one study with one setting of the grid, in a run folder of its own, "tasks/cells=gru,seed=0".

A task may be run any number of times, by any process of any machine that sees the folder. Whoever runs it holds its
lock, and finds it finished or continues what was left. So a task that was given out twice is done once, and one whose
process was killed is continued.
"""

import contextlib
import hashlib
import io
import json
import re
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from joblib import parallel_config
from threadpoolctl import threadpool_limits

from data.atomic import write_bytes
from data.errors import DataError
from experiments.cli import StudySettings
from experiments.runs.folder import UsageError
from experiments.runs.lock import take_lock
from experiments.runs.saved import file_hash, read_config
from experiments.sweep.grid import Grid, as_text, combinations
from experiments.sweep.studies import STUDIES, arguments
from experiments.system.faults import in_one_line
from experiments.system.memory import keep_freed_memory

TASKS = "tasks"  # the folder of the tasks, in that of the sweep
ERROR = "error.txt"  # in the folder of a task that failed
MAX_NAME = 120  # letters in the name of a folder
MAX_STARTS = 3  # of a task whose process is killed each time
SECONDS_BETWEEN_LOOKS = 0.5
ONE_IN_A_PROCESS = threading.Lock()  # a task redirects the streams and the working folder of its process


@dataclass(frozen=True)
class Task:
    """The study, the values that the grid gives, all settings, and the run folder."""

    study: str
    values: Mapping[str, Any]
    settings: Any
    folder: Path

    def __str__(self) -> str:
        return words(self.values)

    def with_data(self, source: str) -> "Task":
        """The same task on another --data."""
        return replace(self, settings=replace(self.settings, data=source))


@dataclass(frozen=True)
class Outcome:
    """How a task ended; `error` is one line, empty if it finished."""

    task: Task
    error: str
    seconds: float


def make_tasks(study: str, settings: StudySettings, grid: Grid, out: Path) -> list[Task]:
    """A task for each combination of the grid.

    Args:
        settings: those that all tasks share.
        out: the folder of the sweep.

    Raises:
        UsageError: a combination fails the checks of the settings.
    """
    shared = {**STUDIES[study].in_a_task, **_comparable(settings, grid)}
    return [
        Task(study, values, replace(settings, **shared, **values), out / TASKS / _folder_name(values))
        for values in combinations(grid)
    ]


def words(values: Mapping[str, Any]) -> str:
    """ "cells=gru,seed=0"."""
    return ",".join(f"{name}={as_text(value)}" for name, value in values.items())


def is_finished(task: Task) -> bool:
    """Whether the run is complete, of these settings, and its tables are as it wrote them."""
    try:
        config = read_config(task.folder, task.study)
        same = all(
            config.get(name) == value for name, value in json.loads(json.dumps(task.settings.recorded())).items()
        )
        hashes = (config.get("files") or {}).items()
        return same and config["finished"] and all(file_hash(task.folder / name) == known for name, known in hashes)
    except DataError:
        return False


def run_task(task: Task, where: Path) -> Outcome:
    """Run a task, unless it is finished; an error is written to its folder and told, not raised.

    BLAS and the kernels compute with one thread: tasks run side by side.

    Args:
        where: the working folder that relative paths start from.
    """
    started = time.monotonic()
    keep_freed_memory()
    try:
        with ONE_IN_A_PROCESS, contextlib.chdir(where), _lock_of(task.folder):
            error = "" if is_finished(task) else _attempt(task)
    except OSError as problem:  # this machine does not see the folder, or cannot write to it
        error = in_one_line(problem)
    return Outcome(task, error, time.monotonic() - started)


def forget_starts(task: Task) -> None:
    """Let a task be started MAX_STARTS times again."""
    _starts(task).unlink(missing_ok=True)


def _attempt(task: Task) -> str:
    """One line if the task failed, else nothing."""
    starts, said = _starts(task), io.StringIO()
    before = int(starts.read_text() or 0) if starts.is_file() else 0
    with contextlib.suppress(OSError):
        (task.folder / ERROR).unlink(missing_ok=True)
    try:
        if before >= MAX_STARTS:
            raise UsageError(f"its process was killed {before} times: is there enough memory? take fewer --jobs")
        write_bytes(starts, str(before + 1).encode())
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            _run(task)
        starts.unlink(missing_ok=True)
        return ""
    except Exception as error:  # whatever it is, the other tasks go on
        told = f"{traceback.format_exc()}\nWhat the task printed:\n\n{said.getvalue()}"
        with contextlib.suppress(OSError):
            write_bytes(task.folder / ERROR, told.encode(errors="backslashreplace"))
            starts.unlink(missing_ok=True)
        return " ".join(str(error).split()) or type(error).__name__


def _run(task: Task) -> None:
    # What the study would spread over processes stays in this one, also where joblib's nested default is a cluster.
    with threadpool_limits(1), parallel_config(backend="sequential"):
        STUDIES[task.study].run(arguments(task.settings, task.folder), draw=False)


def _comparable(settings: StudySettings, grid: Grid) -> dict[str, Any]:
    """What makes tasks of different window lengths ask about the same days."""
    if "lengths" not in grid or "longest" in grid or getattr(settings, "longest", None):
        return {}
    return {"longest": max(max(lengths) for lengths in grid["lengths"])}


def _folder_name(values: Mapping[str, Any]) -> str:
    """The words themselves where every system allows them in a name, else a part of them and a hash of them all."""
    name = words(values)
    if len(name) <= MAX_NAME and re.fullmatch(r"[\w.,=+-]+", name, re.ASCII):
        return name
    safe = re.sub(r"[^\w.,=+-]", "_", name, flags=re.ASCII)
    return f"{safe[:MAX_NAME]}-{hashlib.sha256(name.encode(errors='backslashreplace')).hexdigest()[:8]}"


def _starts(task: Task) -> Path:
    """The file that counts the starts since the task last ended; a hidden one beside its folder."""
    return task.folder.with_name(f".{task.folder.name}.starts")


@contextlib.contextmanager
def _lock_of(folder: Path) -> Iterator[None]:
    """Hold the lock of a task; wait while another process works on it, as one of a sweep that was killed may."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            release = take_lock(folder)
            break
        except BlockingIOError:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        release()
