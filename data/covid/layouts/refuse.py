"""Tables that look like case counts and are not: refused by their name, with what to take instead."""

import re
from collections.abc import Sequence

from data.covid.cells import is_date
from data.covid.headings import COUNTRY, DATE, find, find_counts, letters
from data.covid.sheet import Sheet
from data.errors import DataError

_GLOBAL = "take time_series_covid19_confirmed_global.csv"
_WHO_DAILY = "take WHO-COVID-19-global-daily-data.csv"


def refuse_by_name(heading: Sequence[str], source: str) -> None:
    """Raise DataError for the heading of a table that is known and of no use here."""
    reason = _known_as(heading)
    if reason:
        raise DataError(f"{source}: row 1: {reason}")


def refuse_by_file_name(name: str) -> None:
    """Raise DataError for a file whose name tells what its heading does not: sums of weeks, or rates."""
    words = letters(name)
    if "weekly" in words:
        raise DataError(
            f"{name}: by its name the file holds sums of weeks, and the study needs daily counts; {_GLOBAL}"
        )
    if "permillion" in words or "per100k" in words:
        raise DataError(f"{name}: by its name the file holds rates, and the study needs counts; {_GLOBAL}")


def remark_on_file_name(name: str) -> list[str]:
    """What to tell of a file whose name says that it counts something else, although its heading fits."""
    others = ("death", "recovered", "vaccin", "hospital", "icu", "testing")
    words = re.split(r"[^a-z]+", name.casefold())
    found = next((other for other in others if any(word.startswith(other) for word in words)), None)
    return [f"the name of the file says {found!r}: its numbers are taken for cases"] if found else []


def _known_as(heading: Sequence[str]) -> str | None:
    words = {letters(cell) for cell in heading}
    has_dates = any(map(is_date, heading))
    is_daily_report = "lastupdate" in words and "confirmed" in words and find(heading, DATE) is None
    if is_daily_report and not has_dates:
        return f"this is one of Johns Hopkins' daily reports, which hold one day; {_GLOBAL}"
    if {"admin2", "uid"} & words and has_dates:
        return f"this is Johns Hopkins' series of the counties of the US; {_GLOBAL}"
    if {"state", "fips"} <= words or {"county", "fips"} <= words:
        return f"this is a table of the states or counties of the US; {_GLOBAL}"
    if any(word.endswith("percentchangefrombaseline") for word in words):
        return f"this is Google's mobility report, which counts no cases; {_GLOBAL}"
    if "transportationtype" in words:
        return f"this is Apple's mobility report, which counts no cases; {_GLOBAL}"
    if {"yearweek", "weeklycount"} & words or ("week" in words and not has_dates):
        return f"this is a weekly table, and the study needs daily counts; {_GLOBAL}"
    if "casescumulativetotal" in words:
        return f"this is the WHO's summary table, which holds one day; {_WHO_DAILY}"
    is_one_day = find(heading, COUNTRY) is not None and find_counts(heading, None) is not None
    if is_one_day and not has_dates and find(heading, DATE) is None:
        return f"the heading names countries and counts but no date, so the table holds one day; {_GLOBAL}"
    if {"peoplevaccinated", "totalvaccinations"} & words and find_counts(heading, None) is None:
        return "this is a table of vaccinations, which counts no cases; take owid-covid-data.csv"
    return None


def refuse_unknown(sheet: Sheet) -> DataError:
    """The error, not raised yet, for a heading that fits no layout."""
    start = sheet.separator.join(sheet.heading)[:60]
    has_country, has_date = find(sheet.heading, COUNTRY) is not None, find(sheet.heading, DATE) is not None
    if has_country and has_date:
        return DataError(
            f"{sheet.source}: row 1 starts with {start!r}: there are columns for country and date, but none of cases "
            "('total_cases', 'Cumulative_cases', 'Confirmed', 'new_cases')"
        )
    return DataError(
        f"{sheet.source}: row 1 starts with {start!r}, which is no heading of case counts; expected one row a country "
        "('Country,1/22/20,1/23/20,...'), one column a country ('date,Albania,Algeria,...'), or one row a country and "
        "day ('country,date,total_cases')"
    )
