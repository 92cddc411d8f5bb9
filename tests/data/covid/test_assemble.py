"""What changes the question is refused or told: sums, unknown names, two spellings, blanks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.covid import assemble
from data.covid.counts import load_cases
from data.errors import DataError

Write = Callable[..., Path]

TABLE = """Country/Region,1/22/20,1/23/20,1/24/20
Albania,0,2,5
Germany,1,1,4
"""


@pytest.mark.parametrize("name", ["Grand Total", "World", "Europe", "European Union (27)", "Asia excl. China"])
def test_a_sum_is_left_out_and_said_with_its_row(write: Write, name: str) -> None:
    cases = load_cases(write(f"{TABLE}{name},1,3,9\n"))
    assert cases.countries == ("Albania", "Germany")
    assert f"left out, since they add up or repeat countries: {name} (row 4)" in cases.notes


def test_a_part_of_the_united_kingdom_is_left_out_beside_it(write: Write) -> None:
    cases = load_cases(write(f"{TABLE}United Kingdom,1,3,9\nScotland,0,1,2\n"))
    assert cases.countries == ("Albania", "Germany", "United Kingdom")


def test_an_unknown_name_is_told_with_the_nearest_one(write: Write) -> None:
    (_, note) = load_cases(write(TABLE.replace("Germany", "Grmany"))).notes
    assert note == (
        "not in the table of countries, so without a place on the map: Grmany (row 3, did you mean Germany?)"
    )


def test_two_spellings_of_one_country_are_refused_with_both_rows(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        load_cases(write(f"{TABLE}Burma,0,0,0\nMyanmar,1,1,1\n"))
    assert str(caught.value).endswith(
        "row 4 ('Burma') and row 5 ('Myanmar') are both Myanmar: give both one name, or delete one of them"
    )


def test_a_blank_asks_for_the_day_before_and_not_for_0(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        load_cases(write(TABLE.replace("1,1,4", "1,1,")))
    assert str(caught.value).endswith(
        "row 3, column 4 ('1/24/20'): the count is blank; repeat the count of the day before, "
        "or end earlier with --end 2020-01-23"
    )


def test_blanks_before_the_first_count_are_0_and_told(write: Write) -> None:
    cases = load_cases(write(TABLE.replace("1,1,4", ",,4")))
    np.testing.assert_array_equal(cases.cumulative[1], [0, 0, 4])
    assert "blanks before the first count are read as 0: Germany" in cases.notes


def test_a_row_without_any_count_is_left_out_and_told(write: Write) -> None:
    cases = load_cases(write(TABLE.replace("1,1,4", ",,")))
    assert cases.countries == ("Albania",)
    assert "left out, since they hold no count at all: Germany (row 3)" in cases.notes


def test_a_table_of_sums_alone_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="no rows of counts below the heading"):
        load_cases(write("Country,1/22/20,1/23/20\nWorld,1,2\n"))


def test_more_countries_than_the_world_has_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("Country,1/22/20,1/23/20\n" + "".join(f"Place {i},1,2\n" for i in range(1001)))
    with pytest.raises(DataError, match="the table has 1,001 countries, expected at most 1,000"):
        load_cases(path)
    monkeypatch.setattr(assemble, "MAX_DAYS", 1)
    with pytest.raises(DataError, match="the table has 3 days and 2 rows a day, expected at most 1 days"):
        load_cases(write(TABLE))
