"""How many training countries, and which: the same questions for every row, and sentences that follow from the rows."""

import argparse

import numpy as np
import pandas as pd
import pytest

from experiments import study
from experiments.rnn.which_countries import COLUMNS, countries_page, finding

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
    assert (out / "countries.md").read_text(encoding="utf-8") == countries_page(pd.read_csv(out / "countries.csv"))
    return pd.read_csv(out / "countries.csv")


def test_fewer_countries_are_taught_from_row_to_row_and_each_is_compared_with_the_first(found):
    for question, values in (("threshold", [0.3, 0.6]), ("countries", [40, 5])):
        here = found[(found["question"] == question) & (found["metric"] == "auc")]
        assert here["value"].tolist() == values
        assert here["countries"].is_monotonic_decreasing and here["windows"].is_monotonic_decreasing
        assert here["gain"].iloc[0] == 0
        assert here["gain"].iloc[1] == pytest.approx(np.diff(here["score"])[0], abs=2e-6)
    taught = found[found["question"] == "countries"]["countries"].unique().tolist()
    assert taught == [40, 5]


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
