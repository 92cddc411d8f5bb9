"""Every family of hostile inputs with the reader that it is meant for."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from data.errors import DataError
from experiments.runs.folder import UsageError
from tests.torture.hostile import pictures, saved, tables
from tests.torture.hostile.inputs import Input, judge
from tests.torture.reading import READERS
from tests.torture.sample import Sample
from tests.torture.tally import Tally

BATCH = 40  # inputs judged in one fork
Family = tuple[Iterator[Input], Callable[..., Any], tuple[type[Exception], ...]]


def families(samples: list[Sample]) -> dict[str, Family]:
    """Name -> inputs, reader, and the errors that the reader's callers turn into one line."""
    found: dict[str, Family] = {
        "tables": (tables.inputs(), tables.read, (DataError,)),
        "pictures": (pictures.inputs(), pictures.read, (DataError,)),
        "checkpoints": (saved.checkpoints(), saved.read_checkpoint, (OSError, ValueError)),
        "models": (saved.models(samples), saved.read_checkpoint, (OSError, ValueError)),
        "caches": (saved.caches(), saved.read_cache, ()),
    }
    for sample in samples:
        found[f"runs of {sample.study}"] = (saved.json_files(sample), READERS[sample.study], (DataError, UsageError))
    return found


def torture(samples: list[Sample], tally: Tally, rng: random.Random, end: float, share: float) -> None:
    """Judge a random share of every family, as long as there is time."""
    for inputs, read, refuses in families(samples).values():
        chosen = (each for each in inputs if rng.random() < share)
        while batch := list(islice(chosen, BATCH)):
            for name, complaint in judge(batch, read, refuses).items():
                tally.note("hostile", name, complaint)
            if time.monotonic() > end:
                break
