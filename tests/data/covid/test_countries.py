"""The table of countries, and the spellings that lead into it."""

import csv
import sys

import pytest

from data.covid.countries import (
    NOT_PLACES,
    SUMS,
    TABLE,
    countries,
    country_code,
    did_you_mean,
    find_country,
    is_known,
    is_sum,
)
from data.errors import DataError
from tests.data.covid.spellings import ECDC, OUR_WORLD_IN_DATA, WHO
from tests.fakes.real_files import COURSE, JOHNS_HOPKINS, needs_real_files

# What the old package of maps (pygal_maps_world 1.0.2) cannot draw of the course's places; the kept-up one can.
WITHOUT_SHAPE = {"ag", "bb", "bs", "dm", "fj", "gd", "kn", "lc", "qa", "ss", "tt", "vc", "xk"}


@pytest.fixture(scope="module")
def shapes() -> dict[str, str]:
    """Code -> name of every shape of the map; the import hook that pygal leaves behind is taken out again."""
    hooks = sys.meta_path[:]
    from pygal_maps_world.i18n import COUNTRIES

    sys.meta_path[:] = hooks
    return COUNTRIES


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Korea, South", "kr"),
        ("Korea South", "kr"),
        ("South Korea", "kr"),
        ("Korea, North", "kp"),
        ("Dominica", "dm"),
        ("Dominican Republic", "do"),
        ("Sudan", "sd"),
        ("South Sudan", "ss"),
        ("Congo (Brazzaville)", "cg"),
        ("Congo (Kinshasa)", "cd"),
        ("Niger", "ne"),
        ("Nigeria", "ng"),
        ("Guinea", "gn"),
        ("Guinea-Bissau", "gw"),
        ("Equatorial Guinea", "gq"),
        ("Papua New Guinea", "pg"),
        ("US", "us"),
        ("Taiwan*", "tw"),
        ("Burma", "mm"),
        ("Myanmar", "mm"),
        ("Holy See", "va"),
        ("Kosovo", "xk"),
        ("West Bank and Gaza", "ps"),
        ("Cote d'Ivoire", "ci"),
        ("Côte d’Ivoire", "ci"),
        ("Bahamas, The", "bs"),
        ("The Gambia", "gm"),
        ("St. Lucia", "lc"),
        ("Bosnia & Herzegovina", "ba"),
        ("Turkiye", "tr"),
        ("Curacao", "cw"),
        ("  united   kingdom ", "gb"),
        ("Kosovo[1]", "xk"),
        ("Netherlands (Kingdom of the)", "nl"),
        ("United Kingdom of Great Britain and Northern Ireland", "gb"),
        ("occupied Palestinian territory, including east Jerusalem", "ps"),
        ("China, Hong Kong SAR", "hk"),
        ("Timor", "tl"),
        ("Micronesia (country)", "fm"),
        ("Faeroe Islands", "fo"),
        ("S. Korea", "kr"),
        ("CAR", "cf"),
        ("('St. Martin',)", "mf"),
    ],
)
def test_spellings_lead_to_the_right_code(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("name", NOT_PLACES)
def test_ships_and_games_have_no_code(name: str) -> None:
    assert country_code(name) is None


def test_an_unknown_name_is_refused_with_the_nearest_spelling() -> None:
    with pytest.raises(DataError, match=r"'Untied Kingdom'.*did you mean United Kingdom\?"):
        country_code("Untied Kingdom")
    with pytest.raises(DataError, match=r"'Q' in countries\.csv: add"):
        country_code("Q")


@pytest.mark.parametrize("published", [WHO, OUR_WORLD_IN_DATA, ECDC], ids=["WHO", "Our World in Data", "ECDC"])
def test_the_whole_list_of_every_publisher_resolves(published: str) -> None:
    lines = published.split("\n")[1:-1]
    assert len(lines) > 30
    expected = {name: code for code, name in (line.split(" ", 1) for line in lines)}
    assert {name: country_code(name) or "--" for name in expected} == expected


@pytest.mark.parametrize("name", [*SUMS, "Total:", "WORLD", "World excl. China and South Korea", "European Union (27)"])
def test_rows_that_add_up_countries_are_no_countries(name: str) -> None:
    assert is_sum(name)
    assert not is_known(name)


def test_a_part_of_the_united_kingdom_is_a_sum_only_beside_the_whole() -> None:
    assert is_sum("Scotland", beside=["France", "UK"])
    assert not is_sum("Scotland", beside=["France", "Wales"])


def test_no_country_is_taken_for_a_sum() -> None:
    for country in countries():
        assert not any(is_sum(spelling) for spelling in (country.name, *country.also_called))


def test_a_question_names_the_nearest_countries() -> None:
    assert did_you_mean("Grmany") == "did you mean Germany?"
    assert did_you_mean("Xyzzy") == ""


def test_codes_are_distinct_and_in_pygals_form() -> None:
    codes = [country.code for country in countries()]
    assert len(codes) == len(set(codes)) == 250  # ISO 3166-1 has 249 entries, and Kosovo
    assert all(len(code) == 2 and code.isascii() and code.islower() for code in codes)


def test_no_spelling_leads_to_two_countries() -> None:
    for country in countries():
        for spelling in (country.name, *country.also_called):
            assert find_country(spelling) is country, spelling


def test_every_shape_of_the_map_has_its_country(shapes: dict[str, str]) -> None:
    assert {code: country_code(name) for code, name in shapes.items()} == {code: code for code in shapes}


def test_population_and_positions_are_plausible() -> None:
    table = countries()
    assert 7.5e9 < sum(country.population for country in table) < 8.0e9  # the world in 2020
    assert all(abs(c.latitude) <= 90 and abs(c.longitude) <= 180 for c in table)
    assert all(c.population > 0 for c in table if c.course)


def test_the_map_draws_the_courses_183_places_but_for_some_small_ones(shapes: dict[str, str]) -> None:
    course = {country.code for country in countries() if country.course}
    assert len(course) == 183
    assert course - set(shapes) <= WITHOUT_SHAPE


def test_the_table_is_in_alphabetical_order_and_says_yes_or_nothing() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["name"] for row in rows]
    assert names[:-1] == sorted(names[:-1], key=lambda n: n.replace("é", "e"))  # Åland last, as in Swedish
    assert {row["course"] for row in rows} == {"yes", ""}


@needs_real_files
def test_every_name_of_the_real_files_resolves_as_counted_by_hand() -> None:
    with COURSE.open(encoding="utf-8", newline="") as file:
        course = [row[0] for row in csv.reader(file)][3:]
    with JOHNS_HOPKINS.open(encoding="utf-8", newline="") as file:
        johns_hopkins = sorted({row["Country/Region"] for row in csv.DictReader(file)})
    for names, places in ((course, 183), (johns_hopkins, 197)):
        codes = [code for name in names if (code := country_code(name)) is not None]
        assert len(codes) == len(set(codes)) == places
    assert {c.code for c in countries() if c.course} == {country_code(n) for n in course} - {None}
