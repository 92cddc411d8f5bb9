"""Reading case counts: both layouts, what is repaired, what is told, and what is refused."""

import hashlib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.case_tables import read_case_table
from data.covid import CaseCounts, load_cases
from data.errors import DataError
from tests.data.real_files import COURSE, JOHNS_HOPKINS, needs_real_files

PIVOT = """,Lat,Long,1/31/20,2002/1/20,2002/2/20
,sum,sum,sum,sum,sum
Country/Region,,,,,
Albania,41.1533,20.1683,0,2,5
"Korea, South",36,128,1,1,4
Australia,-255.9695,1129.8623,3,3,2
MS Zaandam,0,0,0,0,9
"""

SERIES = """Province/State,Country/Region,Lat,Long,1/22/20,1/23/20,1/24/20
,Albania,41.1533,20.1683,0,2,5
Alberta,Canada,50,-110,1,2,3
Quebec,Canada,52,-70,10,20,30
Repatriated Travellers,Canada,,,100,100,100
Reunion,France,-21.1,55.5,1,1,1
,France,46.2,2.2,5,6,7
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "cases.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


# --- what is read ---


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
    repaired, positions, falls = load_cases(write(PIVOT)).notes
    assert repaired.startswith(
        "2 dates turned round by a spreadsheet were repaired: 2002/1/20 read as 2020-02-01"
    )
    assert positions.startswith("no position for Australia, MS Zaandam")
    assert falls == "cumulative counts fall 1 times (corrections by the source): Australia on 2020-02-02 (-1)"


def test_time_series_sums_provinces_by_country(write: Write) -> None:
    cases = load_cases(write(SERIES))
    assert cases.countries == ("Albania", "Canada", "France")
    np.testing.assert_array_equal(cases.cumulative, [[0, 2, 5], [111, 122, 133], [6, 7, 8]])
    assert cases.notes == ("5 rows of provinces summed into 2 countries: Canada, France",)


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
    assert (
        "2 missing days, whose cases fall into the next difference: between 2020-01-22 and 2020-01-25"
        in cases.notes
    )


def test_many_falls_are_told_deepest_first_and_counted(write: Write) -> None:
    rows = "".join(f"Place {i},1,1,100,{90 - i},100\n" for i in range(8))
    (note,) = load_cases(write("".join(PIVOT.splitlines(keepends=True)[:3]) + rows)).notes[1:]
    assert "fall 8 times" in note
    assert "Place 7 on 2020-02-01 (-17), Place 6" in note
    assert note.endswith("and 3 more")


# --- the object ---


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
        ("2020-01-31", "2020-04-12", "end 2020-04-12 is outside the data of cases.csv"),
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


# --- what is refused: (old text, new text, what the message says) ---

BAD_PIVOTS = {
    "text": (",0,2,5", ",0,many,5", "row 4, column 5 ('2002/1/20'): 'many' is not a number"),
    "blank": (",0,2,5", ",0,,5", "row 4, column 5 ('2002/1/20'): the count is blank"),
    "negative": (",1,1,4", ",1,1,-4", "row 5, column 6 ('2002/2/20'): the count -4 is negative"),
    "fraction": (",1,1,4", ",1.5,1,4", "row 5, column 4 ('1/31/20'): '1.5' is not written as a whole number"),
    "nan": (",1,1,4", ",nan,1,4", "row 5, column 4 ('1/31/20'): 'nan' is not written as a whole number"),
    "infinite": (",1,1,4", ",inf,1,4", "row 5, column 4 ('1/31/20'): the count inf is larger than"),
    "huge": (
        ",1,1,4",
        ",99999999999,1,4",
        "row 5, column 4 ('1/31/20'): the count 99999999999 is larger than",
    ),
    "other digits": (",1,1,4", ",١,1,4", "row 5, column 4 ('1/31/20'): '١' is not written as a whole number"),
    "thousands": (",1,1,4", ',"1,000",1,4', "row 5, column 4 ('1/31/20'): '1,000' is not a number"),
    "latitude": ("Albania,41.1533", "Albania,north", "row 4, column 2 ('Lat'): 'north' is not an angle"),
    "no name": ("Albania", "", "row 4, column 1: the country's name is blank"),
    "repeated country": ("MS Zaandam", "Albania", "row 7, column 1: 'Albania' stands in row 4 already"),
    "short row": (
        "0,0,0,0,9",
        "0,0,0,0",
        "row 7, column 6 ('2002/2/20'): the row has 5 columns, the heading 6",
    ),
    "long row": ("0,0,0,0,9", "0,0,0,0,9,9", "row 7, column 7: the row has 7 columns, the heading 6"),
    "no Lat": (",Lat,", ",Latitude,", "row 1: the column 'Lat' is missing"),
    "no Long": (",Long,", ",Longitude,", "row 1: the column 'Long' is missing"),
    "no third heading": ("Country/Region,,,,,\n", "", "row 3, column 1: expected 'Country/Region'"),
    "repeated date": (
        "2002/2/20",
        "2/1/20",
        "row 1, column 6: '2/1/20', read as 2020-02-01, repeats the date",
    ),
    "dates out of order": (
        "2002/2/20",
        "1/1/20",
        "row 1, column 6: '1/1/20', read as 2020-01-01, comes after 2020-02-01",
    ),
    "not a date": ("2002/2/20", "Total", "row 1, column 6: 'Total' is not a date"),
    "no such day": ("2002/2/20", "2/30/20", "row 1, column 6: '2/30/20' is not a date"),
    "no such month": ("2002/2/20", "2013/2/20", None),
    "unclosed quote": ('"Korea, South"', '"Korea, South', "row 5 is not valid CSV"),
}


@pytest.mark.parametrize(("old", "new", "message"), BAD_PIVOTS.values(), ids=BAD_PIVOTS)
def test_a_bad_pivot_table_is_refused_with_row_and_column(
    write: Write, old: str, new: str, message: str | None
) -> None:
    assert old in PIVOT
    path = write(PIVOT.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{path}: {message or 'row 1, column 6'}")


BAD_SERIES = {
    "no Lat": ("Lat,Long", "Latitude,Long", "row 1: the column 'Lat' is missing"),
    "no country": ("Country/Region", "Country", "row 1: the column 'Country/Region' is missing"),
    "no province": ("Province/State", "Province", "row 1: the column 'Province/State' is missing"),
    "repeated province": (
        "Quebec",
        "Alberta",
        "row 4, column 2 ('Country/Region'): 'Alberta, Canada' stands in row 3",
    ),
    "text": (",10,20", ",10,twenty", "row 4, column 6 ('1/23/20'): 'twenty' is not a number"),
    "no dates": (",1/22/20,1/23/20,1/24/20", "", "row 1: no columns with dates after column 4"),
}


@pytest.mark.parametrize(("old", "new", "message"), BAD_SERIES.values(), ids=BAD_SERIES)
def test_a_bad_time_series_is_refused_with_row_and_column(
    write: Write, old: str, new: str, message: str
) -> None:
    assert old in SERIES
    path = write(SERIES.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}: {message}")


BAD_CONTENT = {
    "empty": (b"", "the file is empty"),
    "only blanks": (b"\xef\xbb\xbf \n\n", "the file is empty"),
    "only commas": (b",,,\n,,\n", "the file holds no rows"),
    "only headings": (
        "".join(PIVOT.splitlines(keepends=True)[:3]).encode(),
        "no rows of counts below the heading",
    ),
    "only a heading": (SERIES.splitlines()[0].encode(), "no rows of counts below the heading"),
    "a web page": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "this is an HTML or XML page"),
    "a workbook": (b"PK\x03\x04" + bytes(100), "this is an archive or an Excel workbook"),
    "UTF-16": (PIVOT.encode("utf-16"), "the text is in UTF-16"),
    "Latin-1": (
        PIVOT.replace("MS Zaandam", "Réunion").encode("latin-1"),
        "row 7, column 1: the byte 0xe9 is not UTF-8",
    ),
    "other CSV": (b"date,cases\n2020-01-22,3\n", "row 1 starts with 'date,cases', which is neither"),
    "semicolons": (
        PIVOT.replace(",", ";").encode(),
        "row 1: columns are separated by semicolons",
    ),
}


@pytest.mark.parametrize(("content", "message"), BAD_CONTENT.values(), ids=BAD_CONTENT)
def test_what_is_not_a_case_file_is_refused(write: Write, content: bytes, message: str) -> None:
    path = write(content)
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


def test_a_fault_after_a_quoted_line_break_is_blamed_on_the_editors_line(write: Write) -> None:
    text = PIVOT.replace("Albania", '"Alb\nania"').replace(",1,1,4", ",1,1,x")
    with pytest.raises(DataError, match=r"row 6, column 6"):
        load_cases(write(text))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv: no such file"):
        load_cases(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="cannot be read"):
        load_cases(tmp_path)


# --- properties ---


@given(
    first=st.dates(date(2020, 1, 1), date(2023, 12, 1)),
    counts=st.lists(st.lists(st.integers(0, 10**9), min_size=20, max_size=20), min_size=1, max_size=4),
)
def test_any_pivot_table_is_read_back_even_after_a_spreadsheet_turned_its_dates(
    first: date, counts: list[list[int]]
) -> None:
    def as_excel_leaves_it(day: date) -> str:
        if day.day <= 12:  # 2/1/20 was taken for year 02, month 1, day 20
            return f"{2000 + day.month}/{day.day}/{day:%y}"
        return f"{day.month}/{day.day}/{day:%y}"

    dates = [first + timedelta(days=i) for i in range(20)]
    lines = [
        ",Lat,Long," + ",".join(map(as_excel_leaves_it, dates)),
        ",sum,sum" + ",sum" * 20,
        "Country/Region,," + "," * 20,
        *(f"Place {i},1,2,{','.join(map(str, row))}" for i, row in enumerate(counts)),
    ]
    table = read_case_table("\n".join(lines), "made up")
    np.testing.assert_array_equal(table.dates, np.array(dates, "datetime64[D]"))
    np.testing.assert_array_equal(table.cumulative, counts)


@given(st.text(alphabet=',\n"01/x-.é', max_size=80))
def test_rubbish_gives_a_data_error_and_nothing_else(rubbish: str) -> None:
    for text in (rubbish, PIVOT + rubbish, SERIES + rubbish, rubbish + PIVOT):
        try:
            table = read_case_table(text, "rubbish")
        except DataError as error:
            assert "\n" not in str(error).replace(rubbish, "")
        else:
            assert table.cumulative.shape == (len(table.countries), len(table.dates))


# --- the real files ---


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
