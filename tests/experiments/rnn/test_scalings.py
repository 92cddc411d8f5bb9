"""Scalings compared: what each loses is told with what was measured of it, whoever wins."""

import argparse

import pandas as pd
import pytest

from experiments import study
from experiments.rnn.scalings import COLUMNS, PROPERTY_COLUMNS
from experiments.rnn.scalings_page import finding, scalings_page
from rnn.scaling import SCALINGS

SMALL = [
    *("scalings", "--data", "simulated", "--lengths", "5", "--splits", "country", "--seeds", "1", "--epochs", "2"),
    *("--hidden", "4", "--jobs", "1"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "scalings"
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    study.run(parser.parse_args([*SMALL, "--out", str(out)]))
    tables = {name: pd.read_csv(out / f"{name}.csv") for name in ("scalings", "properties")}
    page = (out / "scalings.md").read_text(encoding="utf-8")
    assert page.startswith("Data: simulated epidemic, 183 countries, ") and page.endswith(
        scalings_page(*tables.values())
    )
    return tables


def test_every_scaling_is_trained_and_compared_with_the_logarithm(found):
    whole = found["scalings"].query("windows == 'all' and metric == 'auc'")
    assert whole["scaling"].tolist() == list(SCALINGS) == found["properties"]["scaling"].tolist()
    assert whole["gain"].tolist() == pytest.approx((whole["value"] - whole["value"].iloc[0]).tolist(), abs=2e-6)
    assert whole["value"].nunique() == len(SCALINGS)  # each net saw something else


def test_the_parts_of_the_windows_are_scored_apart(found):
    auc = found["scalings"].query("metric == 'auc' and scaling == 'all_days'").set_index("windows")["value"]
    assert {"all", "few", "many", "lost", "kept"} == set(auc.index)
    assert auc.nunique() == 5


def rows(gains, p, parts):
    """AUC of one scaling by country and by time, and by time in parts of the windows."""
    made = [
        (split, "all", "window", "auc", 0.7, gain, gain, gain, p)
        for split, gain in zip(("time", "country"), gains, strict=True)
    ]
    made += [("time", which, "window", "auc", 0.7, gain, gain, gain, p) for which, gain in parts.items()]
    return pd.DataFrame(made, columns=COLUMNS)


def told(gains, p, parts, properties=(0.9, 0.9)):
    auc = rows(gains, p, parts)
    compared = auc[auc["windows"] == "all"].assign(holds=p < 0.05)
    return finding("window", compared, auc, pd.DataFrame([("window", *properties)], columns=PROPERTY_COLUMNS))


PARTS = {"lost": -0.2, "kept": -0.05, "few": -0.1, "many": -0.3}


@pytest.mark.parametrize(
    ("gains", "p", "properties", "said"),
    [
        ((-0.1, 0.03), 0.01, (0.9, 0.9), "by time it loses 10.0 points and by country it gains 3.0 points. What may"),
        ((0.1, 0.03), 0.01, (0.9, 0.9), "by time it gains 10.0 points and by country it gains 3.0 points."),
        ((-0.1, -0.03), 0.2, (0.9, 0.9), "by time no difference is shown and by country no difference is shown."),
        ((-0.1, 0.0), 0.01, (0.9, 0.9), "90.0 % of the steps between days are below 0.1 to the net, and windows that "
         "lose most of their steps lose more (−20.0) than those that keep them (−5.0)."),
        ((-0.1, 0.0), 0.01, (0.1, 0.2), "its inputs explain 20.0 % of the window's level, but windows of few cases do "
         "not lose more (−10.0) than those of many (−30.0)."),
        ((-0.1, 0.0), 0.01, (0.1, 0.9), "Neither the steps nor the level that it keeps explain it."),
    ],
)  # fmt: skip
def test_a_scaling_is_told_as_its_rows_have_it(gains, p, properties, said):
    text = told(gains, p, PARTS, properties)
    assert text.startswith("**Counts, by mean and deviation of the window**, beside the signed logarithm: by time ")
    assert said in text
    assert ("explain" in text) == (min(gains) < 0 and p < 0.05)


def test_a_part_that_is_too_small_is_not_told():
    assert told((-0.1, 0.0), 0.01, {"few": -0.1, "many": -0.2}).endswith("are below 0.1 to the net.")
