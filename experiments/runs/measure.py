"""A number or a word of a run, and how it is printed."""

from typing import NamedTuple


class Measure(NamedTuple):
    """value: as a table for programs keeps it; text: as a table for readers shows it."""

    value: float | str
    text: str
