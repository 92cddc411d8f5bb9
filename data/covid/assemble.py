"""A table of text cells -> names, dates, positions and cumulative counts, all judged.

Everything that changes the question is refused or told in a remark: sums left out, names that no country has, blanks
read as 0, provinces summed, days moved.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data.covid.cells import BadCell, as_days, read_count
from data.covid.countries import did_you_mean, find_country, is_known, is_sum
from data.covid.days import EVERY_DAY, Period
from data.covid.layouts.raw import NOWHERE, RawTable, Series
from data.covid.plausible import check_days, check_kind
from data.errors import DataError

MAX_COUNTRIES = 1_000  # the world has 250; correlating 12,000 would take a gigabyte
MAX_DAYS = 5_000  # 13 years
MAX_CELLS = 5_000_000
_SHOWN = 5  # how many names a remark gives before it says "and so many more"


class CaseTable(NamedTuple):
    """What a file says: C countries, D days; `cumulative` is (C, D) int64, positions are NaN where unknown."""

    countries: tuple[str, ...]
    dates: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    cumulative: np.ndarray
    simulated: bool
    remarks: tuple[str, ...]


def assemble(raw: RawTable, period: Period = EVERY_DAY) -> CaseTable:
    """The counts of a table on the days of `period`; other days are not judged.

    Raises DataError, naming the cell, for blanks and for what is no count; for two spellings of one country; for
    days outside the file; for counts of the wrong kind.
    """
    dates = as_days(raw.dates)
    series, remarks = _without_sums(raw.series)
    _check_size(raw, series)
    _check_spellings(raw, series)
    keep, moved = period.within(dates, raw.source)
    check_days(dates[keep], raw.source)

    of_country: dict[str, list[Series]] = {}
    for one in series:
        of_country.setdefault(one.country, []).append(one)
    reader = _Reader(raw, keep)
    counts = np.array([reader.sum(parts) for parts in of_country.values()], dtype=np.int64)
    check_kind(counts[:, keep], raw.kind, raw.source)
    cumulative = counts.cumsum(axis=1) if raw.kind == "daily" else counts

    latitude, longitude = np.array([_position_of_sum(parts) for parts in of_country.values()]).T
    remarks = [*moved, *raw.remarks, *remarks, *_unknown_names(series), *reader.remarks(), *_summed(of_country)]
    if raw.has_positions:
        remarks += _missing_positions(list(of_country), latitude)
    return CaseTable(
        tuple(of_country), dates[keep], latitude, longitude, cumulative[:, keep], raw.simulated, tuple(remarks)
    )


class _Reader:
    """Reads the cells of series up to the last day that is kept, and remembers what it read as 0."""

    def __init__(self, raw: RawTable, keep: np.ndarray) -> None:
        self.raw = raw
        self.end = int(np.flatnonzero(keep)[-1]) + 1
        # Cumulative counts before the first day kept are of no interest; daily ones enter the sum.
        self.begin = 0 if raw.kind == "daily" else int(np.flatnonzero(keep)[0])
        self.blank_at_first: list[str] = []
        self.no_row: list[str] = []

    def sum(self, parts: list[Series]) -> list[int]:
        """Counts of a country, one a date of the file: the sum of its provinces on each day."""
        read = [self._read(part) for part in parts]
        total = [0] * len(self.raw.dates)
        for i in range(self.begin, self.end):
            present = [counts[i] for counts in read if counts[i] is not None]
            if not present:
                self._absent(parts[0], i)
            total[i] = sum(count for count in present if count is not None)
        return total

    def _read(self, part: Series) -> list[int | None]:
        """The counts; 0 before the first one of the file; None for a day without a row."""
        counts: list[int | None] = [None] * len(self.raw.dates)
        first = next((i for i, cell in enumerate(part.cells) if cell), len(part.cells))
        for i in range(self.begin, self.end):
            cell = part.cells[i]
            if i < first:
                counts[i] = 0
            elif cell is not None:
                counts[i] = self._count(part, i, cell)
        if first > self.begin:
            self.blank_at_first.append(part.country)
        return counts

    def _count(self, part: Series, i: int, cell: str) -> int:
        if not cell:
            raise part.error(i, f"the count is blank; {self._advice(i)}")
        try:
            return read_count(cell, may_fall=self.raw.kind == "daily")
        except BadCell as fault:
            raise part.error(i, str(fault)) from None

    def _absent(self, part: Series, i: int) -> None:
        """A day without a row: no new case in daily counts, if later rows follow; else an error."""
        if self.raw.kind == "daily" and any(part.cells[i + 1 :]):
            self.no_row.append(f"{part.country} on {self.raw.dates[i]}")
        else:
            raise part.error(i, f"expected one row a day; {self._advice(i)}")

    def _advice(self, i: int) -> str:
        before = f" with --end {self.raw.dates[i - 1]}" if i else ""
        if self.raw.kind == "daily":
            return f"write 0 if no case was new, or end earlier{before}"
        return f"repeat the count of the day before, or end earlier{before}"

    def remarks(self) -> list[str]:
        """What was read as 0."""
        found = []
        if self.blank_at_first:
            found.append(f"blanks before the first count are read as 0: {_first_few(self.blank_at_first)}")
        if self.no_row:
            found.append(f"days without a row are read as no new case: {_first_few(self.no_row)}")
        return found


def _without_sums(series: Sequence[Series]) -> tuple[list[Series], list[str]]:
    names = {one.country for one in series}
    kept: list[Series] = []
    sums: list[str] = []
    empty: list[str] = []
    for one in series:
        if is_sum(one.country, names):
            sums.append(f"{one.country} ({one.place})")
        elif not any(one.cells):
            empty.append(f"{one.country} ({one.place})")
        else:
            kept.append(one)
    remarks = []
    if sums:
        remarks.append(f"left out, since they add up or repeat countries: {_first_few(sums)}")
    if empty:
        remarks.append(f"left out, since they hold no count at all: {_first_few(empty)}")
    return kept, remarks


def _check_size(raw: RawTable, series: Sequence[Series]) -> None:
    if not series:
        raise DataError(f"{raw.source}: no rows of counts below the heading")
    countries = len({one.country for one in series})
    if countries > MAX_COUNTRIES:
        raise DataError(
            f"{raw.source}: the table has {countries:,} countries, expected at most {MAX_COUNTRIES:,}: "
            "is another column the country's?"
        )
    if len(raw.dates) > MAX_DAYS or len(raw.dates) * len(series) > MAX_CELLS:
        raise DataError(
            f"{raw.source}: the table has {len(raw.dates):,} days and {len(series):,} rows a day, "
            f"expected at most {MAX_DAYS:,} days and {MAX_CELLS:,} counts"
        )


def _check_spellings(raw: RawTable, series: Sequence[Series]) -> None:
    """Refuse two spellings of one country, whose counts would be taken for two countries."""
    first: dict[str, Series] = {}
    for one in series:
        country = find_country(one.country) if is_known(one.country) else None
        other = first.setdefault(country.code, one) if country else one
        if country and other.country != one.country:
            raise DataError(
                f"{raw.source}: {other.place} ({other.country!r}) and {one.place} ({one.country!r}) are both "
                f"{country.name}: give both one name, or delete one of them"
            )


def _unknown_names(series: Sequence[Series]) -> list[str]:
    first = {one.country: one.place for one in reversed(series) if not is_known(one.country)}
    if not first:
        return []
    names = list(first)[::-1]
    told = [f"{name} ({first[name]}{hint})" for name in names[:_SHOWN] for hint in [_hint(name)]]
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return [f"not in the table of countries, so without a place on the map: {', '.join(told)}{more}"]


def _hint(name: str) -> str:
    question = did_you_mean(name)
    return f", {question}" if question else ""


def _summed(of_country: dict[str, list[Series]]) -> list[str]:
    """Remarks on provinces that were summed, and on provinces that come and go."""
    summed = {name: parts for name, parts in of_country.items() if len(parts) > 1}
    if not summed:
        return []
    total = sum(map(len, summed.values()))
    remarks = [f"{total} rows of provinces summed into {len(summed)} countries: {', '.join(summed)}"]
    gaps = [part for parts in summed.values() for part in parts if None in part.cells]
    if gaps:
        named = _first_few([f"{part.province or 'no province'}, {part.country}" for part in gaps])
        remarks.append(f"provinces without a row on some days, which the sum of those days leaves out: {named}")
    return remarks


def _position_of_sum(parts: list[Series]) -> tuple[float, float]:
    """Where a country lies: at its row without a province if there is one, else amid its known provinces.

    France is at France itself rather than between France and Réunion.
    """
    own = [part.position for part in parts if not part.province]
    known = [part.position for part in parts if not math.isnan(part.position[0])]
    if own:
        return own[0]
    if not known:
        return NOWHERE
    return (sum(p[0] for p in known) / len(known), sum(p[1] for p in known) / len(known))


def _missing_positions(names: Sequence[str], latitude: np.ndarray) -> list[str]:
    missing = [name for name, angle in zip(names, latitude, strict=True) if math.isnan(angle)]
    if not missing:
        return []
    return [f"no position for {', '.join(missing)}: blank, 0/0, or off the globe (a pivot table sums provinces)"]


def _first_few(items: list[str]) -> str:
    more = f", and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
