"""Tables with one row a day and one column a country."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.covid.counts import load_cases
from data.errors import DataError
from tests.fakes.samples import SERIES

Write = Callable[..., Path]

OWID = """date,World,Afghanistan,Albania,Asia,High income
2020-02-01,5,,3,1,2
2020-02-02,7,1,4,1,3
2020-02-03,9,1,5,1,4
"""


def test_our_world_in_datas_table_is_read_without_its_sums(write: Write) -> None:
    cases = load_cases(write(OWID))
    assert cases.countries == ("Afghanistan", "Albania")
    np.testing.assert_array_equal(cases.cumulative, [[0, 1, 1], [3, 4, 5]])
    assert cases.notes == (
        "read as: table of dates down and countries across, Our World in Data, cumulative cases",
        "left out, since they add up or repeat countries: World (column 2), Asia (column 5), High income (column 6)",
        "blanks before the first count are read as 0: Afghanistan",
    )


def test_a_transposed_frame_gives_the_same_as_the_frame(write: Write, tmp_path: Path) -> None:
    path = write(SERIES)
    frame = pd.read_csv(path).groupby("Country/Region").sum(numeric_only=True)
    frame.to_csv(tmp_path / "wide.csv")
    frame.T.to_csv(tmp_path / "down.csv")
    wide, down = load_cases(tmp_path / "wide.csv"), load_cases(tmp_path / "down.csv")
    assert wide.countries == down.countries == ("Albania", "Canada", "France")
    np.testing.assert_array_equal(wide.cumulative, down.cumulative)
    np.testing.assert_array_equal(wide.latitude, down.latitude)
    np.testing.assert_array_equal(down.cumulative, load_cases(path).cumulative)


FAULTS = {
    "text": (",3,1,2", ",x,1,2", "row 2, column 4 ('Albania'): 'x' is not a number"),
    "blank": (",4,1,3", ",,1,3", "row 3, column 4 ('Albania'): the count is blank; repeat the count of the day before"),
    "no date": ("2020-02-02", "Monday", "row 3, column 1 ('date'): 'Monday' is not a date"),
    "repeated date": (
        "2020-02-02",
        "2020-02-01",
        "row 3, column 1 ('date'): '2020-02-01', read as 2020-02",
    ),
    "repeated country": ("Albania", "Afghanistan", "row 1, column 4: 'Afghanistan' stands in column 3 already"),
}


@pytest.mark.parametrize(("old", "new", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_row_and_column(write: Write, old: str, new: str, message: str) -> None:
    path = write(OWID.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}: {message}")
