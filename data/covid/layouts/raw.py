"""What every layout is turned into: series of text cells that know where they stand in the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from data.covid.headings import Kind
from data.errors import DataError

NOWHERE = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Series:
    """The counts of one place, one cell a date; None where the file has no row for the date.

    place      where the name stands, as messages say it: "row 5" or "column 5"
    error      (index of the date, reason) -> the DataError that blames the cell
    """

    country: str
    province: str
    position: tuple[float, float]
    cells: Sequence[str | None]
    place: str
    error: Callable[[int, str], DataError]


@dataclass(frozen=True)
class RawTable:
    """All series of a file; `dates` has no repeated day, `layout` says how the file was read."""

    source: str
    layout: str
    kind: Kind
    dates: list[date]
    series: list[Series]
    remarks: list[str] = field(default_factory=list)
    has_positions: bool = False
    simulated: bool = False
