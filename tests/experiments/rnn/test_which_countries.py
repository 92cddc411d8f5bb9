"""How many training countries, and which: the same questions for every row, and sentences that follow from the rows."""

import argparse

import numpy as np
import pandas as pd
import pytest

from data.covid.choose import resolve_cases
from experiments import study
from experiments.rnn.which_countries import COLUMNS
from experiments.rnn.which_countries_page import choice_finding, countries_page, finding
from rnn.correlation import correlated_set, correlation_matrix
from rnn.splits import TEST_DAYS
from rnn.windows import comparable_windows

SMALL = [
    *("countries", "--data", "simulated", "--thresholds", "0.3", "0.6", "--sizes", "40", "5", "--lengths", "7"),
    *("--seeds", "2", "--jobs", "1"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "countries"
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    study.run(parser.parse_args([*SMALL, "--out", str(out)]))
    page = (out / "countries.md").read_text(encoding="utf-8")
    assert page.startswith("Data: simulated epidemic, 183 countries, ") and page.endswith(
        countries_page(pd.read_csv(out / "countries.csv"))
    )
    return pd.read_csv(out / "countries.csv")


def test_fewer_countries_are_taught_from_row_to_row_and_each_is_compared_with_the_first(found):
    for question, values in (("threshold", [0.3, 0.6]), ("countries", [40, 5])):
        here = found[(found["question"] == question) & (found["metric"] == "auc")]
        assert here["value"].astype(float).tolist() == values
        assert here["countries"].is_monotonic_decreasing and here["windows"].is_monotonic_decreasing
        assert here["gain"].iloc[0] == 0
        assert here["gain"].iloc[1] == pytest.approx(np.diff(here["score"])[0], abs=2e-6)
    taught = found[found["question"] == "countries"]["countries"].unique().tolist()
    assert taught == [40, 5]


def test_a_set_that_saw_no_test_day_is_made_from_the_training_days_alone(found):
    daily = resolve_cases("simulated").new_cases
    sets = [correlated_set(correlation_matrix(days), 0.7) for days in (daily, daily[:, :-TEST_DAYS])]
    assert (sets[0] != sets[1]).any()
    here = found[(found["question"] == "days") & (found["metric"] == "auc")].set_index("value")["countries"]
    windows = comparable_windows(daily, [7], correlated_set(correlation_matrix(daily), 0.3))[7]
    taught = np.unique(windows.country[windows.day < daily.shape[1] - TEST_DAYS])
    expected = {"all days": sets[0], "in both": sets[0] & sets[1], "training days": sets[1]}
    assert here.to_dict() == {value: in_c[taught].sum() for value, in_c in expected.items()}
    same, own = (found[found["question"] == q].set_index(["value", "metric"])["score"] for q in ("days", "own days"))
    assert same["training days", "auc"] != own["training days", "auc"]  # other countries are asked about


def test_the_cut_asks_about_other_days_than_the_test(found):
    cut, test = (found[found["question"] == question]["score"].tolist() for question in ("cut", "threshold"))
    assert len(cut) == len(test) and set(cut).isdisjoint(test)


def rows(gain, low, high):
    header = ("auc", 0.70)
    made = [
        ("countries", 80, "logistic_features", 80, 900, *header, 0.0, 0.0, 0.0, 1.0),
        ("countries", 5, "logistic_features", 5, 60, *header, gain, low, high, 0.5),
    ]
    return pd.DataFrame(made, columns=COLUMNS)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((-0.05, -0.07, -0.03), "with 5 countries instead of 80: it loses (−5.0 [−7.0, −3.0] points of AUC)"),
        ((0.05, 0.03, 0.07), "it gains (+5.0 [+3.0, +7.0] points of AUC)"),
        ((-0.01, -0.03, 0.01), "no difference is shown (−1.0 [−3.0, +1.0] points of AUC)"),
    ],
)
def test_the_sentence_follows_the_rows_where_fewer_countries_lose_win_and_tie(row, said):
    assert said in finding("countries", rows(*row))


def with_a_cut(losses, gain, low, high):
    """Two thresholds: their log-loss on the cut, and the gain of the second on the test days."""
    made = [("cut", v, "gru", 9, 90, "log_loss", loss, 0, 0, 0, 1) for v, loss in zip((0.3, 0.9), losses, strict=True)]
    made.append(("threshold", 0.3, "gru", 9, 90, "auc", 0.7, 0, 0, 0, 1))
    made.append(("threshold", 0.9, "gru", 5, 50, "auc", 0.7, gain, low, high, 0.5))
    return pd.DataFrame(made, columns=COLUMNS)


@pytest.mark.parametrize(
    ("losses", "row", "said"),
    [
        ((0.62, 0.63), (0.03, 0.01, 0.05), "choose, for GRU: C above 0.3 (log-loss 0.6200)."),
        ((0.63, 0.62), (0.03, 0.01, 0.05), "0.9 (log-loss 0.6200), which gains (+3.0 [+1.0, +5.0] points of AUC) on"),
        ((0.63, 0.62), (-0.03, -0.05, -0.01), "which loses (−3.0 [−5.0, −1.0] points of AUC) on the test days."),
        ((0.63, 0.62), (-0.01, -0.03, 0.01), "which shows no difference (−1.0 [−3.0, +1.0] points of AUC) on"),
    ],
)
def test_the_choice_of_the_cut_is_told_as_the_test_has_it(losses, row, said):
    assert said in choice_finding(with_a_cut(losses, *row))
