"""Countries and territories of the world: one table of names, codes, people and places.

The facts stand in ``countries.csv`` beside this file, one row per entry of ISO 3166-1 plus Kosovo:
population in 2020 (United Nations, World Population Prospects, rounded) and a point near the middle
(degrees). ``course`` marks the 183 places for which Johns Hopkins counted cases in the spring of 2020.
Data files spell the same country in many ways; ``also_called`` lists the spellings that no simple rule
turns into one another ("Burma" and "Myanmar"), and ``_key`` is the simple rule for the rest.
"""

import csv
import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.errors import DataError

TABLE = Path(__file__).with_name("countries.csv")

# Rows of the case files that are ships or games. They have cases but no place on a map.
NOT_PLACES = (
    "Diamond Princess",
    "Grand Princess",
    "MS Zaandam",
    "Cruise Ship",
    "Summer Olympics 2020",
    "Winter Olympics 2022",
)


@dataclass(frozen=True)
class Country:
    """One country or territory; ``code`` is ISO 3166-1 alpha-2 in lower case, and ``xk`` for Kosovo."""

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
    """The country that ``name`` spells, or None for a ship or the Olympic Games.

    Capitals, accents, punctuation, a "the" and "St" for "Saint" make no difference.
    Raises DataError, with the nearest spellings, for a name that the table does not know.
    """
    spellings = _spellings()
    try:
        return spellings[_key(name)]
    except KeyError:
        near = difflib.get_close_matches(_key(name), spellings, n=3, cutoff=0.75)
        # Several spellings may lead to one country; dict.fromkeys drops repeats and keeps the order.
        guesses = dict.fromkeys(country.name for key in near if (country := spellings[key]))
        hint = f"did you mean {' or '.join(guesses)}? " if guesses else ""
        raise DataError(
            f"no country is called {name!r} in {TABLE.name}: {hint}add the spelling to its column also_called"
        ) from None


def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 code in lower case, as pygal's maps use it; None for what is not a place.

    >>> country_code("Korea, South"), country_code("Dominica"), country_code("Diamond Princess")
    ('kr', 'dm', None)
    """
    country = find_country(name)
    return country.code if country else None


@cache
def _spellings() -> dict[str, Country | None]:
    spellings: dict[str, Country | None] = {_key(name): None for name in NOT_PLACES}
    for country in countries():
        for spelling in (country.name, *country.also_called):
            spellings[_key(spelling)] = country
    return spellings


def _key(name: str) -> str:
    """What is left of a name when everything is gone in which harmless spellings differ.

    Accents are split off by Unicode's compatibility decomposition (NFKD) and dropped with the punctuation.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    letters = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’.*")
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    return " ".join("saint" if word == "st" else word for word in words if word != "the")
