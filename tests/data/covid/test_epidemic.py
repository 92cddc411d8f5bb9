"""The simulated epidemic: repeatable, possible, and a problem of the same kind as the real one."""

from pathlib import Path

import numpy as np
import pytest

from data.covid.countries import countries, find_country
from data.covid.counts import CaseCounts, load_cases
from data.covid.epidemic import course_csv, simulate_epidemic
from data.errors import DataError
from tests.fakes.samples import PIVOT


@pytest.fixture(scope="module")
def epidemics() -> list[CaseCounts]:
    return [simulate_epidemic(np.random.default_rng(seed)) for seed in range(10)]


def test_same_seed_same_bytes() -> None:
    first, again, other = (simulate_epidemic(np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert course_csv(first) == course_csv(again) != course_csv(other)
    assert first.sha256 == again.sha256 != other.sha256


def test_a_longer_simulation_begins_with_the_shorter_one() -> None:
    short = simulate_epidemic(np.random.default_rng(5), end="2020-02-20")
    middle = simulate_epidemic(np.random.default_rng(5), start="2020-02-01", end="2020-03-20")
    np.testing.assert_array_equal(short.cumulative[:, 10:], middle.cumulative[:, :20])
    assert middle.dates[0] == np.datetime64("2020-02-01")


def test_places_are_the_courses_with_their_real_positions(epidemics: list[CaseCounts]) -> None:
    cases = epidemics[0]
    assert cases.countries == tuple(place.name for place in countries() if place.course)
    south_korea = cases.countries.index("South Korea")
    assert (cases.latitude[south_korea], cases.longitude[south_korea]) == (35.9, 127.8)
    assert cases.simulated
    assert cases.cumulative.dtype == np.int64


def test_no_country_reports_more_cases_than_it_has_people(epidemics: list[CaseCounts]) -> None:
    for cases in epidemics:
        people = np.array([place.population for name in cases.countries if (place := find_country(name))])
        assert (cases.cumulative >= 0).all()
        assert (cases.cumulative.max(axis=1) < 0.3 * people).all()


def test_the_whole_three_years_stay_possible_and_never_end_the_epidemic() -> None:
    cases = simulate_epidemic(np.random.default_rng(0), end="2023-03-09")
    people = np.array([place.population for name in cases.countries if (place := find_country(name))])
    assert (cases.cumulative.max(axis=1) < 0.3 * people).all()
    assert cases.new_cases[:, -30:].sum() > 0


def test_cumulative_counts_fall_rarely(epidemics: list[CaseCounts]) -> None:
    falls = np.array([(cases.new_cases < 0).sum() for cases in epidemics])
    assert (falls <= 4).all()  # of 14,823 differences each


def test_sizes_are_of_the_order_of_the_spring_of_2020(epidemics: list[CaseCounts]) -> None:
    totals = np.array([cases.cumulative[:, -1].sum() for cases in epidemics])
    assert ((totals > 1e5) & (totals < 1e7)).all()
    zeros = np.array([(cases.new_cases == 0).mean() for cases in epidemics])
    assert 0.55 < np.median(zeros) < 0.75
    at_first = np.array([(cases.cumulative[:, 0] > 0).sum() for cases in epidemics])
    assert (at_first <= 10).all()  # most countries start with weeks of zeros


def test_many_countries_rise_together(epidemics: list[CaseCounts]) -> None:
    for cases in epidemics:
        varying = cases.new_cases[cases.new_cases.std(axis=1) > 0]
        correlation = np.corrcoef(varying)
        np.fill_diagonal(correlation, 0)
        assert (correlation > 0.4).any(axis=1).sum() > 100
        assert (correlation > 0.7).any(axis=1).sum() > 60


def test_the_reversal_rule_is_right_about_as_often_as_on_real_counts(epidemics: list[CaseCounts]) -> None:
    """Rose yesterday -> falls today: 0.62 to 0.65 on the distinct windows of seven real days."""
    for cases in epidemics:
        windows = np.lib.stride_tricks.sliding_window_view(cases.new_cases, 8, axis=1).reshape(-1, 8)
        _, first = np.unique(windows[:, :7], axis=0, return_index=True)
        distinct = windows[first]
        rose_next = distinct[:, 7] > distinct[:, 6]
        fell_last = distinct[:, 6] < distinct[:, 5]
        assert 0.58 < (rose_next == fell_last).mean() < 0.70


def test_weekends_report_less() -> None:
    cases = simulate_epidemic(np.random.default_rng(0), end="2021-03-09")
    weekday = (cases.dates[1:].astype(int) + 3) % 7  # 1 January 1970 was a Thursday
    of_weekday = np.array([cases.new_cases[:, weekday == day].mean() for day in range(7)])
    assert of_weekday[5:].max() < 0.9 * of_weekday[:5].min()


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2020-03-01", "2020-02-01", "start 2020-03-01 must be before end 2020-02-01"),
        (
            "2020-01-01",
            "2020-02-01",
            "start 2020-01-01 is outside the simulated epidemic, 2020-01-22 to 2023-03-09",
        ),
        ("2020-02-01", "2023-03-10", "end 2023-03-10 is outside the simulated epidemic"),
    ],
)
def test_days_outside_the_simulation_are_refused(start: str, end: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        simulate_epidemic(np.random.default_rng(0), start, end)
    assert str(caught.value).startswith(message)


def assert_same(a: CaseCounts, b: CaseCounts) -> None:
    assert (a.countries, a.sha256, a.simulated) == (b.countries, b.sha256, b.simulated)
    for name in ("dates", "latitude", "longitude", "cumulative"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_a_written_epidemic_is_read_back_equal_and_still_marked(epidemics: list[CaseCounts], tmp_path: Path) -> None:
    path = tmp_path / "simulated.csv"
    path.write_bytes(course_csv(epidemics[0]).encode())
    assert_same(load_cases(path), epidemics[0])
    assert path.read_bytes().startswith(b"simulated data,Lat,Long,1/22/20,1/23/20")


def test_real_counts_are_written_without_the_mark(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(PIVOT)
    cases = load_cases(tmp_path / "in.csv")
    (tmp_path / "out.csv").write_bytes(course_csv(cases).encode())
    again = load_cases(tmp_path / "out.csv")
    assert (again.countries, again.simulated) == (cases.countries, False)
    np.testing.assert_array_equal(again.latitude, cases.latitude)
    np.testing.assert_array_equal(again.cumulative, cases.cumulative)
