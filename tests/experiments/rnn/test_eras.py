"""Eras: each is taught by itself and asked about all, and sentences that follow from the rows."""

import argparse

import pandas as pd
import pytest

from experiments import study
from experiments.rnn.eras import COLUMNS, GAIN_COLUMNS, WEEKDAY_COLUMNS
from experiments.rnn.eras_page import eras_page, recurrence_finding, transfer_finding, weekday_finding
from experiments.runs.folder import UsageError

SMALL = [
    *("eras", "--data", "simulated", "--start", "2020-03-01", "--end", "2020-05-31", "--months", "1"),
    *("--lengths", "2", "5", "--seeds", "1", "--epochs", "1", "--hidden", "2", "--jobs", "1"),
]
FIRST, SECOND = "2020-01", "2020-02"


def do(out, *flags):
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    study.run(parser.parse_args([*SMALL, *flags, "--out", str(out)]))
    return {name: pd.read_csv(out / f"{name}.csv") for name in ("eras", "gains", "weekdays")}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "eras"
    tables = do(out)
    page = (out / "eras.md").read_text(encoding="utf-8")
    assert page.startswith("Data: simulated epidemic, 183 countries, ") and page.endswith(eras_page(*tables.values()))
    return tables


def test_the_quoted_net_is_asked_about_every_era_and_the_others_about_their_own(found):
    scores = found["eras"]
    eras = ["2020-03", "2020-04", "2020-05"]
    pairs = scores[scores["model"] == "gru_steps"][["taught", "asked", "length"]].drop_duplicates()
    assert sorted(pairs[pairs["length"] == 5][["taught", "asked"]].itertuples(index=False, name=None)) == sorted(
        (taught, asked) for taught in eras for asked in eras
    )
    others = scores[(scores["model"] != "gru_steps") | (scores["length"] == 2)]
    assert (others["taught"] == others["asked"]).all()
    assert set(scores["model"]) == {"gru_steps", "majority", "reversal", "logistic_features"}


def test_all_that_taught_an_era_are_asked_about_the_same_windows(found):
    of_era = found["eras"].groupby("asked")[["windows", "rises"]].nunique()
    assert (of_era == 1).all(axis=None)


def test_what_was_taught_makes_a_difference(found):
    nets = found["eras"].query("model == 'gru_steps' and length == 5 and metric == 'auc'")
    assert nets.groupby("asked")["value"].nunique().eq(3).all()


def test_a_gain_is_the_difference_of_two_scores(found):
    at = found["eras"].set_index(["taught", "asked", "model", "length", "metric"])["value"]
    for row in found["gains"].to_dict("records"):
        own = at[row["taught"], row["asked"], row["model"], row["length"], row["metric"]]
        other = at[row["taught"], row["asked"], row["other"], row["other_length"], row["metric"]]
        assert row["gain"] == pytest.approx(own - other, abs=2e-6)


def test_the_weekdays_of_an_era_add_up_to_its_accuracy(found):
    scores = found["eras"].query("model == 'gru_steps' and length == 5 and metric == 'accuracy' and taught == asked")
    for era, here in found["weekdays"].groupby("asked"):
        mean = (here["accuracy"] * here["windows"]).sum() / here["windows"].sum()
        assert mean == pytest.approx(scores.set_index("asked")["value"][era], abs=1e-5)


def test_days_of_a_single_era_are_refused(tmp_path):
    with pytest.raises(UsageError, match="--months 12: the days asked about are all in one era"):
        do(tmp_path / "eras", "--months", "12")


def gains(*rows):
    """Rows of gains.csv: other length, gain, p; the net is compared with itself unless the other length is its own."""
    made = [
        (era, era, "gru", 14, "gru" if length != 14 else "logistic_features", length, "auc", gain, 0, 0, p)
        for era, length, gain, p in rows
    ]
    return pd.DataFrame(made, columns=GAIN_COLUMNS)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ((0.01, 1e-4), (0.02, 1e-4), "higher AUC in two of two eras (+1.0 to +2.0 points), lower in none, no "),
        ((-0.01, 1e-4), (0.02, 1e-4), "higher AUC in one of two eras (+2.0 points), lower in one of two eras (−1.0 "),
        ((-0.01, 0.2), (0.02, 0.04), "higher AUC in none, lower in none, no difference shown in two."),
    ],
)
def test_what_recurrence_adds_follows_the_rows_where_the_net_wins_loses_and_ties(first, second, said):
    text = recurrence_finding(gains((FIRST, 14, *first), (SECOND, 14, *second)))
    assert text.startswith(f"GRU against logistic regression with features: {said}")
    assert "GRU, L = 14 against L = 5: " in recurrence_finding(gains((FIRST, 5, *first), (SECOND, 5, *second)))


def scores(own, other):
    """The AUC of a net in two eras: in its own, and taught in the other one. The second era is harder by 0.1."""
    pairs = ((FIRST, FIRST, own), (SECOND, FIRST, other), (FIRST, SECOND, other - 0.1), (SECOND, SECOND, own - 0.1))
    rows = [(taught, asked, "gru", 14, 10, 0.5, "auc", value, 0, 1) for taught, asked, value in pairs]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        (0.72, 0.70, "the net loses 2.0 points of AUC on average; in none of two pairs it does better"),
        (0.70, 0.72, "the net gains 2.0 points of AUC on average; in two of two pairs it does better"),
        (0.70, 0.70, "the net loses 0.0 points of AUC on average; in none of two pairs it does better"),
    ],
)
def test_what_carries_over_follows_the_rows_where_the_net_loses_gains_and_ties(own, other, said):
    text = transfer_finding(scores(own, other))
    assert said in text
    assert ("It loses most, 2.0 points" in text) == (own > other)


def test_the_widest_week_is_found():
    rows = [
        (era, "gru", 14, day, 10, rises, 0.6)
        for era, width in ((FIRST, 0.1), (SECOND, 0.3))
        for day, rises in (("Monday", 0.5 + width), ("Sunday", 0.5))
    ]
    text = weekday_finding(pd.DataFrame(rows, columns=WEEKDAY_COLUMNS))
    assert "The share of rises differs most between weekdays in 2020-02: from 0.50 on a Sunday to 0.80 on a" in text
    assert "and least in 2020-01, by 0.10." in text
