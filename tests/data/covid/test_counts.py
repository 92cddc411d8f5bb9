"""Reading case counts: both layouts, what is repaired, what is told."""

import hashlib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

from data.covid.counts import CaseCounts, load_cases
from data.errors import DataError
from tests.fakes.real_files import COURSE, JOHNS_HOPKINS, needs_real_files
from tests.fakes.samples import PIVOT, SERIES

Write = Callable[..., Path]


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_pivot_table_is_read_with_its_mangled_dates(write: Write) -> None:
    cases = load_cases(write(PIVOT))
    assert cases.countries == ("Albania", "Korea, South", "Australia", "MS Zaandam")
    np.testing.assert_array_equal(cases.dates, days("2020-01-31", "2020-02-01", "2020-02-02"))
    np.testing.assert_array_equal(cases.cumulative, [[0, 2, 5], [1, 1, 4], [3, 3, 2], [0, 0, 9]])
    np.testing.assert_array_equal(cases.latitude, [41.1533, 36, np.nan, np.nan])
    np.testing.assert_array_equal(cases.longitude, [20.1683, 128, np.nan, np.nan])
    assert (cases.cumulative.dtype, cases.latitude.dtype) == (np.int64, np.float64)
    assert cases.source == "cases.csv"
    assert not cases.simulated


def test_notes_tell_of_repaired_dates_lost_positions_and_falls(write: Write) -> None:
    layout, repaired, positions, falls = load_cases(write(PIVOT)).notes
    assert layout == "read as: wide table, the course's pivot table, cumulative cases"
    assert repaired.startswith("2 dates turned round by a spreadsheet were repaired: 2002/1/20 read as 2020-02-01")
    assert positions.startswith("no position for Australia, MS Zaandam")
    assert falls == "cumulative counts fall 1 times (corrections by the source): Australia on 2020-02-02 (-1)"


def test_time_series_sums_provinces_by_country(write: Write) -> None:
    cases = load_cases(write(SERIES))
    assert cases.countries == ("Albania", "Canada", "France")
    np.testing.assert_array_equal(cases.cumulative, [[0, 2, 5], [111, 122, 133], [6, 7, 8]])
    assert cases.notes[1:] == ("5 rows of provinces summed into 2 countries: Canada, France",)


def test_a_summed_country_lies_at_its_own_row_or_amid_its_provinces(write: Write) -> None:
    cases = load_cases(write(SERIES))
    np.testing.assert_array_equal(cases.latitude, [41.1533, 51, 46.2])
    np.testing.assert_array_equal(cases.longitude, [20.1683, -90, 2.2])


@pytest.mark.parametrize("text", [PIVOT, SERIES])
def test_line_ends_change_nothing_not_even_the_hash(write: Write, text: str) -> None:
    plain = load_cases(write(text))
    assert plain.sha256 == hashlib.sha256(text.encode()).hexdigest()
    for end in ("\r\n", "\r"):
        other = load_cases(write(text.replace("\n", end)))
        assert (other.sha256, other.countries, other.notes) == (plain.sha256, plain.countries, plain.notes)
        np.testing.assert_array_equal(other.cumulative, plain.cumulative)


def test_byte_order_mark_blank_rows_and_whole_floats_are_accepted(write: Write) -> None:
    text = "\ufeff" + PIVOT.replace(",0,2,5", ",0,2.0,5.") + "\n,,,,,\n\n"
    np.testing.assert_array_equal(load_cases(write(text)).cumulative, load_cases(write(PIVOT)).cumulative)


def test_gaps_between_days_are_told(write: Write) -> None:
    cases = load_cases(write(SERIES.replace("1/23/20,1/24/20", "1/25/20,1/26/20")))
    assert "2 missing days, whose cases are in the next difference: between 2020-01-22 and 2020-01-25" in cases.notes


