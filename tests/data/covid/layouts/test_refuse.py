"""Tables that are known and of no use here are refused by name, with what to take instead."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.covid.counts import load_cases
from data.errors import DataError
from tests.fakes.samples import SERIES

Write = Callable[..., Path]

HEADINGS = {
    "UID,iso2,iso3,code3,FIPS,Admin2,Province_State,Country_Region,Lat,Long_,Combined_Key,1/22/20": "series of the",
    "FIPS,Admin2,Province_State,Country_Region,Last_Update,Lat,Long_,Confirmed,Deaths,Recovered": "daily reports",
    "Province/State,Country/Region,Last Update,Confirmed,Deaths,Recovered": "daily reports",
    "date,state,fips,cases,deaths": "states or counties of the US",
    "date,county,state,fips,cases,deaths": "states or counties of the US",
    "country_region_code,country_region,date,retail_and_recreation_percent_change_from_baseline": "Google's mobility",
    "geo_type,region,transportation_type,alternative_name,sub-region,country,2020-01-13": "Apple's mobility",
    "country,country_code,continent,population,indicator,weekly_count,year_week,cumulative_count": "a weekly table",
    "Name,WHO Region,Cases - cumulative total,Cases - newly reported in last 7 days": "the WHO's summary table",
    "Country/Region,Continent,Population,TotalCases,NewCases": "the table holds one day",
    "location,iso_code,date,total_vaccinations,people_vaccinated": "a table of vaccinations",
    "country,date,hospital_beds": "there are columns for country and date, but none of cases",
}


@pytest.mark.parametrize(("heading", "name"), HEADINGS.items(), ids=HEADINGS.values())
def test_a_known_table_of_another_kind_is_refused_by_name(write: Write, heading: str, name: str) -> None:
    path = write(heading + "\n" + ",".join("1" for _ in heading.split(",")) + "\n")
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}: row 1")
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    if "none of cases" not in name:
        assert "; take " in str(caught.value)


@pytest.mark.parametrize(
    ("name", "reason"), [("weekly_cases.csv", "sums of weeks"), ("total_cases_per_million.csv", "rates")]
)
def test_a_file_whose_name_says_sums_or_rates_is_refused(write: Write, name: str, reason: str) -> None:
    with pytest.raises(DataError, match=f"{name}: by its name the file holds {reason}"):
        load_cases(write(SERIES, name))


def test_a_file_whose_name_says_deaths_is_read_and_said(write: Write) -> None:
    notes = load_cases(write(SERIES, "time_series_covid19_deaths_global.csv")).notes
    assert notes[1] == "the name of the file says 'death': its numbers are taken for cases"
