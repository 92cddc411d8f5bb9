"""The folder of one run, opened for writing: settings, environment, tables and arrays, none half-written.

`config.json` holds the number of this format, the study's name, the settings that decide the results, the versions,
the hash of the data, and the time and memory that the run took. A run is never overwritten by accident: `--resume`
continues it with the same settings, `--force` deletes it first, and both refuse the folder of anything else. One
process at a time works on a folder. `saved.py` opens it for reading.
`--resume` keeps the original environment and appends the current one to `resumed`.
"""

import glob
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import autograd
from data.atomic import is_temporary, sweep, visible_files, written_beside
from data.errors import DataError, printable
from experiments.runs.lock import take_lock
from experiments.runs.saved import CONFIG, FORMAT, checksum, file_hash, read_config
from experiments.runs.values import brief
from experiments.system.memory import peak_memory_mb


class UsageError(Exception):
    """The user's mistake, in one line: the command line prints it without a traceback and exits with status 2."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class RunFolder:
    """A folder with a `config.json`, opened for writing.

    Args:
        path: the folder; made if it is not there.
        study: whose run it is: "rnn", "vae" or "benchmark".
        settings: what decides the results, as JSON values.
        resume, force: what to do if the folder holds a run already.
        data: the file or folder that is read, as --data names it; --force must not delete it.
        holds_runs: the name of a subfolder whose runs other processes may be writing: its temporary files stay.

    Attributes:
        finished: True if the run was complete before it was resumed, and its tables are as they were written; its
            config.json is then left as it is.

    Raises:
        UsageError: the folder holds a run and neither `resume` nor `force` is given, or one with other settings
            is to be resumed, or it holds something else than a run of this study, or `force` would delete the data,
            or it cannot be made, or another process is working on it.
    """

    def __init__(
        self,
        path: Path,
        study: str,
        settings: dict[str, Any],
        *,
        resume: bool = False,
        force: bool = False,
        data: str | None = None,
        holds_runs: str | None = None,
    ):
        self.path = path
        self._open(path)
        before = existing_config(path, study)
        if before and force:
            self._set_aside(data)
            before = {}
        elif before and resume:
            self._check_same(settings, before)
        elif before:
            raise UsageError(f"--out {path}: holds a run already: --resume continues it, --force replaces it")
        path.mkdir(exist_ok=True)
        self._holds_runs = holds_runs
        sweep(path, but=holds_runs)
        self._started = time.monotonic() - (before.get("wall_seconds") or 0.0)
        self.finished = bool(before.get("finished")) and self._is_intact(before)
        if self.finished:
            self.config: dict[str, Any] = before
            return
        self.config = {"format": FORMAT, "study": study, **settings}
        self.config |= {"environment": environment(), "finished": False}
        if before:
            self._continue(before)
        self._write_config()
        _delete_set_aside(path)

    def _open(self, path):
        """Make the folder that the run's is in, and take the lock."""
        try:
            path.resolve().parent.mkdir(parents=True, exist_ok=True)
            self._release = weakref.finalize(self, take_lock(path))
        except BlockingIOError as error:
            raise UsageError(
                f"--out {path}: {error} is working on it: wait for its end, or choose another folder"
            ) from None
        except (OSError, ValueError, RuntimeError) as error:  # a null in the name; until Python 3.13 a circle of links
            reason = "Not a directory" if isinstance(error, FileExistsError) else getattr(error, "strerror", error)
            how = "written to" if os.path.isdir(path) else "made"
            raise UsageError(f"--out {path}: cannot be {how} ({reason}): choose another folder") from None

    def _set_aside(self, data):
        """Rename the folder, a single step: killed at any instant, the run is there as a whole or not at all."""
        if self.path.is_symlink():
            raise UsageError(f"--out {self.path}: is a symbolic link: --force deletes only a folder, give that")
        if data and Path(data).exists() and Path(data).resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"--data {data}: --force would delete it with --out {self.path}: move it first")
        folder = self.path.resolve()
        _delete_set_aside(folder)
        try:
            folder.rename(folder.with_name(f".{folder.name}.{os.getpid()}.deleted"))
        except OSError as error:
            raise UsageError(
                f"--out {self.path}: cannot be deleted ({error.strerror}): close what uses it, or choose another folder"
            ) from None

    def _is_intact(self, before):
        """Whether the tables are as the finished run wrote them; if not, say which one is written again."""
        for name, known in (before.get("files") or {}).items():
            path = self.path / name
            if not path.is_file() or file_hash(path) != known:
                print(f"{path}: has changed since the run wrote it; it is written again", flush=True)
                return False
        return True

    def _check_same(self, settings, before):
        for name, value in json.loads(json.dumps(settings)).items():
            if before.get(name) != value:
                raise UsageError(
                    f"--resume {self.path}: that run had {name} {brief(before.get(name))}, now it is "
                    f"{brief(value)}: give the same arguments, or --force to start again"
                )

    def _continue(self, before):
        """Keep the original environment and what the run took so far; append the current environment."""
        begun, now = before["environment"], self.config["environment"]
        differs = [name for name in ("commit", "numpy") if begun.get(name) != now[name]]
        if differs:
            told = (" and ".join(f"{name} {which.get(name)}" for name in differs) for which in (begun, now))
            print("warning: the run was started with {} and is continued with {}".format(*told), flush=True)
        taken = {name: before[name] for name in ("wall_seconds", "peak_memory_mb") if before.get(name)}
        self.config |= {"environment": begun, "resumed": [*(before.get("resumed") or []), now], **taken}

    def write_json(self, name: str, value: Any) -> None:
        self.write_text(name, json.dumps(value, indent=2) + "\n")

    def write_csv(self, name: str, table: pd.DataFrame, **options: Any) -> None:
        self.write_text(name, table.to_csv(index=False, lineterminator="\n", **options))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray], *, compressed: bool = False) -> None:
        """Write a `.npz` file."""
        write_arrays(self.path / name, arrays, compressed=compressed)

    def write_text(self, name: str, text: str) -> None:
        with written_beside(self.path / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")

    def record(self, **facts: Any) -> None:
        """Add facts to config.json."""
        self.config |= facts
        self._write_config()

    def finish(self, **facts: Any) -> None:
        """Record that the run is complete, its figures too, with what it took, any further facts, and its tables."""
        sweep(self.path, but=self._holds_runs)  # a temporary file stays if the system refuses to delete it
        tables = visible_files(self.path, "*.csv") + visible_files(self.path, "*.json")
        files = {path.name: file_hash(path) for path in tables if path.name != CONFIG}
        self.config |= {**facts, "finished": True, "files": files}
        self.record_cost()

    def record_cost(self) -> None:
        """Record the time and memory so far, of all calls that worked on the run together."""
        self.config["wall_seconds"] = round(time.monotonic() - self._started, 1)
        if peak := peak_memory_mb():
            self.config["peak_memory_mb"] = round(max(peak, self.config.get("peak_memory_mb", 0.0)), 1)
        self._write_config()

    def _write_config(self):
        self.write_json(CONFIG, {**self.config, "checksum": checksum(self.config)})


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], *, compressed: bool = False) -> None:
    """Write a `.npz` file, or nothing; for the processes that do not own the folder."""
    save: Any = np.savez_compressed if compressed else np.savez
    with written_beside(path) as temporary:
        save(temporary, **arrays)


