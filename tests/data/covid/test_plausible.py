"""Daily counts are not taken for cumulative ones, nor weeks for days."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.covid.counts import load_cases
from data.errors import DataError
from tests.fakes.real_files import COURSE, JOHNS_HOPKINS, needs_real_files

Write = Callable[..., Path]


def table(counts: np.ndarray, days: list[str]) -> str:
    names = ("Albania", "Algeria", "Angola", "Austria")
    rows = [f"{name},{','.join(map(str, row))}" for name, row in zip(names, counts.tolist(), strict=False)]
    return "\n".join([f"Country,{','.join(days)}", *rows])


DAILY = np.random.default_rng(0).poisson(20, (4, 12))
DAYS = [f"2020-03-{day:02}" for day in range(1, 13)]


def test_daily_counts_without_the_flag_are_refused_with_the_share_and_the_flag(write: Write) -> None:
    falls = (np.diff(DAILY) < 0).mean()
    with pytest.raises(DataError, match=f"{falls:.1%} of the steps .* are falls, .*say so with --counts daily"):
        load_cases(write(table(DAILY, DAYS)))


def test_daily_counts_with_the_flag_are_added_up(write: Write) -> None:
    cases = load_cases(write(table(DAILY, DAYS)), counts="daily")
    np.testing.assert_array_equal(cases.cumulative, DAILY.cumsum(1))
    assert cases.notes == ("read as: wide table, one row a country, daily cases",)


def test_cumulative_counts_under_the_flag_for_daily_ones_are_refused(write: Write) -> None:
    text = table(np.hstack([DAILY, DAILY]).cumsum(1), DAYS + [f"2020-03-{day}" for day in range(13, 25)])
    with pytest.raises(DataError, match=r"the daily counts rise 92 times and fall 0 times.*use --counts cumulative"):
        load_cases(write(text), counts="daily")


def test_a_negative_daily_count_is_a_correction(write: Write) -> None:
    counts = DAILY.copy()
    counts[0, 3] = -5
    assert load_cases(write(table(counts, DAYS)), counts="daily").new_cases.min() == -5


def test_weeks_are_not_taken_for_days(write: Write) -> None:
    weeks = ["2020-03-01", "2020-03-08", "2020-03-15", "2020-03-22"]
    with pytest.raises(DataError, match=r"most dates are 7 days apart, .*take a file with daily dates"):
        load_cases(write(table(DAILY[:, :4].cumsum(1), weeks)))


@needs_real_files
@pytest.mark.parametrize("path", [COURSE, JOHNS_HOPKINS])
def test_real_daily_counts_are_told_from_cumulative_ones_both_ways(write: Write, path: Path) -> None:
    cases = load_cases(path)
    lines = [",".join(["Country", *cases.dates[1:].astype(str)])]
    lines += [
        f'"{name}",' + ",".join(map(str, row))
        for name, row in zip(cases.countries, cases.new_cases.tolist(), strict=True)
    ]
    daily = write("\n".join(lines))
    np.testing.assert_array_equal(load_cases(daily, counts="daily").new_cases, cases.new_cases[:, 1:])
    with pytest.raises(DataError, match="use --counts cumulative"):
        load_cases(path, counts="daily")
    with pytest.raises(DataError, match=r"--counts daily|is negative"):
        load_cases(daily)
