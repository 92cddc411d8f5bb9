"""The map beside what happened on its day: found, matched by country, and told whoever was right."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.covid.counts import load_cases
from data.errors import DataError
from experiments.rnn.discussion.world_map import forecast_scores, what_came
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.world_map.next_day import NextDay, find_next_day, scored_frame
from experiments.runs.folder import UsageError
from rnn.trial import EVERYTHING, Trial, TrialResult
from tests.fakes.saved_run_sample import write_run

COUNTS = (
    "Country,2020-04-10,2020-04-11,2020-04-12,2020-04-13\nKorea South,0,5,9,20\nMS Zaandam,1,2,9,9\nFrance,1,2,3,9\n"
)


@pytest.fixture
def series(tmp_path: Path) -> Path:
    path = tmp_path / "series.csv"
    path.write_text(COUNTS.replace("Korea South", '"Korea, South"'))
    return path


@pytest.fixture
def cases(tmp_path: Path):
    path = tmp_path / "course.csv"
    path.write_text("\n".join(line.rpartition(",")[0] for line in COUNTS.splitlines()))
    return load_cases(path)


def world_map() -> pd.DataFrame:
    rows = [
        ("Korea South", "kr", "yes", 0.8, "5 4"),
        ("MS Zaandam", "", "no", 0.3, "1 7"),
        ("Peru", "pe", "yes", 0.5, "1 1"),
    ]
    return pd.DataFrame(rows, columns=["country", "code", "in_c", "probability", "last_days"])


def forecasts(slope: float = 1.0, intercept: float = 0.0):
    trial = Trial("gru", 2, EVERYTHING, 0)
    return {trial: TrialResult(trial, {}, [], [0.8, 0.3, 0.5], [1, 0, 1], {"slope": slope, "intercept": intercept})}


def test_a_country_is_found_by_its_code_under_another_spelling_and_a_ship_by_its_name(series, cases):
    happened = find_next_day(str(series), "course.csv", cases)
    assert happened.source == "series.csv"
    assert happened.cases == {"kr": 11, "MS Zaandam": 0, "fr": 6}


def test_a_rise_is_more_than_the_map_knew_of_the_last_day(series, cases):
    table = scored_frame(world_map(), forecasts(), find_next_day(str(series), "", cases)).set_index("country")
    assert list(table.index) == ["Korea South", "MS Zaandam"]  # nothing is known of Peru
    assert table["rose"].tolist() == [1, 0]
    assert table["fell"].tolist() == [1, 0]
    assert table["before"].tolist() == [4, 7] and table["after"].tolist() == [11, 0]


def test_as_many_cases_as_the_day_before_are_no_rise():
    table = scored_frame(world_map(), forecasts(), NextDay("x", {"kr": 5, "MS Zaandam": 7, "pe": 1}))
    assert table["rose"].tolist() == [1, 0, 0]


def test_the_recalibrated_probability_is_the_correction_of_the_cut():
    happened = NextDay("x", {"kr": 1, "MS Zaandam": 1, "pe": 1})
    same = scored_frame(world_map(), forecasts(), happened)
    np.testing.assert_allclose(same["recalibrated"], same["probability"], atol=1e-6)
    lower = scored_frame(world_map(), forecasts(intercept=-1.0), happened)
    assert (lower["recalibrated"] < lower["probability"]).all()


def test_a_file_that_nobody_named_is_used_if_it_goes_on_and_ignored_if_not(series, cases, tmp_path):
    assert find_next_day(None, str(series), cases, raw=tmp_path).cases["kr"] == 11
    assert find_next_day(None, str(tmp_path / "course.csv"), cases, raw=tmp_path) is None
    series.rename(tmp_path / "time_series_covid19_confirmed_global.csv")
    assert find_next_day(None, "auto", cases, raw=tmp_path).cases["fr"] == 6


def test_a_named_file_must_hold_the_day(cases, tmp_path):
    with pytest.raises(DataError, match=r"course\.csv: holds 2020-04-10 to 2020-04-12, expected 2020-04-13 and"):
        find_next_day(str(tmp_path / "course.csv"), "auto", cases)


def test_simulated_counts_have_no_next_day_to_be_scored_by(series, cases):
    simulated = replace(cases, simulated=True)
    assert find_next_day(None, str(series), simulated) is None
    with pytest.raises(UsageError, match="nothing happened on the day after them"):
        find_next_day(str(series), "simulated", simulated)


def scored_run(folder: Path, right: float, rule_right: float) -> SavedRnn:
    """A run of 200 countries whose map is right on the share `right` of them and the reversal rule on `rule_right`."""
    run = open_run(write_run(folder))
    number = np.arange(200)
    rose = number % 2
    p = np.where(number < 200 * right, np.where(rose, 0.7, 0.3), np.where(rose, 0.3, 0.7))
    fell = np.where(number[::-1] < 200 * rule_right, rose, 1 - rose)
    rows = {"country": [f"c{n}" for n in number], "in_c": np.where(number < 150, "yes", "no"), "probability": p}
    table = pd.DataFrame(rows | {"recalibrated": p, "fell": fell, "before": 5, "after": 4 + 2 * rose, "rose": rose})
    table.to_csv(folder / "scored.csv", index=False)
    run.config["scored_by"] = "series.csv"
    return run


@pytest.mark.parametrize(
    ("right", "rule", "said"),
    [
        (0.9, 0.5, "+40.0 ["),
        (0.5, 0.9, "−40.0 ["),
        (0.65, 0.64, "points, within noise"),
    ],
)
def test_the_text_follows_the_rows_whoever_was_right(tmp_path, right, rule, said):
    run = scored_run(tmp_path, right, rule)
    text = what_came(run)
    assert said in text
    assert ("more than noise explains" in text) == (right > rule + 0.1)
    assert ("a loss that noise does not explain" in text) == (right < rule - 0.1)
    assert f"At one half it was right on {100 * right:.1f} %, the reversal rule on {100 * rule:.1f} %" in text
    assert "series.csv knows what 2020-04-13 brought to 200 of the countries: 50.0 % of them" in text
    assert forecast_scores(run.table("scored.csv"))["map"]["accuracy"] == pytest.approx(right)


def test_countries_outside_c_are_told_apart(tmp_path):
    text = what_came(scored_run(tmp_path, 0.8, 0.5))
    assert "In C it was right on 100.0 % of 150. Outside C it was right on 20.0 % of 50." in text


def test_a_run_that_knows_nothing_of_the_day_says_nothing(sample: SavedRnn):
    assert what_came(sample) == ""
