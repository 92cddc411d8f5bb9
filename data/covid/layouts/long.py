"""One row a country (or province) and day: Our World in Data's whole file, WHO, ECDC, Kaggle, pandas' `melt`.

    location,date,total_cases               dateRep,day,month,year,cases,deaths,countriesAndTerritories
    Albania,2020-03-09,2                    14/12/2020,14,12,2020,746,6,Afghanistan

Only the columns in use are kept: Our World in Data's whole file has 67 of them and 400,000 rows.
"""

from collections.abc import Sequence
from datetime import date

from data.covid.cells import BadCell, Dates, is_date, is_position, read_angle, read_dates, read_name
from data.covid.headings import COUNTRY, DATE, LATITUDE, LONGITUDE, PROVINCE, Kind, find, find_counts, letters
from data.covid.layouts.raw import NOWHERE, RawTable, Series
from data.covid.sheet import Sheet
from data.errors import DataError


def columns_to_keep(heading: Sequence[str], counts: Kind | None) -> list[int] | None:
    """The columns of country, date, counts, and where there are some province and position; None for other layouts."""
    found = find_counts(heading, counts)
    needed = [find(heading, COUNTRY), find(heading, DATE), found[0] if found else None]
    if None in needed or any(map(is_date, heading)):
        return None
    optional = [find(heading, names) for names in (PROVINCE, LATITUDE, LONGITUDE)]
    return [k for k in (*needed, *optional) if k is not None]


def fits(sheet: Sheet) -> bool:
    """Whether there are columns for country, date and counts."""
    return columns_to_keep(sheet.heading, None) is not None


def read(sheet: Sheet, counts: Kind | None) -> RawTable:
    """The series of all countries and provinces.

    Raises DataError for a bad date, for repeated rows, and if the table has no counts of the kind that is asked for.
    """
    found = find_counts(sheet.heading, counts)
    assert found is not None  # or the table would not have fitted
    column, kind = found
    if counts and kind != counts:
        raise DataError(
            f"{sheet.source}: row 1: the only column of counts, {sheet.heading[column]!r}, holds {kind} counts: "
            f"--counts {counts} does not fit it"
        )
    if len(sheet.rows) < 2:
        raise DataError(f"{sheet.source}: no rows of counts below the heading")
    publisher = _publisher(sheet.all_headings)
    days, remarks = _read_days(sheet, day_first=publisher == "ECDC")
    rows_of = _rows_of_places(sheet, days)
    dates = sorted(set(days))
    return RawTable(
        source=sheet.source,
        layout=f"long table, {publisher}, {kind} cases",
        kind=kind,
        dates=dates,
        series=[_series(sheet, place, rows, dates, column) for place, rows in rows_of.items()],
        remarks=remarks,
        has_positions=find(sheet.heading, LATITUDE) is not None and find(sheet.heading, LONGITUDE) is not None,
    )


def _read_days(sheet: Sheet, day_first: bool) -> Dates:
    """The day of every row below the heading; each distinct cell is read once."""
    column = find(sheet.heading, DATE)
    assert column is not None
    first_row: dict[str, int] = {}
    for row in range(1, len(sheet.rows)):
        first_row.setdefault(sheet.rows[row][column], row)
    cells = list(first_row)
    try:
        distinct = read_dates(cells, day_first)
    except BadCell as fault:
        reason, bad = fault.args
        raise sheet.error(first_row[cells[bad]], column, reason) from None
    read = dict(zip(cells, distinct.days, strict=True))
    return Dates([read[row[column]] for row in sheet.rows[1:]], distinct.remarks)


def _rows_of_places(sheet: Sheet, days: list[date]) -> dict[tuple[str, str], dict[date, int]]:
    """(country, province) -> day -> row of the sheet."""
    country, province = find(sheet.heading, COUNTRY), find(sheet.heading, PROVINCE)
    assert country is not None
    names: dict[str, str] = {}
    rows_of: dict[tuple[str, str], dict[date, int]] = {}
    for row, day in enumerate(days, start=1):
        cells = sheet.rows[row]
        if cells[country] not in names:
            names[cells[country]] = sheet.read(row, country, read_name)
        place = (names[cells[country]], "" if province is None else cells[province])
        own = rows_of.setdefault(place, {})
        if day in own:
            title = f"{place[1]}, {place[0]}" if place[1] else place[0]
            raise sheet.error(row, country, f"{title!r} on {day} stands in row {sheet.lines[own[day]]} already")
        own[day] = row
    return rows_of


def _series(sheet: Sheet, place: tuple[str, str], rows: dict[date, int], dates: list[date], column: int) -> Series:
    def error(i: int, reason: str) -> DataError:
        if dates[i] in rows:
            return sheet.error(rows[dates[i]], column, reason)
        title = f"{place[1]}, {place[0]}" if place[1] else place[0]
        return DataError(f"{sheet.source}: {title} has no row for {dates[i]}: {reason}")

    first = next(iter(rows.values()))
    return Series(
        country=place[0],
        province=place[1],
        position=_read_position(sheet, first),
        cells=[sheet.rows[rows[day]][column] if day in rows else None for day in dates],
        place=f"row {sheet.lines[first]}",
        error=error,
    )


def _read_position(sheet: Sheet, row: int) -> tuple[float, float]:
    latitude, longitude = find(sheet.heading, LATITUDE), find(sheet.heading, LONGITUDE)
    if latitude is None or longitude is None:
        return NOWHERE
    position = sheet.read(row, latitude, read_angle), sheet.read(row, longitude, read_angle)
    return position if is_position(*position) else NOWHERE


def _publisher(heading: Sequence[str]) -> str:
    """Who publishes tables with this heading; else what such a row holds."""
    words = {letters(cell) for cell in heading}
    if {"daterep", "countriesandterritories"} <= words:
        return "ECDC"
    if {"datereported", "cumulativecases"} <= words or {"datereported", "newcases"} <= words:
        return "WHO"
    if {"location", "date"} <= words or {"entity", "day"} <= words or {"country", "date", "totalcases"} <= words:
        return "Our World in Data"
    if "observationdate" in words or {"date", "confirmed", "lat", "long"} <= words or "confirmedcases" in words:
        return "Kaggle"
    return "one row a country and day"
