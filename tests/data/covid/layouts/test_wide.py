"""Tables with one row a country: what is read, what is refused and which cell the message names."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.covid.assemble import CaseTable, assemble
from data.covid.counts import load_cases
from data.covid.layouts import read_raw
from data.errors import DataError
from tests.fakes.samples import PIVOT, SERIES

Write = Callable[..., Path]

# Each fault: old text, new text, what the message says.

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
    "thousands": (",1,1,4", ',"10,00",1,4', "row 5, column 4 ('1/31/20'): '10,00' is not written as a whole number"),
    "latitude": ("Albania,41.1533", "Albania,north", "row 4, column 2 ('Lat'): 'north' is not an angle"),
    "no name": ("Albania", "", "row 4, column 1: the country's name is blank"),
    "repeated country": ("MS Zaandam", "Albania", "row 7, column 1: 'Albania' stands in row 4 already"),
    "short row": (
        "0,0,0,0,9",
        "0,0,0,0",
        "row 7, column 6 ('2002/2/20'): the row has 5 columns, the heading 6",
    ),
    "long row": ("0,0,0,0,9", "0,0,0,0,9,9", "row 7, column 7: the row has 7 columns, the heading 6"),
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
    "repeated province": (
        "Quebec",
        "Alberta",
        "row 4, column 2 ('Country/Region'): 'Alberta, Canada' stands in row 3",
    ),
    "text": (",10,20", ",10,twenty", "row 4, column 6 ('1/23/20'): 'twenty' is not a number"),
    "no dates": (",1/22/20,1/23/20,1/24/20", "", "row 2, column 5: the row has 7 columns, the heading 4"),
}


@pytest.mark.parametrize(("old", "new", "message"), BAD_SERIES.values(), ids=BAD_SERIES)
def test_a_bad_time_series_is_refused_with_row_and_column(write: Write, old: str, new: str, message: str) -> None:
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
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "this is a binary file, not a CSV file"),
    "a byte that is no text at the start": (b"\x80abc,1\n", "row 1, column 1: the byte 0x80 is not UTF-8"),
    "a bad byte after a lone carriage return": (b"a,\rb,\xff", "row 1, column 3: the byte 0xff is not UTF-8"),
    "Latin-1": (
        PIVOT.replace("MS Zaandam", "Réunion").encode("latin-1"),
        "row 7, column 1: the byte 0xe9 is not UTF-8",
    ),
    "other CSV": (b"date,cases\n2020-01-22,3\n", "row 1 starts with 'date,cases', which is no heading of case counts"),
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


def _table(text: str) -> CaseTable:
    return assemble(read_raw(text.encode(), "made up", None))


@given(
    first=st.dates(date(2020, 1, 1), date(2023, 12, 1)),
    counts=st.lists(st.lists(st.integers(0, 10**9), min_size=20, max_size=20).map(sorted), min_size=1, max_size=4),
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
    table = _table("\n".join(lines))
    np.testing.assert_array_equal(table.dates, np.array(dates, "datetime64[D]"))
    np.testing.assert_array_equal(table.cumulative, counts)


@given(st.text(alphabet=',\n"01/x-.é', max_size=80))
def test_rubbish_gives_a_data_error_and_nothing_else(rubbish: str) -> None:
    for text in (rubbish, PIVOT + rubbish, SERIES + rubbish, rubbish + PIVOT):
        try:
            table = _table(text)
        except DataError as error:
            assert "\n" not in str(error).replace(rubbish, "")
        else:
            assert table.cumulative.shape == (len(table.countries), len(table.dates))


PLAIN = """Country/Region,1/22/20,1/23/20
Albania,0,2
"Korea, South",1,4
"""


def test_the_plainest_table_needs_no_province_and_no_position(write: Write) -> None:
    cases = load_cases(write(PLAIN))
    assert cases.countries == ("Albania", "Korea, South")
    np.testing.assert_array_equal(cases.cumulative, [[0, 2], [1, 4]])
    assert np.isnan(cases.latitude).all()
    assert cases.notes == ("read as: wide table, one row a country, cumulative cases",)


@pytest.mark.parametrize(
    ("text", "publisher"),
    [
        (PIVOT, "the course's pivot table"),
        (PIVOT.replace(",sum,sum,sum,sum,sum\n", ""), "one row a country"),
        (PIVOT.replace("Country/Region,,,,,\n", ""), "one row a country"),
        (
            PIVOT.replace(",Lat,Long,", "Country,Latitude,Longitude,").replace("Country/Region,,,,,\n", ""),
            "one row a country",
        ),
        (SERIES, "Johns Hopkins"),
        (SERIES.replace("Province/State,Country/Region", "Province_State,Country_Region"), "Johns Hopkins"),
        (
            SERIES.replace("Province/State,Country/Region,Lat,Long", "province/state,country/region,lat,long_"),
            "Johns Hopkins",
        ),
    ],
)
def test_headings_may_be_spelled_otherwise_or_left_out(write: Write, text: str, publisher: str) -> None:
    cases, usual = load_cases(write(text)), load_cases(write(PIVOT if "Zaandam" in text else SERIES))
    assert cases.notes[0].startswith(f"read as: wide table, {publisher}")
    assert cases.countries == usual.countries
    np.testing.assert_array_equal(cases.cumulative, usual.cumulative)
    if "long_" not in text:
        np.testing.assert_array_equal(cases.latitude, usual.latitude)


def test_a_pandas_pivot_has_its_dates_sorted_as_text(write: Write) -> None:
    text = "Country/Region,2/1/20,2/10/20,2/11/20,2/2/20,2/3/20,2/4/20,2/5/20,2/6/20,2/7/20,2/8/20,2/9/20\n"
    cases = load_cases(write(text + "Albania,1,10,11,2,3,4,5,6,7,8,9\n"))
    np.testing.assert_array_equal(cases.cumulative, [range(1, 12)])
    assert "the dates were sorted as text (1/10 before 1/9); they are put in order" in cases.notes


def test_a_pandas_frame_has_times_of_day_and_row_numbers(write: Write) -> None:
    text = ",Country/Region,2020-01-22 00:00:00,2020-01-23 00:00:00\n0,Albania,0,2\n1,Algeria,1,3\n"
    np.testing.assert_array_equal(load_cases(write(text)).cumulative, [[0, 2], [1, 3]])


def test_the_newest_day_may_come_first(write: Write) -> None:
    cases = load_cases(write("Country,1/23/20,1/22/20\nAlbania,2,0\n"))
    np.testing.assert_array_equal(cases.cumulative, [[0, 2]])
    assert "the newest day came first; the days are put in order" in cases.notes


def test_a_day_before_the_month_is_recognised_by_the_whole_heading(write: Write) -> None:
    cases = load_cases(write("Country,31/01/2020,01/02/2020\nAlbania,2,3\n"))
    assert cases.dates.astype(str).tolist() == ["2020-01-31", "2020-02-01"]
    assert "dates are read as day/month/year, the only order that fits all of them" in cases.notes


def test_no_date_is_dropped_because_it_stands_left_of_the_position(write: Write) -> None:
    text = "Country/Region,1/22/20,Lat,Long,1/23/20\nAlbania,1,41,20,2\n"
    np.testing.assert_array_equal(load_cases(write(text)).cumulative, [[1, 2]])


def test_a_column_that_is_no_date_is_not_dropped_either(write: Write) -> None:
    with pytest.raises(DataError, match=r"column 4: 'Grand Total' is not a date .*delete the column if it is a sum"):
        load_cases(write("Country,1/22/20,1/23/20,Grand Total\nAlbania,1,2,3\n"))
