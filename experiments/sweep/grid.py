"""The grid of a sweep: the values that some settings take.

    parse(["cell=gru,rnn", "seed=0..2"], RnnSettings)   {"cells": (("rnn",), ("gru",)), "seed": (0, 1, 2)}

A setting is called as its flag is. One that takes several values, as --cells, may stand in the singular, and "+" joins
values that belong together: cells=rnn+gru,lstm. The order of words and values, and repetitions, change nothing.
"""

import math
import re
from collections.abc import Sequence
from itertools import product
from typing import Any

from experiments.cli import StudySettings, choices_of, did_you_mean, read_value, setting_names
from experiments.runs.folder import UsageError

MAX_TASKS = 10_000
RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})")

Grid = dict[str, tuple[Any, ...]]  # the name of a field: its values


def parse(words: Sequence[str], settings: type[StudySettings], without: Sequence[str] = ()) -> Grid:
    """The grid that words such as "seed=0..4" describe.

    Args:
        settings: the settings of the study, whose fields the words name.
        without: fields that may not be in a grid.

    Raises:
        UsageError: a word names no setting, or one that an earlier word names; a value does not suit its setting; there
            are too many combinations.
    """
    found: Grid = {}
    aliases = {alias: name for alias, name in _aliases(settings).items() if name not in without}
    for word in words:
        key, equals, values = word.partition("=")
        if not equals:
            raise UsageError(f"--grid {word}: expected NAME=VALUE,VALUE or NAME=FIRST..LAST")
        if key not in aliases:
            raise UsageError(f"--grid {word}: there is no setting {key!r} to vary{did_you_mean(key, aliases)}")
        name = aliases[key]
        if name in found:
            raise UsageError(f"--grid {word}: {name} is in the grid already: give all its values in one word")
        found[name] = _values(word, settings, name, values)
    grid = {name: found[name] for name in setting_names(settings) if name in found}
    if (count := math.prod(map(len, grid.values()))) > MAX_TASKS:
        raise UsageError(f"--grid asks for {count:,} tasks, expected at most {MAX_TASKS:,}")
    return grid


def combinations(grid: Grid) -> list[dict[str, Any]]:
    """All combinations, the last setting changing fastest."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def as_text(value: Any) -> str:
    """A value as a word of the grid has it: ("rnn", "gru") -> "rnn+gru", None -> "none"."""
    if isinstance(value, tuple):
        return "+".join(map(as_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _aliases(settings: type[StudySettings]) -> dict[str, str]:
    """Each name that a setting may be called by -> the name of its field."""
    names = setting_names(settings)
    singular = {name.removesuffix("s"): name for name in names if name.endswith("s")}
    return singular | {flag: name for name, flag in names.items()} | {name: name for name in names}


def _values(word: str, settings: type[StudySettings], name: str, text: str) -> tuple[Any, ...]:
    """The values, each once, in the order of the choices, or else of size."""
    try:
        values = [read_value(settings, name, part) for each in text.split(",") for part in _counted(each)]
    except ValueError as error:
        raise UsageError(f"--grid {word}: {error}") from None
    choices = choices_of(settings, name)

    def rank(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(rank, value))
        return choices.index(value) if choices and value is not None else value

    return tuple(sorted(set(values), key=lambda value: (value is not None, rank(value) if value is not None else 0)))


def _counted(text: str) -> list[str]:
    """ "0..2" -> ["0", "1", "2"]; any other text as it is."""
    match = RANGE.fullmatch(text)
    if not match:
        return [text]
    first, last = map(int, match.groups())
    if not first <= last < first + MAX_TASKS:
        raise ValueError(f"{text}: expected FIRST..LAST, rising, with at most {MAX_TASKS:,} numbers")
    return [str(number) for number in range(first, last + 1)]
