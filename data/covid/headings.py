"""What the words in a heading mean: which column holds the country, the date, the counts.

Publishers write the same heading in many ways ("Country/Region", "Country_Region", "countryregion"), so headings are
compared by their letters and digits alone.
"""

from collections.abc import Sequence
from typing import Literal

Kind = Literal["cumulative", "daily"]
KINDS: dict[str, Kind | None] = {"auto": None, "cumulative": "cumulative", "daily": "daily"}

COUNTRY = (
    *("countryregion", "country", "location", "entity", "countryname", "countriesandterritories"),
    *("countryterritory", "countryorregion", "countryterritoryarea", "countries", "nation"),
)
PROVINCE = ("provincestate", "province", "stateprovince", "state")
LATITUDE = ("lat", "latitude")
LONGITUDE = ("long", "longitude", "lon", "lng")
DATE = ("daterep", "datereported", "observationdate", "date", "reportdate", "dates", "day", "variable")

CUMULATIVE = (
    *("totalcases", "cumulativecases", "cumulativeconfirmed", "cumulativeconfirmedcases", "totalconfirmed"),
    *("totalconfirmedcases", "casestotal", "cumcases", "cumconfirmed", "cumulativetotalcases", "casescumulative"),
    *("confirmed", "confirmedcases"),
)
DAILY = ("newcases", "dailynewcases", "dailycases", "newconfirmed", "newconfirmedcases", "casesnew", "casesdaily")
NEUTRAL = ("cases", "value", "count", "counts", "total", "number")  # the word alone does not say which

# Columns beside the dates of a wide table that are not counts.
DESCRIPTIVE = (
    *("uid", "iso2", "iso3", "code", "code3", "isocode", "countrycode", "geoid", "fips", "admin2", "combinedkey"),
    *("population", "whoregion", "region", "subregion", "continent", "unnamed0", "index"),
)


def letters(heading: str) -> str:
    """A heading in small letters and digits alone.

    >>> letters("Country/Region"), letters("Long_")
    ('countryregion', 'long')
    """
    return "".join(c for c in heading.casefold() if c.isalnum())


def find(heading: Sequence[str], names: Sequence[str]) -> int | None:
    """The column whose heading is one of `names`, the first of those names that there is; None without one."""
    present = [letters(cell) for cell in heading]
    return next((present.index(name) for name in names if name in present), None)


def find_counts(heading: Sequence[str], wanted: Kind | None) -> tuple[int, Kind] | None:
    """The column of counts and what they are; None without one.

    `wanted` decides between a cumulative and a daily column, and names the kind of a column whose heading does not.
    Cumulative counts come first, since they survive a missing day.
    """
    cumulative, daily, neutral = (find(heading, names) for names in (CUMULATIVE, DAILY, NEUTRAL))
    if cumulative is None:
        cumulative = _long_title(heading)
    if daily is not None and (wanted == "daily" or cumulative is None):
        return daily, "daily"
    if cumulative is not None:
        return cumulative, "cumulative"
    if neutral is None:
        return None
    is_ecdc = letters(heading[neutral]) == "cases" and find(heading, ("daterep",)) is not None
    return neutral, wanted or ("daily" if is_ecdc else "cumulative")


def _long_title(heading: Sequence[str]) -> int | None:
    """A column such as "Total confirmed cases of COVID-19", which Our World in Data's charts export."""
    for column, cell in enumerate(heading):
        words = cell.casefold()
        is_total = "case" in words and ("total" in words or "cumulative" in words)
        if is_total and not any(word in words for word in ("per ", "million", "death", "smoothed", "average")):
            return column
    return None
