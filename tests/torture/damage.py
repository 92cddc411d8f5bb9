"""Flipped bits and cut files in a finished run: each is refused in one line, or what is read is what was written.

A file that a hash or a checksum guards may never be read as something else. Pictures are only looked at, so for them a
wrong pixel is no harm.
"""

import random
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.errors import DataError
from experiments.runs.folder import UsageError
from tests.torture.hostile.inputs import Input, judge
from tests.torture.hostile.saved import in_run
from tests.torture.reading import READERS, read_pictures
from tests.torture.sample import Sample
from tests.torture.tally import Tally

BATCH = 25
PICTURES = (".png", ".gif")
TEXTS = (".md", ".svg")  # read by people only

Reader = Callable[[Path], dict[str, Any]]


def torture(samples: list[Sample], tally: Tally, rng: random.Random, end: float) -> None:
    """Damage files in turn until the time is over."""
    wholes = {sample.study: READERS[sample.study](sample.folder) for sample in samples}
    for sample in cycle(samples):
        whole = wholes[sample.study]
        _batch(sample, READERS[sample.study], tally, rng, lambda found: equal(found, whole))  # noqa: B023
        _batch(sample, read_pictures, tally, rng, lambda found: True)
        if time.monotonic() > end:
            return


def _batch(sample: Sample, read: Reader, tally: Tally, rng: random.Random, is_right: Callable[[Any], bool]) -> None:
    """Some damaged files of one run, each alone."""
    pictures = read is read_pictures
    names = [name for name in sorted(sample.files) if name.endswith(PICTURES) == pictures and not name.endswith(TEXTS)]
    inputs = []
    for name in rng.choices(names, k=BATCH // 5 if pictures else BATCH):
        content, how = damaged((sample.folder / name).read_bytes(), rng)

        def right(found: Any) -> str:
            return "" if is_right(found) else "something else was read"

        inputs.append(Input(f"{sample.study}/{name} {how}", "run", in_run(sample, name, content), right))
    for what, complaint in judge(inputs, read, (DataError, UsageError)).items():
        tally.note("damage", what, complaint)


def damaged(content: bytes, rng: random.Random) -> tuple[bytes, str]:
    """The content with one to three bits flipped, or its end, its start or a part of it missing; and how."""
    kind = rng.choice(["bits", "bits", "end", "start", "middle", "zeros"])
    if kind == "bits":
        changed, places = bytearray(content), sorted(rng.sample(range(8 * len(content)), rng.randint(1, 3)))
        for place in places:
            changed[place // 8] ^= 1 << place % 8
        return bytes(changed), f"with the bits {places} flipped"
    first = rng.randrange(len(content))
    last = rng.randint(first, min(len(content), first + 512))
    if kind == "zeros":
        return content[:first] + bytes(last - first) + content[last:], f"with zeros from {first} to {last}"
    first, last = {"end": (first, len(content)), "start": (0, first), "middle": (first, last)}[kind]
    return content[:first] + content[last:], f"without the bytes {first} to {last}"


def equal(a: Any, b: Any) -> bool:
    """Whether two readings hold the same numbers; NaN is NaN."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, pd.DataFrame):
        return a.equals(b)
    if isinstance(a, list | tuple):
        return isinstance(b, list | tuple) and len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return a == b or (a != a and b != b)
