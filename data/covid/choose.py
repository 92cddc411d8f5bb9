"""Which counts a run works on: `--data auto`, `--data simulated` or `--data PATH`."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from data.atomic import visible_files
from data.covid.counts import CaseCounts, load_cases
from data.covid.days import Period
from data.covid.epidemic import simulate_epidemic
from data.download import JOHNS_HOPKINS_URL, KNOWN_SHA256, fetch
from data.errors import DataError

RAW = Path(__file__).parents[1] / "raw"
COURSE_START, COURSE_END = date(2020, 1, 22), date(2020, 4, 12)  # the 82 days that the course hands out
SERIES_END = date(2023, 3, 9)  # the last day of Johns Hopkins' series
KNOWN_NAMES = ("covid_19.csv", "time_series_covid19_confirmed_global.csv")


def resolve_cases(
    choice: str = "auto",
    start: str | date = COURSE_START,
    end: str | date = COURSE_END,
    seed: int = 0,
    *,
    raw: Path = RAW,
    url: str = JOHNS_HOPKINS_URL,
    timeout: float = 5.0,
    counts: str = "auto",
) -> CaseCounts:
    """Counts of the days from `start` to `end`, both included, by `choice`:

    auto       a file in the folder `raw`; else the verified download, which is kept there; else simulated
    simulated  the simulated epidemic, drawn from `seed`
    otherwise  the path or URL of a file

    `counts` is for a file whose heading does not say what its numbers are: "auto", "cumulative" or "daily".
    A default day that the file does not have is moved to the file's first or last day. `notes` of the result say so,
    and why counts are simulated. A file that is there but cannot be read is an error, no reason to simulate.
    Raises DataError, also for bad dates.
    """
    if choice == "simulated":
        return _simulated(seed, start, end, "as asked")
    period = _period(start, end)
    if choice != "auto":
        return load_cases(choice, period, counts)
    path = _file_in(raw)
    if path is None:
        path = raw / KNOWN_NAMES[1]
        try:
            fetch(url, path, sha256=KNOWN_SHA256[JOHNS_HOPKINS_URL], timeout=timeout)
        except DataError as error:
            # Only the last two parts of the folder's name: the report must be the same on every machine.
            folder = f"{raw.parent.name}/{raw.name}"
            why = f"because there is no CSV file in {folder} and the download failed: {error}"
            return _simulated(seed, start, end, why)
    return load_cases(path, period, counts)


def _period(start: str | date, end: str | date) -> Period:
    asked = Period.parse(start, end)
    return replace(
        asked, start_is_default=asked.start == COURSE_START, end_is_default=asked.end in (COURSE_END, SERIES_END)
    )


def _file_in(raw: Path) -> Path | None:
    """The file of a known name, or the only CSV file; None if there is none."""
    for name in KNOWN_NAMES:
        if (raw / name).is_file():
            return raw / name
    found = [path for path in visible_files(raw, "*") if path.suffix.lower() == ".csv"]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{raw} holds {len(found)} CSV files ({names}): choose one with --data PATH")
    return found[0] if found else None


def _simulated(seed: int, start: str | date, end: str | date, why: str) -> CaseCounts:
    return simulate_epidemic(np.random.default_rng(seed), start, end).with_remark(f"simulated data {why}")
