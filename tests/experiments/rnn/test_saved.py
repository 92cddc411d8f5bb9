"""What config.json of a run of problem 1 may say, and what is refused in one line."""

from pathlib import Path

import pytest

from data.errors import DataError
from experiments.page.facts import run_facts
from experiments.rnn.saved import SavedRnn
from experiments.runs.values import check_fields


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seeds", 10**9),  # as many files would be looked for
        ("map", {"model": "gru", "length": 5, "seeds": 10**9}),
        ("map", {"model": "gru", "length": 5}),
        ("kept", 5),
        ("kept", {"pairs": 0, "rises": 0}),
        ("data.last_day", "2020-99-99"),
    ],
)
def test_an_entry_that_no_run_writes_is_refused_in_one_line(name, value):
    values = value
    for key in reversed(name.split(".")):
        values = {key: values}
    with pytest.raises(DataError, match=f"config.json: {name} is"):
        check_fields(values, {name: SavedRnn.FIELDS[name]}, Path("config.json"))


def test_costs_that_are_null_are_left_out_of_the_facts():
    assert run_facts({"wall_seconds": None, "peak_memory_mb": None}) == ()
