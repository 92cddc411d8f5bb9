"""COVID-19 case counts: a file or a URL in, one small frozen object out.

    cases = load_cases("data/raw/covid_19.csv")
    cases.new_cases              # (countries, days - 1), what the study works on

Source of the real counts: E. Dong, H. Du, L. Gardner, "An interactive web-based dashboard to track COVID-19
in real time", Lancet Infectious Diseases 20(5), 2020; repository CSSEGISandData/COVID-19, CC BY 4.0.
"""

import csv
import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from data.covid.csv_file import read_case_table
from data.download import KNOWN_SHA256, fetch, is_url, lf_line_ends, why_not_csv
from data.errors import DataError

_SHOWN = 5  # how many falls or gaps a note names before it says "and so many more"


@dataclass(frozen=True, eq=False)
class CaseCounts:
    """Cumulative confirmed cases of C countries on D days. The arrays are read-only.

    countries   C names, as the file spells them
    dates       (D,) datetime64[D], strictly increasing
    latitude    (C,) float64, degrees north, NaN if unknown
    longitude   (C,) float64, degrees east, NaN if unknown
    cumulative  (C, D) int64, confirmed cases up to and including each day
    source      file name, URL or the simulator's name
    sha256      of the content with LF line ends
    simulated   True for counts that no country reported
    remarks     what reading had to repair, sum or leave out
    """

    countries: tuple[str, ...]
    dates: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    cumulative: np.ndarray
    source: str
    sha256: str
    simulated: bool = False
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.countries), len(self.dates))
        if self.cumulative.shape != shape:
            raise ValueError(f"cumulative has shape {self.cumulative.shape}, countries and dates say {shape}")
        if self.latitude.shape != shape[:1] or self.longitude.shape != shape[:1]:
            raise ValueError(f"latitude and longitude must have shape {shape[:1]}, one angle a country")
        for array in (self.dates, self.latitude, self.longitude, self.cumulative):
            array.setflags(write=False)

    @property
    def new_cases(self) -> np.ndarray:
        """Daily differences, (C, D - 1) int64; column t is what came between dates[t] and dates[t + 1]."""
        return np.diff(self.cumulative, axis=1)

    @property
    def notes(self) -> tuple[str, ...]:
        """All that a reader should be told of these counts: remarks of reading, gaps, falling counts."""
        return self.remarks + _describe_gaps(self) + _describe_falls(self)

    def between(self, start: str | date, end: str | date) -> "CaseCounts":
        """The days from ``start`` to ``end``, both included; ISO dates like "2020-04-12".

        Raises DataError if a date cannot be read, lies outside the data, or start is not before end.
        """
        first, last = parse_day(start, "start"), parse_day(end, "end")
        if first >= last:
            raise DataError(f"start {first} must be before end {last}")
        for name, day in (("start", first), ("end", last)):
            if not self.dates[0] <= np.datetime64(day) <= self.dates[-1]:
                span = f"{self.dates[0]} to {self.dates[-1]}"
                raise DataError(
                    f"{name} {day} is outside the data of {self.source}, which run from {span}: "
                    "choose days among these (--start, --end)"
                )
        keep = (self.dates >= np.datetime64(first)) & (self.dates <= np.datetime64(last))
        if keep.sum() < 2:
            raise DataError(f"{self.source} has fewer than two days between {first} and {last}")
        return replace(self, dates=self.dates[keep], cumulative=self.cumulative[:, keep])

    def with_remark(self, remark: str) -> "CaseCounts":
        """The same counts with one more line in ``notes``, at their head."""
        return replace(self, remarks=(remark, *self.remarks))


def parse_day(day: str | date, name: str) -> date:
    """An ISO date; ``name`` is the argument that the message blames. Raises DataError for what is none."""
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise DataError(f"{name} {day!r} is not a date like 2020-04-12 (year-month-day)") from None


def load_cases(source: str | os.PathLike[str]) -> CaseCounts:
    """Reads cumulative counts from a path or an http(s) URL, in either layout of ``data.covid.csv_file``.

    Falling counts and missing days are kept and told in ``notes``. Raises DataError, naming file, row and
    column, for what cannot be read: missing columns, text, blanks, fractions or negative numbers among the
    counts, dates that are unreadable, repeated or out of order, repeated countries, no rows, not UTF-8,
    a web page or an archive instead of CSV.
    """
    name = str(source)
    content = _read_bytes(name)
    if reason := why_not_csv(content):
        raise DataError(f"{name}: {reason}")
    table = read_case_table(_decode(content, name), name)
    return CaseCounts(
        countries=table.countries,
        dates=table.dates,
        latitude=table.latitude,
        longitude=table.longitude,
        cumulative=table.cumulative,
        source=name if is_url(name) else Path(name).name,
        sha256=hashlib.sha256(lf_line_ends(content)).hexdigest(),
        simulated=table.simulated,
        remarks=table.remarks,
    )


def _read_bytes(name: str) -> bytes:
    if is_url(name):
        with tempfile.TemporaryDirectory() as folder:
            path = fetch(name, Path(folder) / "cases.csv", sha256=KNOWN_SHA256.get(name))
            return path.read_bytes()
    try:
        return Path(name).read_bytes()
    except FileNotFoundError:
        raise DataError(f"{name}: no such file") from None
    except OSError as error:
        raise DataError(f"{name}: cannot be read: {error.strerror}") from None


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        # Latin-1 gives every byte a letter, which is enough to count the cells before the fault.
        before = content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("latin-1")
        column = max(1, len(next(csv.reader([before]), [])))  # nothing before it: the first cell
        raise DataError(
            f"{name}: row {row}, column {column}: the byte 0x{content[error.start]:02x} is not UTF-8 text;"
            " save the file as 'CSV UTF-8'"
        ) from None


def _describe_gaps(cases: CaseCounts) -> tuple[str, ...]:
    steps = np.diff(cases.dates).astype(int)
    gaps = np.flatnonzero(steps > 1)
    if not gaps.size:
        return ()
    where = [f"between {cases.dates[g]} and {cases.dates[g + 1]}" for g in gaps]
    days = int((steps[gaps] - 1).sum())
    return (f"{days} missing days, whose cases fall into the next difference: {_first_few(where)}",)


def _describe_falls(cases: CaseCounts) -> tuple[str, ...]:
    new = cases.new_cases
    rows, columns = np.nonzero(new < 0)
    if not rows.size:
        return ()
    order = np.argsort(new[rows, columns], kind="stable")  # the deepest falls first
    where = [
        f"{cases.countries[i]} on {cases.dates[t + 1]} ({new[i, t]})"
        for i, t in zip(rows[order], columns[order], strict=True)
    ]
    return (f"cumulative counts fall {len(where)} times (corrections by the source): {_first_few(where)}",)


def _first_few(items: list[str]) -> str:
    more = f", and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
