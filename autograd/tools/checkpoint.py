"""Checkpoints: nested dicts of arrays, numbers and strings in one file, without code, and never half-written.

    save("run.npz", {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                     "epoch": 3, "generator": generator_state(rng)})

    saved = load("run.npz")
    model.load_state_dict(saved["model"])

The file is an ordinary ``.npz``: a zip with one ``.npy`` for each array, and the JSON text of everything else. NumPy
can read it without this module. It holds no pickle: loading a file from a stranger runs no code. The same values give
the same bytes.
"""

import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

FORMAT = "autograd checkpoint 1"


class CheckpointError(ValueError):
    """A file is not a complete checkpoint. The message says which file, what is wrong, and what to do."""


def save(path: str | os.PathLike[str], values: dict[str, Any]) -> None:
    """Write nested dicts and lists of arrays, numbers, strings, booleans and None (tuples come back as lists).

    The file gets its name only when it is complete: it is written under another name, flushed to disk, and renamed.

    Raises:
        TypeError: a value cannot be saved, or a key is not a string; the message names its place.
        ValueError: a key contains "/", which separates the keys of nested dicts inside the file.
    """
    arrays: dict[str, np.ndarray] = {}
    rest = _take_arrays(values, "arrays", arrays)
    text = json.dumps({"format": FORMAT, "arrays": list(arrays), "values": rest})
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    try:
        with open(partial, "wb") as file:
            np.savez(file, json=np.frombuffer(text.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The nested dicts that `save` wrote.

    Raises:
        OSError: the file is missing or cannot be read.
        CheckpointError: the file is truncated, damaged, or not a checkpoint of this project, or no regular file.
    """
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
        raise CheckpointError(f"{path} is not a regular file: give the file of a checkpoint")
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                if sum(member.file_size for member in archive.infolist()) > status.st_size:
                    raise CheckpointError("it unpacks to more bytes than it has, and we do not compress")
                described = json.loads(_read(archive, "json").tobytes())
                values = described["values"]
                if not isinstance(values, dict):
                    raise CheckpointError(f"it holds {type(values).__name__}, expected a dict")
                for name in described["arrays"]:
                    _put_back(values, name.split("/")[1:], _read(archive, name))
        except Exception as error:  # a damaged file can make the readers of zip, npy and JSON fail in many ways
            raise CheckpointError(
                f"{path} is not a whole checkpoint, but truncated, damaged or another kind of file "
                f"({error}): take an earlier one, or start again without it"
            ) from error
    if described.get("format") != FORMAT:
        raise CheckpointError(f"{path}: format is {described.get('format')!r}, this program reads {FORMAT!r}")
    return values


def generator_state(rng: np.random.Generator) -> dict[str, Any]:
    """The state of a random generator, in a form that `save` can write."""
    return dict(rng.bit_generator.state)


def restore_generator(rng: np.random.Generator, state: dict[str, Any]) -> None:
    """Set the state of a random generator: from now on it draws the same numbers as the saved one.

    Raises:
        ValueError: the state belongs to another kind of generator.
    """
    kind = type(rng.bit_generator).__name__
    if state.get("bit_generator") != kind:
        raise ValueError(f"restore_generator: a state of {state.get('bit_generator')!r} for a generator of {kind!r}")
    before = rng.bit_generator.state
    try:
        rng.bit_generator.state = state
    except (TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
        rng.bit_generator.state = before
        raise ValueError(f"restore_generator: not the state of a generator ({error!r})") from None


def _take_arrays(value, name, arrays):
    """`value` with None in place of each array; the array is put into `arrays` under its path."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        arrays[name] = value
        return None
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"save: key {key!r} in {name} is no string")
            if "/" in key:
                raise ValueError(f'save: key {key!r} in {name} has a "/" in it, which separates keys inside the file')
        return {key: _take_arrays(item, f"{name}/{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_take_arrays(item, f"{name}/{i}", arrays) for i, item in enumerate(value)]
    if value is None or type(value) in (bool, int, float, str):
        return value
    kind = f"array of dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
    raise TypeError(f"save: {name} is of type {kind}: expected numbers, strings, None, or arrays of numbers")


def _put_back(values, path, array):
    """Set the element at `path` of the nested dicts and lists `values`."""
    *parents, last = path
    for key in parents:
        values = values[int(key) if isinstance(values, list) else key]
    values[int(last) if isinstance(values, list) else last] = array


def _read(archive, name):
    with archive.open(f"{name}.npy") as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        member.read()  # to the end, where zipfile compares the checksum, even if a damaged header asks for less
        return array
