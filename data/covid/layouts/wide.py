"""One row a country or province, one column a day.

course pivot table                      Johns Hopkins time series                 the plainest
,Lat,Long,1/22/20,1/23/20,...           Province/State,Country/Region,Lat,Long,   Country,1/22/20,1/23/20,...
,sum,sum,sum,sum,...                        1/22/20,1/23/20,...                   Afghanistan,0,0,...
Country/Region,,,,,...                  ,Afghanistan,33.9,67.7,0,0,...
Afghanistan,33,65,0,0,...               Alberta,Canada,53.9,-116.6,0,0,...
"""

from functools import partial
from typing import NamedTuple

from data.covid.cells import BadCell, Dates, is_date, is_position, read_angle, read_dates, read_name
from data.covid.headings import COUNTRY, DESCRIPTIVE, LATITUDE, LONGITUDE, PROVINCE, Kind, find, letters
from data.covid.layouts.order import sorted_or_refused
from data.covid.layouts.raw import NOWHERE, RawTable, Series
from data.covid.sheet import Sheet
from data.errors import DataError

SIMULATED_MARK = "simulated data"  # in the corner cell of a pivot table that no country ever reported


class _Columns(NamedTuple):
    country: int
    province: int | None
    latitude: int | None
    longitude: int | None
    days: list[int]


def fits(sheet: Sheet) -> bool:
    """Whether the heading holds dates, and a name or a corner for the countries."""
    return any(map(is_date, sheet.heading)) and _country_column(sheet) is not None


def read(sheet: Sheet, counts: Kind | None) -> RawTable:
    """The series of a wide table. Raises DataError for a heading that is no date and for repeated places."""
    columns = _find_columns(sheet)
    dates, remarks = _read_heading(sheet, columns.days)
    order = sorted_or_refused(dates, [sheet.heading[k] for k in columns.days], partial(_heading_error, sheet, columns))
    days = [columns.days[i] for i in order.indices]
    first = 1 + _extra_headings(sheet, columns)
    if len(sheet.rows) <= first:
        raise DataError(f"{sheet.source}: no rows of counts below the heading")
    seen: dict[tuple[str, str], int] = {}
    series = [_read_row(sheet, row, columns, days, seen) for row in range(first, len(sheet.rows))]
    kind = counts or "cumulative"
    return RawTable(
        source=sheet.source,
        layout=f"wide table, {_publisher(sheet, columns, first)}, {kind} cases",
        kind=kind,
        dates=[dates[i] for i in order.indices],
        series=series,
        remarks=[*remarks, *order.remarks],
        has_positions=columns.latitude is not None and columns.longitude is not None,
        simulated=sheet.heading[0] == SIMULATED_MARK,
    )


def _country_column(sheet: Sheet) -> int | None:
    """The column of names: by its heading, else by that of the pivot's third row, else the blank corner."""
    column = find(sheet.heading, COUNTRY)
    for row in sheet.rows[1:3]:
        if column is None:
            column = find(row, COUNTRY)
    corner = sheet.heading[0] in ("", SIMULATED_MARK)
    if column is None and corner and len(sheet.rows) > 1 and not is_date(sheet.rows[1][0]):
        column = 0
    return column


def _find_columns(sheet: Sheet) -> _Columns:
    heading = sheet.heading
    country = _country_column(sheet)
    assert country is not None  # or the table would not have fitted
    province, latitude, longitude = (find(heading, names) for names in (PROVINCE, LATITUDE, LONGITUDE))
    others = {country, province, latitude, longitude}
    others |= {k for k, cell in enumerate(heading) if letters(cell) in DESCRIPTIVE or _is_row_number(sheet, k)}
    days = [k for k in range(len(heading)) if k not in others]
    return _Columns(country, province, latitude, longitude, days)


def _is_row_number(sheet: Sheet, column: int) -> bool:
    """Whether a column without a heading counts the rows, as pandas writes its index."""
    numbers = [row[column] for row in sheet.rows[1:]]
    return not sheet.heading[column] and numbers == [str(i) for i in range(len(numbers))]


def _read_heading(sheet: Sheet, days: list[int]) -> Dates:
    cells = [sheet.heading[k] for k in days]
    try:
        return read_dates(cells)
    except BadCell as fault:
        reason, bad = fault.args
        hint = "; delete the column if it is a sum" if "total" in cells[bad].casefold() else ""
        raise sheet.error(0, days[bad], f"{reason}{hint}") from None


def _heading_error(sheet: Sheet, columns: _Columns, index: int, reason: str) -> DataError:
    return sheet.error(0, columns.days[index], f"{sheet.heading[columns.days[index]]!r}, {reason}")


def _extra_headings(sheet: Sheet, columns: _Columns) -> int:
    """How many rows below the first belong to the heading: Excel's "sum" row, and one that names the countries."""
    count = 0
    for row in sheet.rows[1:3]:
        filled = {row[k] for k in columns.days} - {""}
        names_countries = letters(row[columns.country]) in COUNTRY
        if filled - {"sum", "Sum"} or not (filled or names_countries):
            break
        count += 1
    return count


def _read_row(sheet: Sheet, row: int, columns: _Columns, days: list[int], seen: dict[tuple[str, str], int]) -> Series:
    cells = sheet.rows[row]
    name = sheet.read(row, columns.country, read_name)
    province = "" if columns.province is None else cells[columns.province]
    if (name, province) in seen:
        place = f"{province}, {name}" if province else name
        raise sheet.error(row, columns.country, f"{place!r} stands in row {seen[name, province]} already")
    seen[name, province] = sheet.lines[row]
    return Series(
        country=name,
        province=province,
        position=_read_position(sheet, row, columns),
        cells=[cells[k] for k in days],
        place=f"row {sheet.lines[row]}",
        error=lambda i, reason: sheet.error(row, days[i], reason),
    )


def _read_position(sheet: Sheet, row: int, columns: _Columns) -> tuple[float, float]:
    if columns.latitude is None or columns.longitude is None:
        return NOWHERE
    position = (sheet.read(row, columns.latitude, read_angle), sheet.read(row, columns.longitude, read_angle))
    return position if is_position(*position) else NOWHERE


def _publisher(sheet: Sheet, columns: _Columns, first: int) -> str:
    if first == 3:
        return "the course's pivot table"
    if columns.province is not None and letters(sheet.heading[columns.country]) == "countryregion":
        return "Johns Hopkins"
    return "one row a country"
