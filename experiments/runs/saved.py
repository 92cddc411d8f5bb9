"""A run folder opened for reading: config.json, tables and arrays, each checked where it is read.

`config.json` holds a hash of itself, and once the run has finished the hashes of all its tables. A file that was
damaged or edited since is refused in one line, and so is a pipe, a device or a huge file in its place.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from data.errors import DataError
from data.regular_file import check_regular, read_regular
from experiments.runs.values import ANY_NUMBER, FLAG, Expected, Kind, Number, check_fields, list_of, object_of, optional

CONFIG = "config.json"
MAX_BYTES = 300_000_000  # no file of a run is larger, its arrays unpacked
FORMAT = 1  # of run folders; raised when files change their meaning, so that an old folder is refused and not misread
HEAD: Mapping[str, Expected] = {
    "environment": object_of({}),
    "finished": FLAG,
    "files": Kind("hashes by file", lambda value: value is None or isinstance(value, dict)),
    "resumed": optional(list_of(object_of({}))),
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
    REMEDY: ClassVar[str] = "--resume writes it again"

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
            raise DataError(f"{path}: has changed since the run wrote it: {self.REMEDY}")
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
    return hashlib.sha256(read_regular(path, MAX_BYTES)).hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a run folder; DataError if it is missing or damaged."""
    text = _content(path, f"is {path.parent} a run folder?")
    try:
        content = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read ({error}): delete the run or choose another folder") from None
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds no JSON object: is {path.parent} a run folder?")
    return content


def read_text(path: Path) -> str:
    """A text that a run wrote; DataError if it is missing or damaged."""
    try:
        return _content(path, "--resume writes it").decode()
    except ValueError as error:
        raise DataError(f"{path}: not a text ({error}): --resume writes it again") from None


def read_table(path: Path, text: Mapping[str, type] | None = None) -> pd.DataFrame:
    """A CSV file of a run folder; DataError if it is missing or no table. ``text``: columns to keep as they are."""
    content = _content(path, "run the study again, with --resume, to write it")
    try:
        # Only an empty field means "nothing": by default pandas drops a country called "NA" or "None" too. Read as
        # a whole, a column has one kind, and pandas does not warn of two.
        return pd.read_csv(io.BytesIO(content), dtype=text, keep_default_na=False, na_values=[""], low_memory=False)
    except Exception as error:  # a damaged file may trip the parser anywhere
        raise DataError(f"{path}: not a table ({error})") from None


def read_arrays(path: Path, keep: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """The arrays of a `.npz` (or only those in ``keep``); nothing in it can run code. DataError if damaged."""
    _check_there(path, "it is written at the end of training")
    check_regular(path, MAX_BYTES)
    try:
        # opened here, since NumPy leaves a damaged archive open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            if sum(member.file_size for member in archive.zip.infolist()) > MAX_BYTES:
                raise ValueError(f"unpacked it has more than {MAX_BYTES:,} bytes")
            return {name: archive[name] for name in keep or archive.files}
    except Exception as error:  # a damaged file may trip the readers of zip and npy anywhere
        raise DataError(f"{path}: cannot be read ({error}): train again to write it anew") from None


def _content(path: Path, remedy: str) -> bytes:
    """All bytes of a file of a run; `remedy` is what to do if it is missing."""
    _check_there(path, remedy)
    if path.is_file() and path.stat().st_size == 0:  # what is wrong with nothing, its parser says
        return b""
    return read_regular(path, MAX_BYTES)


def _check_there(path: Path, remedy: str) -> None:
    if not os.path.lexists(path):
        raise DataError(f"{path}: no such file: {remedy}")