def test_many_falls_are_told_deepest_first_and_counted(write: Write) -> None:
    steady = "".join(f"Elsewhere {i},1,1,100,100,100\n" for i in range(300))
    rows = "".join(f"Place {i},1,1,100,{90 - i},100\n" for i in range(8))
    note = load_cases(write("".join(PIVOT.splitlines(keepends=True)[:3]) + rows + steady)).notes[-1]
    assert "fall 8 times" in note
    assert "Place 7 on 2020-02-01 (-17), Place 6" in note
    assert note.endswith("and 3 more")


def test_counts_cannot_be_changed(write: Write) -> None:
    cases = load_cases(write(PIVOT))
    with pytest.raises(ValueError, match="read-only"):
        cases.cumulative[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        cases.source = "elsewhere"  # type: ignore[misc]


def test_new_cases_are_daily_differences(write: Write) -> None:
    cases = load_cases(write(PIVOT))
    np.testing.assert_array_equal(cases.new_cases, [[2, 3], [0, 3], [0, -1], [0, 9]])


def test_between_keeps_both_ends_and_tells_only_of_what_it_kept(write: Write) -> None:
    cases = load_cases(write(PIVOT))
    cut = cases.between("2020-01-31", "2020-02-01")
    np.testing.assert_array_equal(cut.dates, days("2020-01-31", "2020-02-01"))
    np.testing.assert_array_equal(cut.cumulative, cases.cumulative[:, :2])
    assert not any("fall" in note for note in cut.notes)
    assert cut.sha256 == cases.sha256


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2020-02-01", "2020-02-01", "start 2020-02-01 must be before end 2020-02-01"),
        ("2020-02-02", "2020-01-31", "start 2020-02-02 must be before end 2020-01-31"),
        (
            "2019-12-31",
            "2020-02-01",
            "start 2019-12-31 is outside the data of cases.csv, which run from 2020-01-31",
        ),
        (
            "2020-01-31",
            "2020-04-12",
            "end 2020-04-12 is outside the data of cases.csv, which run from 2020-01-31 to 2020-02-02: "
            "choose days among these (--start, --end)",
        ),
        ("31/1/2020", "2020-02-01", "start '31/1/2020' is not a date like 2020-04-12"),
        ("2020-01-31", "2020-02-30", "end '2020-02-30' is not a date"),
    ],
)
def test_between_refuses_days_in_one_clear_line(write: Write, start: str, end: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        load_cases(write(PIVOT)).between(start, end)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_shapes_that_disagree_are_refused() -> None:
    one = np.zeros(1)
    with pytest.raises(ValueError, match=r"shape \(1, 3\), countries and dates say \(1, 2\)"):
        CaseCounts(("A",), days("2020-01-01", "2020-01-02"), one, one, np.zeros((1, 3), np.int64), "s", "h")
    with pytest.raises(ValueError, match="one angle a country"):
        CaseCounts(("A",), days("2020-01-01"), one, np.zeros(2), np.zeros((1, 1), np.int64), "s", "h")


@needs_real_files
def test_the_courses_file_is_read_whole() -> None:
    cases = load_cases(COURSE)
    assert cases.cumulative.shape == (185, 82)
    assert cases.sha256 == "bf2e50b08d43898633fccd3ac85f1fbb510dc88b4ca38ea629ed3383730499f1"
    np.testing.assert_array_equal(cases.dates, np.arange("2020-01-22", "2020-04-13", dtype="datetime64[D]"))
    new = cases.new_cases
    assert ((new < 0).sum(), new.min(), new.max()) == (2, -15, 35_098)
    assert round(float((new == 0).mean()), 3) == 0.667


@needs_real_files
def test_johns_hopkins_file_is_read_whole() -> None:
    cases = load_cases(JOHNS_HOPKINS)
    assert cases.cumulative.shape == (201, 1143)
    assert cases.sha256 == "e6234a59eec4359d2577358b5220e1a7e3da74c162913cdb7d882db1413f98c2"
    assert (cases.new_cases < 0).sum() == 171
    assert any("into 8 countries" in note for note in cases.notes)
    assert cases.between("2020-01-22", "2020-04-12").cumulative[:, -1].sum() == 1_847_761
