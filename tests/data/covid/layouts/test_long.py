"""Tables with one row a country and day, as five publishers write them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.covid.counts import load_cases
from data.errors import DataError
from tests.fakes.samples import SERIES

Write = Callable[..., Path]

OWID = """iso_code,continent,location,date,total_cases,new_cases,new_deaths
OWID_WRL,,World,2020-02-01,9,9,0
AFG,Asia,Afghanistan,2020-02-01,,,
AFG,Asia,Afghanistan,2020-02-02,1.0,1.0,
AFG,Asia,Afghanistan,2020-02-03,1.0,0.0,
ALB,Europe,Albania,2020-02-02,4,4,0
ALB,Europe,Albania,2020-02-03,6,2,0
"""
WHO = """\ufeffDate_reported,Country_code,Country,WHO_region,New_cases,Cumulative_cases,New_deaths,Cumulative_deaths
2020-02-01,AF,Afghanistan,EMRO,0,0,0,0
2020-02-02,AF,Afghanistan,EMRO,1,1,0,0
2020-02-03,AF,Afghanistan,EMRO,0,1,0,0
2020-02-01,AL,Albania,EURO,0,0,0,0
2020-02-02,AL,Albania,EURO,4,4,0,0
2020-02-03,AL,Albania,EURO,2,6,0,0
"""
ECDC = """dateRep,day,month,year,cases,deaths,countriesAndTerritories,geoId,countryterritoryCode,popData2019
03/02/2020,3,2,2020,0,0,Afghanistan,AF,AFG,38041757
02/02/2020,2,2,2020,1,0,Afghanistan,AF,AFG,38041757
01/02/2020,1,2,2020,0,0,Afghanistan,AF,AFG,38041757
03/02/2020,3,2,2020,2,0,Albania,AL,ALB,2862427
02/02/2020,2,2,2020,4,0,Albania,AL,ALB,2862427
"""
KAGGLE = """SNo,ObservationDate,Province/State,Country/Region,Last Update,Confirmed,Deaths,Recovered
1,02/01/2020,,Afghanistan,2/1/2020 10:00,0,0,0
2,02/02/2020,,Afghanistan,2/2/2020 10:00,1,0,0
3,02/03/2020,,Afghanistan,2/3/2020 10:00,1,0,0
4,02/01/2020,North,Albania,2/1/2020 10:00,0.0,0,0
5,02/02/2020,North,Albania,2/2/2020 10:00,4,0,0
6,02/03/2020,South,Albania,2/3/2020 10:00,6,0,0
"""


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (OWID, "long table, Our World in Data, cumulative cases"),
        (OWID.replace("total_cases", "x"), "long table, Our World in Data, daily cases"),
        (WHO, "long table, WHO, cumulative cases"),
        (WHO.replace(",Cumulative_cases", ",x"), "long table, WHO, daily cases"),
        (ECDC, "long table, ECDC, daily cases"),
        (KAGGLE, "long table, Kaggle, cumulative cases"),
    ],
)
def test_every_publisher_is_recognised_by_its_heading(write: Write, text: str, layout: str) -> None:
    cases = load_cases(write(text))
    assert cases.notes[0] == f"read as: {layout}"
    assert cases.countries == ("Afghanistan", "Albania")
    assert cases.dates.astype(str).tolist() == ["2020-02-01", "2020-02-02", "2020-02-03"]
    np.testing.assert_array_equal(cases.cumulative, [[0, 1, 1], [0, 4, 6]])


def test_sums_and_days_before_the_first_row_are_told(write: Write) -> None:
    notes = load_cases(write(OWID)).notes
    assert "left out, since they add up or repeat countries: World (row 2)" in notes
    assert "blanks before the first count are read as 0: Afghanistan, Albania" in notes


def test_provinces_that_come_and_go_are_told(write: Write) -> None:
    notes = load_cases(write(KAGGLE)).notes
    assert any(note.startswith("provinces without a row on some days") and "South, Albania" in note for note in notes)


@pytest.mark.parametrize("id_vars", [["Province/State", "Country/Region", "Lat", "Long"], ["Country/Region"]])
def test_a_melted_table_gives_the_same_as_the_wide_one(write: Write, tmp_path: Path, id_vars: list[str]) -> None:
    path = write(SERIES)
    frame = pd.read_csv(path)
    if len(id_vars) == 1:
        frame = frame.drop(columns=["Province/State", "Lat", "Long"]).groupby("Country/Region", as_index=False).sum()
    frame.melt(id_vars=id_vars).to_csv(tmp_path / "long.csv", index=False)
    wide, long = load_cases(path), load_cases(tmp_path / "long.csv")
    assert long.notes[0] == "read as: long table, one row a country and day, cumulative cases"
    assert wide.countries == long.countries
    np.testing.assert_array_equal(wide.cumulative, long.cumulative)
    if len(id_vars) > 1:
        np.testing.assert_array_equal(wide.latitude, long.latitude)


def test_a_day_without_a_row_is_no_new_case_in_daily_counts_and_said(write: Write) -> None:
    cases = load_cases(write(ECDC.replace("02/02/2020,2,2,2020,1,0,Afghanistan,AF,AFG,38041757\n", "")))
    np.testing.assert_array_equal(cases.cumulative[0], [0, 0, 0])
    assert "days without a row are read as no new case: Afghanistan on 2020-02-02" in cases.notes


FAULTS = {
    "no row": ("AFG,Asia,Afghanistan,2020-02-03,1.0,0.0,\n", "", "Afghanistan has no row for 2020-02-03: expected one"),
    "blank": (
        "2020-02-03,6",
        "2020-02-03,",
        "row 7, column 5 ('total_cases'): the count is blank; repeat the c",
    ),
    "text": ("2020-02-03,6", "2020-02-03,six", "row 7, column 5 ('total_cases'): 'six' is not a number"),
    "date": ("Albania,2020-02-03", "Albania,soon", "row 7, column 4 ('date'): 'soon' is not a date"),
    "repeated": (
        "Albania,2020-02-03",
        "Albania,2020-02-02",
        "row 7, column 3 ('location'): 'Albania' on 2020-02-02 stands in row 6 already",
    ),
    "no name": (
        "Europe,Albania,2020-02-02",
        "Europe,,2020-02-02",
        "row 6, column 3 ('location'): the country's na",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_row_and_column(write: Write, old: str, new: str, message: str) -> None:
    assert old in OWID
    path = write(OWID.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_the_flag_chooses_between_two_columns_of_counts(write: Write) -> None:
    daily = load_cases(write(WHO), counts="daily")
    assert daily.notes[0] == "read as: long table, WHO, daily cases"
    np.testing.assert_array_equal(daily.cumulative, load_cases(write(WHO)).cumulative)


def test_a_flag_that_contradicts_the_heading_is_refused(write: Write) -> None:
    with pytest.raises(
        DataError, match=r"the only column of counts, 'new_cases', holds daily counts: --counts cumulative"
    ):
        load_cases(write(ECDC.replace("dateRep", "date").replace("cases", "new_cases")), counts="cumulative")