def existing_config(path: Path, study: str) -> dict[str, Any]:
    """The config.json of the run in the folder --out; empty where there is no folder or nothing in it.

    Raises:
        UsageError: it is a file, or the folder holds something else than a run of `study`.
    """
    if path.is_file():
        raise UsageError(f"--out {path}: is a file, expected a folder")
    if not path.is_dir() or not any(_files_of_others(path)):
        return {}
    if not (path / CONFIG).is_file():
        raise UsageError(f"--out {path}: holds files but no run (no {CONFIG}): choose another folder")
    try:
        return read_config(path, study)
    except DataError as error:
        raise UsageError(f"--out {error}") from None


def _files_of_others(folder: Path) -> Iterator[Path]:
    """What a folder holds besides our temporary files and empty folders, as a run killed in its first steps leaves."""
    return (path for path in folder.rglob("*") if not path.is_dir() and not is_temporary(path))


def _delete_set_aside(folder: Path) -> None:
    """Delete what --force renamed, now or in a process that was killed before it was done."""
    for path in folder.resolve().parent.glob(f".{glob.escape(folder.name)}.*.deleted"):
        if is_temporary(path):
            shutil.rmtree(path, ignore_errors=True)


def environment() -> dict[str, Any]:
    """What a result may depend on besides the settings: versions, BLAS, cores, the commit of the code."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "command": shlex.join(["python", "-m", "experiments", *sys.argv[1:]]),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "cores": os.cpu_count(),
        "threads": autograd.get_threads(),
        "machine": f"{platform.system()} {platform.machine()}",
        "commit": _git_commit(),
    }


def _git_commit() -> str | None:
    root = Path(__file__).resolve().parents[2]
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
