"""The readers under fuzz, each as a function of bytes that returns, whatever the bytes are, or has a fault."""

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from autograd.tools import checkpoint
from data.covid.assemble import assemble
from data.covid.layouts import read_raw
from data.errors import DataError
from data.faces.images import UnreadableImage, decode
from data.faces.load import load_faces
from data.npz_cache import cached_arrays
from experiments import __main__ as front
from experiments.cli import read_settings
from experiments.rnn.settings import RnnSettings
from experiments.runs.folder import UsageError
from experiments.vae.settings import VaeSettings
from rnn import trained as nets
from vae import trained as autoencoders

SIDE = 16
SETTINGS = {"rnn": RnnSettings, "vae": VaeSettings}
_folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)


def _file(name: str, content: bytes) -> Path:
    """A file in memory, of this process alone."""
    path = Path(_folder.name) / f"{os.getpid()}-{name}"
    path.write_bytes(content)
    return path


def _one_line(error: Exception) -> None:
    assert str(error) and str(error).isprintable(), f"not one printable line: {error!r}"


def covid(content: bytes) -> None:
    """A table of counts is read, whole, or refused."""
    try:
        table = assemble(read_raw(content, "fuzz", (None, "daily", "cumulative")[len(content) % 3]))
    except DataError as error:
        return _one_line(error)
    assert table.cumulative.shape == (len(table.countries), len(table.dates))
    assert len(set(table.countries)) == len(table.countries)
    return None


def picture(content: bytes) -> None:
    """A picture is decoded or skipped."""
    try:
        image = decode(content)
    except UnreadableImage as error:
        assert str(error)
    else:
        assert image.mode == "RGB" and min(image.size) >= SIDE


def faces(content: bytes) -> None:
    """An archive of pictures, or a saved array, is read or refused."""
    suffix = ".npy" if content.startswith(b"\x93NUMPY") else ".npz" if b".npy" in content else ".zip"
    try:
        found = load_faces(_file(f"faces{suffix}", content), SIDE, cache=None)
    except DataError as error:
        return _one_line(error)
    assert found.images.shape == (len(found.names), SIDE, SIDE, 3)
    assert found.describe().isprintable()
    return None


def cache(content: bytes) -> None:
    """Whatever a cache holds, the arrays are usable ones."""
    found = cached_arrays(
        _file("cache.npz", content), lambda: {"a": np.arange(3)}, lambda arrays: arrays["a"].shape == (3,)
    )
    assert found["a"].shape == (3,)


def saved(content: bytes) -> None:
    """A checkpoint, and the models that are kept in one, is loaded or refused."""
    path = _file("saved.npz", content)
    for read in (checkpoint.load, nets.load, autoencoders.load):
        try:
            read(path)
        except (OSError, ValueError) as error:
            _one_line(error)


def command(content: bytes) -> None:
    """A command line, its words apart by null bytes, is understood or refused; nothing is run."""
    words = content.decode(errors="surrogateescape").split("\0")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            args = front._parse(words)
            if args.command in SETTINGS:
                read_settings(SETTINGS[args.command], args)
        except UsageError as error:
            return _one_line(error)
        except SystemExit as stop:
            assert stop.code in (0, 2), stop.code
            assert stop.code == 0 or said.getvalue().count("\n") == 1, said.getvalue()
    return None


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (covid, picture, faces, cache, saved, command)
}


def run(target: str, content: bytes) -> str:
    """Try one input; the fault in words, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            TARGETS[target](content)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {error}"[:300]
    return ""
