"""Hostile files of our own formats: checkpoints, trained models, prepared arrays, and the JSON files of a run."""

import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from autograd.tools import checkpoint
from data.npz_cache import cached_arrays
from experiments.runs.saved import checksum
from rnn import trained as trained_nets
from tests.torture.hostile.inputs import Input
from tests.torture.hostile.pictures import zipped
from tests.torture.sample import Sample
from vae import trained as trained_autoencoders

# What may stand in place of any value of a JSON file.
VALUES: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "zero": 0,
    "minus one": -1,
    "a fraction": 0.5,
    "a large number": 10**9,
    "10^400": 10**400,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "a text": "x",
    "an empty text": "",
    "an escape": "\x1b[31m\n",
    "half a letter": "\ud800",
    "a list": [],
    "a list of lists": [[[]]],
    "an object": {},
    "a long text": "y" * 100_000,
}


def checkpoints() -> Iterator[Input]:
    """Files in place of a checkpoint."""
    array = np.zeros(3)
    described = {"format": checkpoint.FORMAT, "arrays": ["arrays/a"], "values": {"a": None, "n": 1}}
    for name, value in VALUES.items():
        yield Input(f"a checkpoint that is {name}", "c.npz", _checkpoint(value, {"arrays/a": array}))
        for key in described:
            content = _checkpoint({**described, key: value}, {"arrays/a": array})
            yield Input(f"a checkpoint whose {key} is {name}", "c.npz", content)
        yield Input(
            f"a checkpoint that lists {name}",
            "c.npz",
            _checkpoint({**described, "arrays": [value]}, {"arrays/a": array}),
        )
    for place in ("arrays/b", "arrays/a/b", "arrays/n/0", "arrays", "", "/", "arrays/a/../a", "json", "arrays/" * 500):
        content = _checkpoint({**described, "arrays": [place]}, {place or "x": array})
        yield Input(f"a checkpoint with an array at {place[:20]!r}", "c.npz", content)
    good = _checkpoint(described, {"arrays/a": array})
    for name, content in {
        "no bytes": b"",
        "text": b"text",
        "a mark alone": b"PK\5\6",
        "no members": zipped({}),
        "half": good[: len(good) // 2],
        "JSON that is deep": _raw(b"[" * 200_000),
        "JSON cut off": _raw(b'{"format": "autogr'),
        "no JSON": zipped({"a.npy": b""}),
        "JSON that is no text": _raw(b"\xff\xfe\xff"),
        "a packed bomb": zipped({"json.npy": b"\0" * 50_000_000}),
        "a JSON that is a float array": _checkpoint_of(np.zeros(9)),
        "a long number": _raw(b'{"format": ' + b"9" * 100_000 + b"}"),
        "another format": _checkpoint({**described, "format": "autograd checkpoint 99"}, {"arrays/a": array}),
        "an array that promises terabytes": _promising(described),
    }.items():
        yield Input(f"a checkpoint: {name}", "c.npz", content)


def read_checkpoint(path: Path) -> None:
    """Read it in all three ways; a file that one of them takes is tried by the others."""
    refused = None
    for read in (checkpoint.load, trained_nets.load, trained_autoencoders.load):
        try:
            read(path)
        except (OSError, ValueError) as error:
            refused = error
            if not str(error).isprintable():
                raise
    if refused:
        raise refused


def models(samples: list[Sample]) -> Iterator[Input]:
    """Trained models whose file is whole and whose values are wrong."""
    sizes = {"4096": 4096, "2**30": 2**30, "many": [4096] * 12}
    for sample in samples:
        (path, *_) = sorted((sample.folder / "models").glob("*.npz"))
        whole = checkpoint.load(path)
        ((kind, saved),) = whole.items()
        for part in ("architecture", "parameters", "linear_map"):
            for (name, value), key in product({**VALUES, **sizes}.items(), saved.get(part, {})):
                changed = {kind: {**saved, part: {**saved[part], key: value}}}
                yield Input(f"a model of {kind} whose {part} has {key} of {name}", "m.npz", _saved(changed))
        for name, value in VALUES.items():
            for part in saved:
                yield Input(
                    f"a model of {kind} whose {part} is {name}", "m.npz", _saved({kind: {**saved, part: value}})
                )
            yield Input(f"a model of {kind} that is {name}", "m.npz", _saved({kind: value}))
        large = {"hidden": 4096, "layers": 4096, "widths": [4096] * 12, "image_size": 4096, "latent": 4096}
        for key in large.keys() & saved["architecture"].keys():
            for other in large.keys() & saved["architecture"].keys():
                changed = saved["architecture"] | {key: large[key], other: large[other]}
                content = _saved({kind: {**saved, "architecture": changed}})
                yield Input(f"a model of {kind} with the largest {key} and {other}", "m.npz", content)


def caches() -> Iterator[Input]:
    """Files where prepared arrays should be."""
    good = zipped({"a.npy": _npy(np.arange(3))})
    for name, content in {
        "good": good,
        "half": good[: len(good) // 2],
        "text": b"text",
        "nothing": b"",
        "other names": zipped({"b.npy": _npy(np.arange(3))}),
        "another shape": zipped({"a.npy": _npy(np.arange(4))}),
        "another kind": zipped({"a.npy": _npy(np.array(["x"]))}),
        "a pickle": zipped({"a.npy": _npy(np.array([{}]), allow_pickle=True)}),
        "no array": zipped({"a.npy": b"text"}),
        "text without suffix": zipped({"a": b"text"}),
        "an npy": _npy(np.arange(3)),
        "a bomb": zipped({"a.npy": b"\0" * 80_000_000}),
    }.items():
        yield Input(f"a cache: {name}", "k.npz", content)
    for name, make in {
        "a folder": Path.mkdir,
        "a circle": lambda p: p.symlink_to(p.name),
        "zeros": lambda p: p.symlink_to("/dev/zero"),
    }.items():
        yield Input(f"a cache: {name}", "k.npz", make)


def read_cache(path: Path) -> None:
    """A cache may only save time: whatever is in it, the arrays are those that would be made."""
    wanted = {"a": np.arange(3)}

    def is_usable(arrays: dict[str, np.ndarray]) -> bool:
        return arrays["a"].shape == (3,) and arrays["a"].dtype == wanted["a"].dtype

    found = cached_arrays(path, lambda: wanted, is_usable)
    if not np.array_equal(found["a"], wanted["a"]):
        raise RuntimeError(f"other arrays than those that would be made: {found}")


def json_files(sample: Sample) -> Iterator[Input]:
    """A run whose config.json has one entry replaced, with a right checksum; and texts that are no JSON."""
    config = json.loads((sample.folder / "config.json").read_text())
    entries = [(name,) for name in config] + [("data", name) for name in config["data"]]
    for (name, value), entry in product(VALUES.items(), entries):
        changed = json.loads(json.dumps(config))
        (changed["data"] if len(entry) == 2 else changed)[entry[-1]] = value
        if entry != ("checksum",):
            changed["checksum"] = checksum(changed)
        text = json.dumps(changed).encode()
        yield Input(
            f"{sample.study}: {'.'.join(entry)} of config.json is {name}", "run", in_run(sample, "config.json", text)
        )
    texts = {
        "deep": b"[" * 200_000,
        "no text": b"\xff\xfe",
        "cut": b'{"format": 1',
        "empty": b"",
        "a list": b"[]",
        "null": b"null",
        "UTF-16": "{}".encode("utf-16"),
        "a long number": b"9" * 100_000,
    }
    names = [
        "config.json",
        *(name for name in sample.files if name.endswith((".csv", ".json", ".npz")) and "frames" not in name),
    ]
    for (what, content), name in product(texts.items(), names):
        yield Input(f"{sample.study}: {name} is {what}", "run", in_run(sample, name, content))


def in_run(sample: Sample, name: str, content: bytes) -> Callable[[Path], None]:
    """Makes a copy of a finished run with one file replaced."""

    def make(path: Path) -> None:
        shutil.copytree(sample.folder, path)
        (path / name).write_bytes(content)

    return make


def _npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


def _checkpoint(described: Any, arrays: dict[str, np.ndarray]) -> bytes:
    text = json.dumps(described).encode()
    members = {"json.npy": _npy(np.frombuffer(text, np.uint8))}
    return zipped(members | {f"{name}.npy": _npy(array) for name, array in arrays.items()}, zipfile.ZIP_STORED)


def _raw(text: bytes) -> bytes:
    return zipped({"json.npy": _npy(np.frombuffer(text, np.uint8))}, zipfile.ZIP_STORED)


def _checkpoint_of(array: np.ndarray) -> bytes:
    return zipped({"json.npy": _npy(array)}, zipfile.ZIP_STORED)


def _promising(described: dict[str, Any]) -> bytes:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}\n"
    promise = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header
    text = json.dumps(described).encode()
    return zipped({"json.npy": _npy(np.frombuffer(text, np.uint8)), "arrays/a.npy": promise}, zipfile.ZIP_STORED)


def _saved(values: dict[str, Any]) -> bytes:
    """What `checkpoint.save` writes, also for values that it would refuse."""
    arrays: dict[str, np.ndarray] = {}

    def taken(value: Any, name: str) -> Any:
        if isinstance(value, np.ndarray):
            arrays[name] = value
            return None
        return {key: taken(each, f"{name}/{key}") for key, each in value.items()} if isinstance(value, dict) else value

    rest = taken(values, "arrays")
    return _checkpoint({"format": checkpoint.FORMAT, "arrays": list(arrays), "values": rest}, arrays)
