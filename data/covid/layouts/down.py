"""One row a day, one column a country: Our World in Data's total_cases.csv, or a transposed wide table.

    date,World,Afghanistan,Albania,...
    2020-01-22,557,,,...

Rows called Lat and Long, which transposing leaves above the dates, give the positions.
"""

from data.covid.cells import BadCell, is_date, is_position, read_angle, read_dates, read_name
from data.covid.countries import is_known, is_sum
from data.covid.headings import DATE, DESCRIPTIVE, LATITUDE, LONGITUDE, Kind, find, letters
from data.covid.layouts.order import sorted_or_refused
from data.covid.layouts.raw import NOWHERE, RawTable, Series
from data.covid.sheet import Sheet


def fits(sheet: Sheet) -> bool:
    """Whether a column holds dates and most of the other headings are countries."""
    column = _date_column(sheet)
    if column is None:
        return False
    names = _name_columns(sheet, column)
    known = [k for k in names if is_known(sheet.heading[k]) or is_sum(sheet.heading[k])]
    return len(known) > len(names) / 2


def read(sheet: Sheet, counts: Kind | None) -> RawTable:
    """The series of the columns. Raises DataError for cells that are no dates and for repeated countries."""
    column = _date_column(sheet)
    assert column is not None  # or the table would not have fitted
    rows = [row for row in range(1, len(sheet.rows)) if not _is_position_row(sheet, row, column)]
    cells = [sheet.rows[row][column] for row in rows]
    try:
        dates, remarks = read_dates(cells)
    except BadCell as fault:
        reason, bad = fault.args
        raise sheet.error(rows[bad], column, reason) from None
    order = sorted_or_refused(dates, cells, lambda i, why: sheet.error(rows[i], column, f"{cells[i]!r}, {why}"))
    rows = [rows[i] for i in order.indices]
    seen: dict[str, int] = {}
    kind = counts or "cumulative"
    owid = "Our World in Data, " if "World" in sheet.heading else ""
    return RawTable(
        source=sheet.source,
        layout=f"table of dates down and countries across, {owid}{kind} cases",
        kind=kind,
        dates=[dates[i] for i in order.indices],
        series=[_read_column(sheet, k, rows, column, seen) for k in _name_columns(sheet, column)],
        remarks=[*remarks, *order.remarks],
        has_positions=len(rows) < len(sheet.rows) - 1,
    )


def _date_column(sheet: Sheet) -> int | None:
    """The first column, or one with the heading of a date, if its last cell is a date."""
    column = find(sheet.heading, DATE) or 0
    return column if len(sheet.rows) > 1 and is_date(sheet.rows[-1][column]) else None


def _name_columns(sheet: Sheet, date_column: int) -> list[int]:
    return [k for k, cell in enumerate(sheet.heading) if k != date_column and letters(cell) not in DESCRIPTIVE]


def _is_position_row(sheet: Sheet, row: int, date_column: int) -> bool:
    return row <= 2 and letters(sheet.rows[row][date_column]) in LATITUDE + LONGITUDE


def _read_column(sheet: Sheet, column: int, rows: list[int], date_column: int, seen: dict[str, int]) -> Series:
    name = sheet.read(0, column, read_name)
    number = sheet.columns[column] + 1
    if name in seen:
        raise sheet.error(0, column, f"{name!r} stands in column {seen[name]} already")
    seen[name] = number
    return Series(
        country=name,
        province="",
        position=_read_position(sheet, column, date_column),
        cells=[sheet.rows[row][column] for row in rows],
        place=f"column {number}",
        error=lambda i, reason: sheet.error(rows[i], column, reason),
    )


def _read_position(sheet: Sheet, column: int, date_column: int) -> tuple[float, float]:
    angles = [
        sheet.read(row, column, read_angle)
        for names in (LATITUDE, LONGITUDE)
        for row in range(1, min(3, len(sheet.rows)))
        if letters(sheet.rows[row][date_column]) in names
    ]
    return (angles[0], angles[1]) if len(angles) == 2 and is_position(*angles) else NOWHERE
