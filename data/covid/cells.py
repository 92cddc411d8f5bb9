"""Single cells -> names, angles, dates and counts, or the reason why not."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from data.errors import is_harmless

# A count above the number of people alive is a slip of the keyboard, and would soon overflow a sum.
MAX_COUNT = 10_000_000_000
MAX_NAME = 100  # characters
MIN_YEAR, MAX_YEAR = 2019, 2099  # the first cases were found in December 2019

_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})", re.ASCII)
_ORDER = {False: "month/day/year", True: "day/month/year"}  # by whether the day comes first
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?(Z|\+00:?00)?$")
_WHOLE_NUMBER = re.compile(r"(-?\d{1,12}|-?\d{1,3}(?:,\d{3})+)(?:\.0*)?", re.ASCII)


class BadCell(ValueError):
    """The cell cannot be used; the message is the reason, and the caller adds file, row and column."""


class Dates(NamedTuple):
    """What a list of date cells says: `days[i]` belongs to cell i; `remarks` tell of repairs and of an odd order."""

    days: list[date]
    remarks: list[str]


def read_name(cell: str) -> str:
    """A country's name with single spaces. Raises BadCell for one that is blank, too long, or not printable."""
    name = " ".join(cell.split())
    if not name:
        raise BadCell("the country's name is blank")
    for character in name:
        if not is_harmless(character):
            title = unicodedata.name(character, "a control character")
            raise BadCell(f"the name {name[:MAX_NAME]!r} holds U+{ord(character):04X} ({title}); delete that character")
    if len(name) > MAX_NAME:
        raise BadCell(f"the name has {len(name):,} characters, expected at most {MAX_NAME}")
    return name


def read_angle(cell: str) -> float:
    """Degrees, with a decimal point or comma; NaN for a blank. Raises BadCell for text."""
    try:
        return float(cell.replace(",", ".")) if cell else math.nan
    except ValueError:
        raise BadCell(f"{cell!r} is not an angle in degrees") from None


def is_position(latitude: float, longitude: float) -> bool:
    """Whether two angles are a place on the globe. Ships are given 0, 0, and a pivot table sums the provinces'."""
    return abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)


def read_count(cell: str, may_fall: bool = False) -> int:
    """A whole number of cases, also as "1,234" or "12.0"; negative only if `may_fall`. Raises BadCell."""
    match = _WHOLE_NUMBER.fullmatch(cell)
    if match:
        count = int(match[1].replace(",", ""))
        if abs(count) <= MAX_COUNT and (count >= 0 or may_fall):
            return count
    raise BadCell(_fault_of_count(cell))


def _fault_of_count(cell: str) -> str:
    try:
        value = float(cell.replace(",", ""))
    except ValueError:
        return f"{cell!r} is not a number; expected a whole number of cases"
    if value > MAX_COUNT:
        return f"the count {cell} is larger than the number of people alive"
    if value < 0:
        return f"the count {cell} is negative; expected a whole number of cases"
    return f"{cell!r} is not written as a whole number of cases"


def is_date(cell: str) -> bool:
    """Whether a cell can be read as a date in any of the accepted orders."""
    return any(_try_date(cell, day_first) for day_first in (False, True))


def read_dates(cells: Sequence[str], day_first: bool = False) -> Dates:
    """All dates of a heading or a column, which share one order.

    Accepted: month/day/year, year-month-day, day.month.year, each perhaps with a time of 00:00:00. Where month/day
    fails for one of the cells and day/month fits all, the file is taken as day/month. Raises BadCell with the
    position of the first cell that is no date as second argument.
    """
    for order in (day_first, not day_first):
        found = [entry for cell in cells if (entry := _try_date(cell, order))]
        if len(found) < len(cells):
            continue
        remarks = []
        repaired = [f"{cell} read as {day}" for cell, (day, mangled) in zip(cells, found, strict=True) if mangled]
        if repaired:
            remarks.append(f"{len(repaired)} dates turned round by a spreadsheet were repaired: {repaired[0]}, ...")
        if order != day_first:
            remarks.append(f"dates are read as {_ORDER[order]}, the only order that fits all of them")
        return Dates([day for day, _ in found], remarks)
    bad = next(i for i, cell in enumerate(cells) if _try_date(cell, day_first) is None)
    example = "22/1/2020" if day_first else "1/22/20"
    raise BadCell(f"{cells[bad]!r} is not a date like {example} ({_ORDER[day_first]})", bad)


def _try_date(cell: str, day_first: bool) -> tuple[date, bool] | None:
    """A date and whether it had to be repaired, or None.

    A spreadsheet that expects year/month/day takes 2/1/20 (1 February 2020) for year 02, month 1, day 20 and
    writes 2002/1/20. Nobody counted COVID-19 in 2001 to 2012, so such a year is a month.
    """
    cell = _MIDNIGHT.sub("", cell)
    try:
        if match := _YEAR_LAST.fullmatch(cell):
            first, second, year = map(int, match.groups())
            month, day = (second, first) if day_first or "." in cell else (first, second)
            return _plausible(year if year > 99 else 2000 + year, month, day), False
        if match := _YEAR_FIRST.fullmatch(cell):
            year, month, day = map(int, match.groups())
            if 2001 <= year <= 2012:
                return _plausible(2000 + day, year - 2000, month), True
            return _plausible(year, month, day), False
    except ValueError:
        pass
    return None


def _plausible(year: int, month: int, day: int) -> date:
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise ValueError(f"the year {year} is outside {MIN_YEAR} to {MAX_YEAR}")
    return date(year, month, day)


def as_days(days: Sequence[date]) -> np.ndarray:
    """Dates as an array of datetime64[D]."""
    return np.array(days, dtype="datetime64[D]")
