"""CSV text of cumulative case counts -> names, dates, positions and counts, or one line that says why not.

Two layouts are understood; each holds one row a place and one column a day:

    course pivot table                      Johns Hopkins time series
    ,Lat,Long,1/22/20,1/23/20,...           Province/State,Country/Region,Lat,Long,1/22/20,...
    ,sum,sum,sum,sum,...                    ,Afghanistan,33.9,67.7,0,...
    Country/Region,,,,,...                  Alberta,Canada,53.9,-116.6,0,...
    Afghanistan,33,65,0,0,...

Every row and column in a message is counted from 1, as an editor or a spreadsheet shows it.
"""

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from data.errors import DataError

SIMULATED_MARK = "simulated data"  # in the corner cell of a pivot table that no country ever reported

# A count above the number of people alive is a slip of the keyboard, and would soon overflow a sum.
LARGEST_COUNT = 10_000_000_000

_MONTH_FIRST = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")
_WHOLE_NUMBER = re.compile(r"(\d{1,12})(?:\.0*)?", re.ASCII)


class CaseTable(NamedTuple):
    """What a file says: C countries, D days; ``cumulative`` is (C, D), positions are NaN where unknown."""

    countries: tuple[str, ...]
    dates: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    cumulative: np.ndarray
    simulated: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Cells of a CSV file without its empty rows; ``lines[i]`` is the line of the file where row i starts."""

    source: str
    rows: list[list[str]]
    lines: list[int]

    @classmethod
    def read(cls, text: str, source: str) -> "Sheet":
        """The cells of a text; `source` names it in messages. Raises DataError where it is no CSV."""
        rows, lines = [], []
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append([cell.strip() for cell in cells])
                    lines.append(line)
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{source}: row {line} is not valid CSV: {error}") from None
        return cls(source, rows, lines)

    def error(self, row: int, column: int, reason: str) -> DataError:
        """The error, not raised yet, for one cell: file, row, column with its heading, reason."""
        heading = self.rows[0][column] if column < len(self.rows[0]) else ""
        label = f" ({heading!r})" if heading and row > 0 else ""
        return DataError(f"{self.source}: row {self.lines[row]}, column {column + 1}{label}: {reason}")


def read_case_table(text: str, source: str) -> CaseTable:
    """Sniffs the layout of ``text`` and reads it; ``source`` is the name that messages give to the file.

    Raises DataError with file, row, column and reason.
    """
    first_line = text.partition("\n")[0]
    if first_line.count(";") > first_line.count(","):
        raise DataError(f"{source}: row 1: columns are separated by semicolons; save the file with commas")
    sheet = Sheet.read(text, source)
    if not sheet.rows:
        raise DataError(f"{source}: the file holds no rows")
    heading = sheet.rows[0]
    if {"Province/State", "Country/Region"} & set(heading):
        return _read_time_series(sheet)
    if {"Lat", "Long"} & set(heading) or (len(sheet.rows) > 2 and sheet.rows[2][0] == "Country/Region"):
        return _read_pivot(sheet)
    raise DataError(
        f"{source}: row 1 starts with {','.join(heading)[:60]!r}, which is neither the course's pivot table"
        " (',Lat,Long,1/22/20,...') nor Johns Hopkins' time series"
        " ('Province/State,Country/Region,Lat,Long,1/22/20,...')"
    )


def _read_pivot(sheet: Sheet) -> CaseTable:
    if len(sheet.rows) < 3 or sheet.rows[2][0] != "Country/Region":
        raise DataError(
            f"{sheet.source}: row 3, column 1: expected 'Country/Region', the pivot table's third heading row"
        )
    columns = {name: _column_of(sheet, name) for name in ("Lat", "Long")}
    dates, days, remarks = _read_dates(sheet, first=max(columns.values()) + 1)
    first_seen: dict[str, int] = {}
    names, positions, counts = [], [], []
    for row in _data_rows(sheet, below=3):
        name = _read_name(sheet, row, 0)
        if name in first_seen:
            raise sheet.error(row, 0, f"{name!r} stands in row {first_seen[name]} already")
        first_seen[name] = sheet.lines[row]
        names.append(name)
        positions.append(_read_position(sheet, row, columns))
        counts.append(_read_counts(sheet, row, days))
    latitude, longitude = np.array(positions).T
    simulated = sheet.rows[0][0] == SIMULATED_MARK
    remarks += _missing_positions(names, latitude)
    return CaseTable(tuple(names), dates, latitude, longitude, np.array(counts, dtype=np.int64), simulated, remarks)


def _read_time_series(sheet: Sheet) -> CaseTable:
    """Sums provinces by country, in the order in which countries first appear.

    Position of a summed country: that of its row without a province where there is one (France itself rather
    than Réunion), else the mean over the provinces whose position is known.
    """
    columns = {name: _column_of(sheet, name) for name in ("Province/State", "Country/Region", "Lat", "Long")}
    dates, days, remarks = _read_dates(sheet, first=max(columns.values()) + 1)
    first_seen: dict[tuple[str, str], int] = {}
    parts: dict[str, list[tuple[str, tuple[float, float], list[int]]]] = {}
    for row in _data_rows(sheet, below=1):
        name = _read_name(sheet, row, columns["Country/Region"])
        province = sheet.rows[row][columns["Province/State"]]
        if (name, province) in first_seen:
            place = f"{province}, {name}" if province else name
            earlier = first_seen[name, province]
            raise sheet.error(row, columns["Country/Region"], f"{place!r} stands in row {earlier} already")
        first_seen[name, province] = sheet.lines[row]
        part = (province, _read_position(sheet, row, columns), _read_counts(sheet, row, days))
        parts.setdefault(name, []).append(part)

    latitude, longitude = np.array([_position_of_sum(of_country) for of_country in parts.values()]).T
    cumulative = np.array([np.sum([counts for _, _, counts in p], axis=0) for p in parts.values()])
    summed = [name for name, of_country in parts.items() if len(of_country) > 1]
    if summed:
        total = sum(len(parts[name]) for name in summed)
        remarks += (f"{total} rows of provinces summed into {len(summed)} countries: {', '.join(summed)}",)
    remarks += _missing_positions(list(parts), latitude)
    return CaseTable(tuple(parts), dates, latitude, longitude, cumulative, False, remarks)


def _position_of_sum(parts: list[tuple[str, tuple[float, float], list[int]]]) -> tuple[float, float]:
    own = [position for province, position, _ in parts if not province]
    known = [position for _, position, _ in parts if not math.isnan(position[0])]
    if own:
        return own[0]
    if not known:
        return (math.nan, math.nan)
    return (sum(p[0] for p in known) / len(known), sum(p[1] for p in known) / len(known))


def _column_of(sheet: Sheet, name: str) -> int:
    if name not in sheet.rows[0]:
        raise DataError(f"{sheet.source}: row 1: the column {name!r} is missing")
    return sheet.rows[0].index(name)


def _read_dates(sheet: Sheet, first: int) -> tuple[np.ndarray, range, tuple[str, ...]]:
    """Dates of the heading as datetime64[D], the range of their columns, and a remark on repaired ones."""
    days = range(first, len(sheet.rows[0]))
    if not days:
        raise DataError(f"{sheet.source}: row 1: no columns with dates after column {first}")
    dates: list[date] = []
    repaired: list[str] = []
    for column in days:
        text = sheet.rows[0][column]
        try:
            day, mangled = _parse_date(text)
        except ValueError:
            raise sheet.error(0, column, f"{text!r} is not a date like 1/22/20 (month/day/year)") from None
        if dates and day <= dates[-1]:
            fault = "repeats the date before it" if day == dates[-1] else f"comes after {dates[-1]}"
            raise sheet.error(0, column, f"{text!r}, read as {day}, {fault}")
        if mangled:
            repaired.append(f"{text} read as {day}")
        dates.append(day)
    remarks: tuple[str, ...] = ()
    if repaired:
        remarks = (f"{len(repaired)} dates turned round by a spreadsheet were repaired: {repaired[0]}, ...",)
    return np.array(dates, dtype="datetime64[D]"), days, remarks


def _parse_date(text: str) -> tuple[date, bool]:
    """A date as m/d/yy, m/d/yyyy or yyyy-mm-dd, and whether it had to be repaired.

    A spreadsheet that expects year/month/day takes 2/1/20 (1 February 2020) for year 02, month 1, day 20 and
    writes 2002/1/20. Nobody counted COVID-19 in 2001 to 2012, so such a year is a month.
    """
    if match := _MONTH_FIRST.fullmatch(text):
        month, day, year = map(int, match.groups())
        return date(year if year > 99 else 2000 + year, month, day), False
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
        if 2001 <= year <= 2012:
            return date(2000 + day, year - 2000, month), True
        return date(year, month, day), False
    raise ValueError(text)


def _data_rows(sheet: Sheet, below: int) -> range:
    """Numbers of the rows under ``below`` heading rows, each as wide as the first heading row."""
    width = len(sheet.rows[0])
    if len(sheet.rows) <= below:
        raise DataError(f"{sheet.source}: no rows of counts below the heading")
    for row in range(below, len(sheet.rows)):
        if (found := len(sheet.rows[row])) != width:
            raise sheet.error(
                row,
                min(found, width),
                f"the row has {found} columns, the heading {width}: is the file cut short?",
            )
    return range(below, len(sheet.rows))


def _read_name(sheet: Sheet, row: int, column: int) -> str:
    name = sheet.rows[row][column]
    if not name:
        raise sheet.error(row, column, "the country's name is blank")
    return name


def _read_position(sheet: Sheet, row: int, columns: dict[str, int]) -> tuple[float, float]:
    """Latitude and longitude in degrees; both NaN if blank, off the globe, or the 0, 0 of ships."""
    angles = []
    for name in ("Lat", "Long"):
        cell = sheet.rows[row][columns[name]]
        try:
            angles.append(float(cell) if cell else math.nan)
        except ValueError:
            raise sheet.error(row, columns[name], f"{cell!r} is not an angle in degrees") from None
    latitude, longitude = angles
    possible = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return (latitude, longitude) if possible else (math.nan, math.nan)


def _read_counts(sheet: Sheet, row: int, days: range) -> list[int]:
    counts = []
    for column in days:
        cell = sheet.rows[row][column]
        match = _WHOLE_NUMBER.fullmatch(cell)
        if not match or int(match[1]) > LARGEST_COUNT:
            raise sheet.error(row, column, _fault_of_count(cell))
        counts.append(int(match[1]))
    return counts


def _fault_of_count(cell: str) -> str:
    if not cell:
        return "the count is blank; expected a whole number (0 where there was no case)"
    try:
        value = float(cell)
    except ValueError:
        return f"{cell!r} is not a number; expected a whole number of cases"
    if value < 0:
        return f"the count {cell} is negative; expected a whole number of cases"
    if value > LARGEST_COUNT:
        return f"the count {cell} is larger than the number of people alive"
    return f"{cell!r} is not written as a whole number of cases"


def _missing_positions(names: Sequence[str], latitude: np.ndarray) -> tuple[str, ...]:
    missing = [name for name, angle in zip(names, latitude, strict=True) if math.isnan(angle)]
    if not missing:
        return ()
    return (f"no position for {', '.join(missing)}: blank, 0/0, or off the globe (a pivot table sums provinces)",)
