"""A cache may only save time: what it must not read is left alone, and the arrays are made again."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from data import npz_cache
from data.npz_cache import cached_arrays


class Waited(BaseException):
    """No Exception: a cache passes over those."""


MADE = {"a": np.arange(3)}


def from_cache(path: Path) -> bool:
    """Whether the arrays came from the file; made ones hold other numbers."""
    found = cached_arrays(path, lambda: {"a": np.arange(3) + 10}, lambda arrays: arrays["a"].shape == (3,))
    return bool(found["a"][0] == 0)


def test_what_was_made_is_kept_and_read_the_next_time(tmp_path: Path) -> None:
    cached_arrays(tmp_path / "k.npz", lambda: MADE, lambda arrays: True)
    assert from_cache(tmp_path / "k.npz")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of Unix")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "k.npz")

    def waited(*_: object) -> None:
        raise Waited

    before = signal.signal(signal.SIGALRM, waited)
    signal.alarm(20)
    try:
        assert not from_cache(tmp_path / "k.npz")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("packed", [False, True], ids=["in the file", "unpacked"])
def test_more_bytes_than_any_prepared_set_are_not_read(packed: bool, tmp_path: Path, monkeypatch) -> None:
    save = np.savez_compressed if packed else np.savez
    save(tmp_path / "k.npz", a=np.arange(3), more=np.zeros(100_000))
    size = (tmp_path / "k.npz").stat().st_size
    assert (size < 10_000) == packed
    monkeypatch.setattr(npz_cache, "MAX_BYTES", 10_000)
    assert not from_cache(tmp_path / "k.npz")
