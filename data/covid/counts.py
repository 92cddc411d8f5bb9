"""COVID-19 case counts: a file or a URL in, one frozen object out.

    cases = load_cases("data/raw/covid_19.csv")
    cases.new_cases              # (countries, days - 1), what the study models

Source of the real counts: E. Dong, H. Du, L. Gardner, "An interactive web-based dashboard to track COVID-19
in real time", Lancet Infectious Diseases 20(5), 2020; repository CSSEGISandData/COVID-19, CC BY 4.0.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from data.covid.assemble import assemble
from data.covid.days import EVERY_DAY, Period
from data.covid.headings import KINDS
from data.covid.layouts import read_raw
from data.covid.layouts.refuse import refuse_by_file_name, remark_on_file_name
from data.covid.sheet import MAX_BYTES, to_utf8
from data.download import KNOWN_SHA256, fetch, is_url, lf_line_ends, why_not_csv, without_password
from data.errors import DataError, printable
from data.regular_file import read_regular

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
        """Daily differences, (C, D - 1) int64; column t counts the cases from dates[t] to dates[t + 1]."""
        return np.diff(self.cumulative, axis=1)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results should know: remarks of reading, missing days, falling counts."""
        return self.remarks + _describe_gaps(self) + _describe_falls(self)

    def between(self, start: str | date, end: str | date) -> "CaseCounts":
        """The days from `start` to `end`, both included; ISO dates like "2020-04-12".

        Raises DataError if a date cannot be read, lies outside the data, or start is not before end.
        """
        keep, _ = Period.parse(start, end).within(self.dates, self.source)
        return replace(self, dates=self.dates[keep], cumulative=self.cumulative[:, keep])

    def with_remark(self, remark: str) -> "CaseCounts":
        """The same counts with `remark` as the first line of `notes`."""
        return replace(self, remarks=(remark, *self.remarks))


def load_cases(source: str | os.PathLike[str], period: Period = EVERY_DAY, counts: str = "auto") -> CaseCounts:
    """Read case counts from a path or an http(s) URL, in any layout of `data.covid.layouts`.

    `period` are the days to read; the others are not judged. `counts` says what the numbers are, "cumulative" or
    "daily", where the heading does not ("auto"); daily counts are added up. The first of `notes` says how the file was
    read; falling counts and missing days are kept and told there too.

    Raises DataError, naming file, row and column, for anything that cannot be read: no case counts, a missing column,
    text, blanks, fractions or negative numbers among the counts, dates that are unreadable, repeated or out of order,
    repeated countries, days outside the file, counts of the wrong kind, bytes that are no text, a web page or an
    archive instead of CSV, a pipe or a device, a file that is too large.
    """
    name = str(source)
    content = _read_bytes(name)
    shown = without_password(name)
    if reason := why_not_csv(content):
        raise DataError(f"{shown}: {reason}")
    file_name = printable(Path(name).name)
    refuse_by_file_name(file_name)
    raw = read_raw(content, shown, KINDS[counts])
    table = assemble(raw, period)
    return CaseCounts(
        countries=table.countries,
        dates=table.dates,
        latitude=table.latitude,
        longitude=table.longitude,
        cumulative=table.cumulative,
        source=shown if is_url(name) else file_name,
        sha256=hashlib.sha256(lf_line_ends(to_utf8(content, shown))).hexdigest(),
        simulated=table.simulated,
        remarks=(f"read as: {raw.layout}", *remark_on_file_name(file_name), *table.remarks),
    )


def _read_bytes(name: str) -> bytes:
    if not is_url(name):
        return read_regular(Path(name), MAX_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        fetch(name, path, sha256=KNOWN_SHA256.get(name), max_bytes=MAX_BYTES)
        return path.read_bytes()


def _describe_gaps(cases: CaseCounts) -> tuple[str, ...]:
    steps = np.diff(cases.dates).astype(int)
    gaps = np.flatnonzero(steps > 1)
    if not gaps.size:
        return ()
    where = [f"between {cases.dates[g]} and {cases.dates[g + 1]}" for g in gaps]
    days = int((steps[gaps] - 1).sum())
    return (f"{days} missing days, whose cases are in the next difference: {_first_few(where)}",)


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
