"""Text of many programs: encodings, separators, empty columns, and the line that a message names."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.covid import sheet
from data.covid.counts import load_cases
from data.errors import DataError
from tests.fakes.samples import PIVOT, SERIES

Write = Callable[..., Path]


@pytest.mark.parametrize(
    "content",
    [
        SERIES.replace(",", ";").encode(),
        SERIES.replace(",", "\t").encode(),
        b"sep=;\r\n" + SERIES.replace(",", ";").encode(),
        b"sep=,\n" + SERIES.encode(),
        SERIES.encode("utf-16"),
        SERIES.encode("utf-8-sig"),
        SERIES.replace("\n", ",,\n").encode(),
        SERIES.replace("1/24/20\n", "1/24/20,,\n").encode(),
        SERIES.replace("41.1533", "41,1533").replace(",", ";").replace("41;1533", "41,1533").encode(),
    ],
    ids=["semicolons", "tabs", "sep=;", "sep=,", "UTF-16", "BOM", "empty columns", "empty headings", "decimal comma"],
)
def test_the_same_table_of_another_program_gives_the_same_counts(write: Write, content: bytes) -> None:
    cases, usual = load_cases(write(content)), load_cases(write(SERIES))
    assert cases.countries == usual.countries
    np.testing.assert_array_equal(cases.cumulative, usual.cumulative)
    np.testing.assert_array_equal(cases.latitude, usual.latitude)


def test_the_hash_does_not_depend_on_the_encoding(write: Write) -> None:
    assert load_cases(write(SERIES.encode("utf-16"))).sha256 == load_cases(write(SERIES)).sha256


def test_thousands_may_be_separated_in_quotes(write: Write) -> None:
    cases = load_cases(write(PIVOT.replace(",1,1,4", ',"1,234","1,234","1,234,567"')))
    np.testing.assert_array_equal(cases.cumulative[1], [1234, 1234, 1234567])


FAULTS = {
    "a value under no heading": (
        SERIES.replace(",5,6,7", ",5,6,7,8"),
        "row 7, column 8: the row has 8 columns, the",
    ),
    "a comma in a name": (
        PIVOT.replace('"Korea, South"', "Korea, South"),
        'row 5, column 7: the row has 7 columns, the heading 6: put the name in quotes, "Korea, South"',
    ),
    "the last row is cut": (
        PIVOT.replace("0,0,0,0,9", "0,0"),
        "row 7, column 4 ('1/31/20'): the row has 3 columns, the heading 6: is the file cut short?",
    ),
    "a cell is missing in the middle": (
        PIVOT.replace(",0,2,5", ",0,2"),
        "row 4, column 6 ('2002/2/20'): the row has 5 columns, the heading 6: a cell is missing",
    ),
    "a merge conflict at the top": ("<<<<<<< HEAD\n" + PIVOT, "row 1: the mark of an unresolved merge (<<<<<<<)"),
    "a merge conflict inside": (
        PIVOT.replace("MS Z", "=======\nMS Z"),
        "row 7: the mark of an unresolved merge (=======); resolve the conflict in the file first",
    ),
    "a control character in a name": (
        PIVOT.replace("Albania", "Alb\x07ania"),
        r"row 4, column 1: the name 'Alb\x07ania' holds U+0007 (a control character); delete that character",
    ),
    "a name that runs backwards": (PIVOT.replace("Albania", "\u202eAlbania"), "row 4, column 1: the name"),
    "a name of a whole page": (PIVOT.replace("Albania", "A" * 101), "row 4, column 1: the name has 101 characters"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_line_and_its_cure(write: Write, text: str, message: str) -> None:
    path = write(text)
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert str(caught.value).isprintable()


def test_a_line_break_within_a_name_becomes_a_space(write: Write) -> None:
    assert load_cases(write(PIVOT.replace("MS Zaandam", '"MS\r Zaandam"'))).countries[-1] == "MS Zaandam"


def test_damaged_utf_16_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="the UTF-16 text is damaged"):
        load_cases(write(SERIES.encode("utf-16") + b"\0"))


def test_sizes_are_limited(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MAX_CELLS", 20)
    with pytest.raises(DataError, match="row 4: the table has more than 20 cells"):
        load_cases(write(SERIES))
    monkeypatch.setattr(sheet, "MAX_LINES_OF_ROW", 2)
    with pytest.raises(DataError, match=r"row 4 is too long .* and at most 2 lines within quotes"):
        load_cases(write(SERIES.replace(",Albania", ',"Al\n\nbania"')))
    monkeypatch.setattr(sheet, "MAX_LINE", 50)
    with pytest.raises(DataError, match="row 1 is too long for a table of counts: expected at most 50 characters"):
        load_cases(write(SERIES))
