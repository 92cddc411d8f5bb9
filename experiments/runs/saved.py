"""A run folder opened for reading: config.json, tables and arrays, each checked where it is read.

`config.json` holds a hash of itself, and once the run has finished the hashes of all its tables. A file that was
damaged or edited since is refused in one line.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from data.errors import DataError
from experiments.runs.values import ANY_NUMBER, FLAG, Expected, Kind, Number, check_fields, object_of, optional

CONFIG = "config.json"
FORMAT = 1  # of run folders; raised when files change their meaning, so that an old folder is refused and not misread
HEAD: Mapping[str, Expected] = {
    "environment": object_of({}),
    "finished": FLAG,
    "files": Kind("hashes by file", lambda value: value is None or isinstance(value, dict)),
    "wall_seconds": optional(Number(0)),
    "peak_memory_mb": optional(Number(0)),
}


@dataclass(frozen=True)
class SavedRun:
    """A run folder opened for reading: its config.json, and its tables and arrays, each checked when it is read.

    A study's subclass says whose run it is, what config.json must hold, which columns each table has, which of these
    hold text, and the range of the others where they have one.
    """

    STUDY: ClassVar[str]
    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]]
    TEXT_COLUMNS: ClassVar[frozenset[str]] = frozenset()
    RANGES: ClassVar[Mapping[str, Number]] = {}
    FIELDS: ClassVar[Mapping[str, Expected]] = {}

    folder: Path
    config: dict[str, Any]

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a run folder; DataError if it holds no run of this study, or its config.json is damaged."""
        config = read_config(Path(folder), cls.STUDY)
        check_fields(config, cls.FIELDS, Path(folder) / CONFIG)
        return cls(Path(folder), config)

    def has(self, name: str) -> bool:
        """True if the run wrote the file ``name``."""
        return (self.folder / name).is_file()

    def path(self, name: str) -> Path:
        """The path of a file; DataError if it has changed since the run finished."""
        path = self.folder / name
        known = (self.config.get("files") or {}).get(name)
        if known and path.is_file() and file_hash(path) != known:
            raise DataError(f"{path}: has changed since the run wrote it: --resume writes it again")
        return path

    def table(self, name: str) -> pd.DataFrame:
        """The rows of one of the files in COLUMNS; DataError if it is missing, damaged or lacks a column."""
        text: dict[str, type] = dict.fromkeys(self.TEXT_COLUMNS.intersection(self.COLUMNS[name]), str)
        frame = read_table(self.path(name), text)
        missing = [column for column in self.COLUMNS[name] if column not in frame.columns]
        if missing:
            expected = ",".join(self.COLUMNS[name])
            raise DataError(f"{self.folder / name}: no column {', '.join(missing)}; expected {expected}")
        for column in self.COLUMNS[name]:
            expected_number = self.RANGES.get(column, ANY_NUMBER)
            if column not in text and not expected_number.holds_all(frame[column]):
                raise DataError(f"{self.folder / name}: column {column}: expected {expected_number.words} in every row")
        return frame.fillna(dict.fromkeys(text, ""))

    def arrays(self, name: str, keep: tuple[str, ...] = (), expected: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
        """The arrays of the `.npz` file ``name``, or only those in ``keep``; DataError without one of ``expected``."""
        arrays = read_arrays(self.folder / name, keep)
        if missing := [each for each in expected if each not in arrays]:
            raise DataError(f"{self.folder / name}: no array {', '.join(missing)}: run the study again")
        return arrays


def read_config(folder: Path, study: str) -> dict[str, Any]:
    """The config.json of a run of `study`.

    Raises:
        DataError: the folder holds no run, one of another study, or one in another format.
    """
    config = read_json(folder / CONFIG)
    if config.get("checksum", checksum(config)) != checksum(config):
        raise DataError(
            f"{folder / CONFIG}: has changed since the run wrote it: delete the run or choose another folder"
        )
    if not {"environment", "finished"} <= config.keys():
        raise DataError(f"{folder}: its {CONFIG} is not that of a run: choose another folder")
    if config.get("study", study) != study:
        raise DataError(f"{folder}: holds a run of another study, {config['study']}, not of {study}")
    if config.get("format") != FORMAT or "study" not in config:
        raise DataError(f"{folder}: was written by another version of this program: run it again in a new folder")
    check_fields(config, HEAD, folder / CONFIG)
    return config


def checksum(config: Mapping[str, Any]) -> str:
    """The SHA-256 hash of the content of a JSON object, without its entry "checksum"."""
    content = {name: value for name, value in json.loads(json.dumps(config)).items() if name != "checksum"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def file_hash(path: Path) -> str:
    """The SHA-256 hash of a file; DataError if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a run folder; DataError if it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file: is {path.parent} a run folder?") from None
    except (ValueError, OSError, RecursionError) as error:
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
    except Exception as error:  # a damaged file may trip the readers of zip and npy anywhere
        raise DataError(f"{path}: cannot be read ({error}): train again to write it anew") from None
