"""Countries and territories of the world: one table of names, codes, populations and positions.

`countries.csv` beside this file holds the facts, one row per entry of ISO 3166-1 plus Kosovo: the population in
2020 (United Nations, World Population Prospects, rounded) and a point near the middle (degrees). `course` marks
the 183 places for which Johns Hopkins counted cases in the spring of 2020.

Data files spell the same country in many ways. `_key` removes the differences that a rule can remove (capitals,
accents, punctuation). The column `also_called` lists the spellings that no rule can guess ("Burma" for "Myanmar");
it covers the lists of Johns Hopkins, the WHO, the ECDC and Our World in Data.
"""

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.errors import DataError

TABLE = Path(__file__).with_name("countries.csv")

# Ships, sports events, travellers, and places without a code in ISO 3166-1. Case files give them rows of their own;
# the map has no shape for them.
NOT_PLACES = (
    "Diamond Princess",
    "Grand Princess",
    "MS Zaandam",
    "Cruise Ship",
    "Summer Olympics 2020",
    "Winter Olympics 2022",
    "Cases on an international conveyance Japan",
    "International commercial vessel",
    "International conveyance",
    "International conveyance (Diamond Princess)",
    "International",
    "Repatriated",
    "Others",
    "Other",
    "Bonaire",
    "Saba",
    "Sint Eustatius",
    "Northern Cyprus",
    "Transnistria",
)

# Rows that add up countries. Counted as a country, such a row would correlate with all of its members.
SUMS = (
    *("World", "Worldwide", "Global", "Total", "Grand Total", "Sum", "All", "All countries"),
    *("Africa", "Asia", "Europe", "North America", "South America", "Oceania", "Australia/Oceania", "America"),
    *("Americas", "Latin America and the Caribbean", "Caribbean", "Middle East", "Sub-Saharan Africa"),
    *("Eastern Mediterranean", "South-East Asia", "Western Pacific"),
    *("European Union", "European Union (27)", "EU", "EU27", "EU/EEA", "EU/EEA (total)"),
    *("High income", "Upper middle income", "Lower middle income", "Low income"),
    *("High-income countries", "Upper-middle-income countries", "Lower-middle-income countries"),
    *("Low-income countries",),
)

# Our World in Data gives these beside the United Kingdom, which contains them.
PARTS_OF_THE_UK = ("England", "Scotland", "Wales", "Northern Ireland", "North Ireland", "England and Wales")


@dataclass(frozen=True)
class Country:
    """One country or territory; `code` is ISO 3166-1 alpha-2 in lower case, and `xk` for Kosovo."""

    name: str
    code: str
    population: int
    latitude: float
    longitude: float
    course: bool
    also_called: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All rows of the table, in alphabetical order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Country(
                name=row["name"],
                code=row["code"],
                population=int(row["population"]),
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                course=row["course"] == "yes",
                also_called=tuple(filter(None, row["also_called"].split("|"))),
            )
            for row in csv.DictReader(file)
        )


def find_country(name: str) -> Country | None:
    """The country that `name` spells, or None for a ship or the Olympic Games.

    Capitals, accents, punctuation, footnote marks such as "[1]", "the", and "St" for "Saint" make no difference.
    Raises DataError, with the nearest spellings, for a name that is not in the table.
    """
    try:
        return _spellings()[_key(name)]
    except KeyError:
        hint = did_you_mean(name)
        raise DataError(
            f"no country is called {name!r} in {TABLE.name}: {hint + ' ' if hint else ''}"
            "add the spelling to its column also_called"
        ) from None


def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 code in lower case, as pygal's maps use it; None for a name that is not a place.

    >>> country_code("Korea, South"), country_code("Dominica"), country_code("Diamond Princess")
    ('kr', 'dm', None)
    """
    country = find_country(name)
    return country.code if country else None


def is_known(name: str) -> bool:
    """Whether the table has this spelling; ships and the Olympic Games count as known."""
    return _key(name) in _spellings()


def did_you_mean(name: str) -> str:
    """A question with the nearest names in the table ("did you mean Albania?"), or "" if none is near."""
    spellings = _spellings()
    near = difflib.get_close_matches(_key(name), spellings, n=3, cutoff=0.75)
    # Several spellings may lead to one country; dict.fromkeys drops repeats and keeps the order.
    guesses = dict.fromkeys(country.name for key in near if (country := spellings[key]))
    return f"did you mean {' or '.join(guesses)}?" if guesses else ""


def is_sum(name: str, beside: Iterable[str] = ()) -> bool:
    """Whether `name` is no country of its own: the world, a continent, an income group, a total.

    England, Scotland, Wales and Northern Ireland count as such if the United Kingdom is `beside` them.

    >>> is_sum("Grand Total"), is_sum("Asia excl. China"), is_sum("Georgia")
    (True, True, False)
    """
    key = _key(name)
    if key in _sum_keys() or re.search(r"\bexcl(uding)?\b", key):
        return True
    return key in map(_key, PARTS_OF_THE_UK) and any(_code_or_none(other) == "gb" for other in beside)


def _code_or_none(name: str) -> str | None:
    country = _spellings().get(_key(name))
    return country.code if country else None


@cache
def _sum_keys() -> frozenset[str]:
    return frozenset(map(_key, SUMS))


@cache
def _spellings() -> dict[str, Country | None]:
    spellings: dict[str, Country | None] = {_key(name): None for name in NOT_PLACES}
    for country in countries():
        for spelling in (country.name, *country.also_called):
            spellings[_key(spelling)] = country
    return spellings


@cache
def _key(name: str) -> str:
    """`name` without the differences that do not matter: two spellings of one country should give one key.

    Unicode's compatibility decomposition (NFKD) separates accents from letters; accents and punctuation are dropped.
    """
    name = re.sub(r"\[\w{1,2}\]", "", name)  # the mark of a footnote, as in the WHO's "Kosovo[1]"
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    letters = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’.*")
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    return " ".join("saint" if word == "st" else word for word in words if word != "the")
