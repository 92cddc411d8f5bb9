"""The folder of one run, written and read here alone: settings, environment, tables and arrays, none half-written.

`config.json` holds the number of this format, the study's name, the settings that decide the results, the versions,
the hash of the data, and the time and memory that the run took. A run is never overwritten by accident: `--resume`
continues it with the same settings, `--force` deletes it first, and both refuse the folder of anything else.
`--resume` keeps the original environment and appends the current one to `resumed`.
"""

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

import autograd
from data.atomic import written_beside
from data.errors import DataError, printable
from experiments.memory import peak_memory_mb

CONFIG = "config.json"
FORMAT = 1  # of run folders; raised when files change their meaning, so that an old folder is refused and not misread


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

    Attributes:
        finished: True if the run was complete before it was resumed; its config.json is then left as it is.

    Raises:
        UsageError: the folder holds a run and neither `resume` nor `force` is given, or one with other settings
            is to be resumed, or it holds something else than a run of this study, or `force` would delete the data,
            or it cannot be made.
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
    ):
        self.path = path
        before = existing_config(path, study)
        if before and force:
            self._clear(data)
            before = {}
        elif before and resume:
            self._check_same(settings, before)
        elif before:
            raise UsageError(f"--out {path}: holds a run already: --resume continues it, --force replaces it")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--out {path}: cannot be made ({error.strerror}): choose another folder") from None
        self._started = time.monotonic() - before.get("wall_seconds", 0.0)
        self.finished = bool(before.get("finished"))
        if self.finished:
            self.config: dict[str, Any] = before
            return
        self.config = {"format": FORMAT, "study": study, **settings}
        self.config |= {"environment": environment(), "finished": False}
        if before:
            self._continue(before)
        self.write_json(CONFIG, self.config)

    def _clear(self, data):
        if self.path.is_symlink():
            raise UsageError(f"--out {self.path}: is a symbolic link: --force deletes only a folder, give that")
        if data and Path(data).exists() and Path(data).resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"--data {data}: --force would delete it with --out {self.path}: move it first")
        shutil.rmtree(self.path)

    def _check_same(self, settings, before):
        for name, value in json.loads(json.dumps(settings)).items():
            if before.get(name) != value:
                raise UsageError(
                    f"--resume {self.path}: that run had {name} {_brief(before.get(name))}, now it is "
                    f"{_brief(value)}: give the same arguments, or --force to start again"
                )

    def _continue(self, before):
        """Keep the original environment and what the run took so far; append the current environment."""
        begun, now = before["environment"], self.config["environment"]
        differs = [name for name in ("commit", "numpy") if begun.get(name) != now[name]]
        if differs:
            told = (" and ".join(f"{name} {which.get(name)}" for name in differs) for which in (begun, now))
            print("warning: the run was started with {} and is continued with {}".format(*told), flush=True)
        taken = {name: before[name] for name in ("wall_seconds", "peak_memory_mb") if name in before}
        self.config |= {"environment": begun, "resumed": [*before.get("resumed", []), now], **taken}

    def write_json(self, name: str, value: Any) -> None:
        self.write_text(name, json.dumps(value, indent=2) + "\n")

    def write_csv(self, name: str, table: pd.DataFrame, **options: Any) -> None:
        self.write_text(name, table.to_csv(index=False, lineterminator="\n", **options))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray], *, compressed: bool = False) -> None:
        """Write a `.npz` file."""
        save: Any = np.savez_compressed if compressed else np.savez
        with written_beside(self.path / name) as temporary:
            save(temporary, **arrays)

    def write_text(self, name: str, text: str) -> None:
        with written_beside(self.path / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")

    def record(self, **facts: Any) -> None:
        """Add facts to config.json."""
        self.config |= facts
        self.write_json(CONFIG, self.config)

    def finish(self, **facts: Any) -> None:
        """Record that the run is complete, with what it took and any further facts."""
        self.config |= {**facts, "finished": True}
        self.record_cost()

    def record_cost(self) -> None:
        """Record the time and memory so far, of all calls that worked on the run together."""
        self.config["wall_seconds"] = round(time.monotonic() - self._started, 1)
        if peak := peak_memory_mb():
            self.config["peak_memory_mb"] = round(max(peak, self.config.get("peak_memory_mb", 0.0)), 1)
        self.write_json(CONFIG, self.config)


@dataclass(frozen=True)
class SavedRun:
    """A run folder opened for reading: its config.json, and its tables and arrays, each checked when it is read.

    A study's subclass says whose run it is, which columns each table has, and which of them hold text.
    """

    STUDY: ClassVar[str]
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]]
    TEXT_COLUMNS: ClassVar[frozenset[str]] = frozenset()

    folder: Path
    config: dict[str, Any]

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a run folder; DataError if it holds no run of this study."""
        return cls(Path(folder), read_config(Path(folder), cls.STUDY))

    def has(self, name: str) -> bool:
        """True if the run wrote the file ``name``."""
        return (self.folder / name).is_file()

    def table(self, name: str) -> pd.DataFrame:
        """The rows of one of the files in COLUMNS; DataError if it is missing, no table or lacks a column."""
        text: dict[str, type] = dict.fromkeys(self.TEXT_COLUMNS.intersection(self.COLUMNS[name]), str)
        frame = read_table(self.folder / name, text)
        missing = [column for column in self.COLUMNS[name] if column not in frame.columns]
        if missing:
            expected = ",".join(self.COLUMNS[name])
            raise DataError(f"{self.folder / name}: no column {', '.join(missing)}; expected {expected}")
        return frame.fillna(dict.fromkeys(text, ""))

    def arrays(self, name: str, keep: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
        """The arrays of the `.npz` file ``name``, or only those in ``keep``."""
        return read_arrays(self.folder / name, keep)


def read_config(folder: Path, study: str) -> dict[str, Any]:
    """The config.json of a run of `study`.

    Raises:
        DataError: the folder holds no run, one of another study, or one in another format.
    """
    config = read_json(folder / CONFIG)
    if not {"environment", "finished"} <= config.keys():
        raise DataError(f"{folder}: its {CONFIG} is not that of a run: choose another folder")
    if config.get("study", study) != study:
        raise DataError(f"{folder}: holds a run of another study, {config['study']}, not of {study}")
    if config.get("format") != FORMAT or "study" not in config:
        raise DataError(f"{folder}: was written by another version of this program: run it again in a new folder")
    return config


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a run folder; DataError if it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file: is {path.parent} a run folder?") from None
    except (ValueError, OSError) as error:
        raise DataError(f"{path}: cannot be read ({error}): delete the run or choose another folder") from None
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds no JSON object: is {path.parent} a run folder?")
    return content


def read_table(path: Path, text: dict[str, type] | None = None) -> pd.DataFrame:
    """A CSV file of a run folder; DataError if it is missing or no table. ``text``: columns to keep as they are."""
    try:
        # Only an empty field means "nothing": by default pandas drops a country called "NA" or "None" too.
        return pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise DataError(f"{path}: no such file: run the study again, with --resume, to write it") from None
    except (ValueError, OSError) as error:
        raise DataError(f"{path}: not a table ({error})") from None


def read_arrays(path: Path, keep: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """The arrays of a `.npz` (or only those in ``keep``); nothing in it can run code. DataError if damaged."""
    try:
        # opened here, since NumPy leaves a damaged archive open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in keep or archive.files}
    except FileNotFoundError:
        raise DataError(f"{path}: no such file: it is written at the end of training") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read ({error}): train again to write it anew") from None


def existing_config(path: Path, study: str) -> dict[str, Any]:
    """The config.json of the run in the folder --out; empty where there is no folder or nothing in it.

    Raises:
        UsageError: it is a file, or the folder holds something else than a run of `study`.
    """
    if path.is_file():
        raise UsageError(f"--out {path}: is a file, expected a folder")
    if not path.is_dir() or not any(path.iterdir()):
        return {}
    if not (path / CONFIG).is_file():
        raise UsageError(f"--out {path}: holds files but no run (no {CONFIG}): choose another folder")
    try:
        return read_config(path, study)
    except DataError as error:
        raise UsageError(f"--out {error}") from None


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
    root = Path(__file__).resolve().parent.parent
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _brief(value) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
