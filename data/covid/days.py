"""Which days of a file are used: ISO dates in, first and last day out, or one line that says why not."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from data.errors import DataError


@dataclass(frozen=True)
class Period:
    """The days from `start` to `end`, both included; None leaves that end open.

    A day that nobody asked for (`start_is_default`, `end_is_default`) gives way to a file that begins later or ends
    earlier, and a remark says so. A day that somebody asked for must be in the file.
    """

    start: date | None = None
    end: date | None = None
    start_is_default: bool = False
    end_is_default: bool = False

    @classmethod
    def parse(cls, start: str | date, end: str | date) -> "Period":
        """The period between two ISO dates. Raises DataError for no dates, or if `start` is not before `end`."""
        first, last = parse_day(start, "start"), parse_day(end, "end")
        if first >= last:
            raise DataError(f"start {first} must be before end {last}")
        return cls(first, last)

    def within(self, dates: np.ndarray, source: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Which of the sorted `dates` (D,) are in the period, (D,) bool, and remarks on a moved end.

        Raises DataError if a day that was asked for is outside the dates, or if fewer than two days are left.
        """
        span = f"{dates[0]} to {dates[-1]}"
        remarks = []
        ends = (("start", self.start, self.start_is_default), ("end", self.end, self.end_is_default))
        for name, day, is_default in ends:
            if day is None or dates[0] <= np.datetime64(day) <= dates[-1]:
                continue
            if not is_default:
                raise DataError(
                    f"{name} {day} is outside the data of {source}, which run from {span}: "
                    "choose days among these (--start, --end)"
                )
            if (name == "start") == (np.datetime64(day) < dates[0]):
                moved = dates[0] if name == "start" else dates[-1]
                remarks.append(f"the data run from {span}: the default {name} {day} is moved to {moved}")
        first = np.datetime64(self.start) if self.start else dates[0]
        last = np.datetime64(self.end) if self.end else dates[-1]
        keep = (dates >= first) & (dates <= last)
        if keep.sum() < 2:
            between = f"between {max(first, dates[0])} and {last}" if self.end else "in all"
            raise DataError(
                f"{source} has fewer than two days {between}; its data run from {span}: "
                "choose days among these (--start, --end)"
            )
        return keep, tuple(remarks)


EVERY_DAY = Period()


def parse_day(day: str | date, name: str) -> date:
    """An ISO date; `name` is the argument that the message blames. Raises DataError for anything else."""
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise DataError(f"{name} {day!r} is not a date like 2020-04-12 (year-month-day)") from None
