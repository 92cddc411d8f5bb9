"""Outside yardsticks: told as their rows have them, refused in one line where they are not installed."""

import argparse

import pandas as pd
import pytest

from experiments import study
from experiments.benchmark import peers
from experiments.runs.folder import UsageError
from experiments.yardsticks.page import boosting_finding, torch_finding, yardsticks_page
from experiments.yardsticks.study import COLUMNS, GAIN_COLUMNS

SMALL = [
    *("yardsticks", "--data", "simulated", "--lengths", "3", "--splits", "country", "--seeds", "1", "--epochs", "2"),
    *("--hidden", "3", "--jobs", "1", "--cells", "lstm", "gru_steps"),
]


def do(*flags):
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    study.run(parser.parse_args([*SMALL, *flags]))


def test_what_is_not_installed_is_named_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "is_installed", lambda package: package != "sklearn")
    with pytest.raises(UsageError, match=r"not installed here: scikit-learn \(make benchmark sets up"):
        do("--out", str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_stacked_layers_are_refused(tmp_path):
    with pytest.raises(UsageError, match="--layers is 2, expected 1"):
        do("--layers", "2", "--out", str(tmp_path / "run"))


def test_pytorch_trained_alike_says_alike(tmp_path):
    if not all(peers.is_installed(package) for package in ("sklearn", "torch")):
        pytest.skip("scikit-learn and PyTorch are not installed here: make benchmark does so")
    do("--out", str(tmp_path / "run"))
    scores = pd.read_csv(tmp_path / "run" / "yardsticks.csv").set_index(["model", "metric"])["value"]
    for cell in ("lstm", "gru_steps"):
        for metric in ("auc", "log_loss"):
            assert scores[cell, metric] == pytest.approx(scores[f"torch_{cell}", metric], abs=1e-4)
    assert scores["boosting_days", "auc"] != scores["boosting_features", "auc"]


def gains(boosting, torch=(0.0, 0.0)):
    """Rows of gains.csv: two examinations of AUC against boosting as (gain, p), and two differences from PyTorch."""
    rows = [
        (split, 7, "gru", "boosting_days", "auc", gain, 0, 0, p)
        for split, (gain, p) in zip(("time", "country"), boosting, strict=True)
    ]
    rows += [
        ("time", 7, cell, f"torch_{cell}", "auc", gain, 0, 0, 1)
        for cell, gain in zip(("rnn", "gru"), torch, strict=True)
    ]
    return pd.DataFrame(rows, columns=GAIN_COLUMNS)


@pytest.mark.parametrize(
    ("boosting", "said"),
    [
        (
            ((0.03, 1e-4), (0.02, 1e-4)),
            "higher AUC in two of two examinations (+2.0 to +3.0 points), lower in none, no",
        ),
        (((-0.03, 1e-4), (0.02, 0.3)), "higher AUC in none, lower in one of two examinations (−3.0 points), no"),
        (((-0.03, 0.3), (0.02, 0.04)), "higher AUC in none, lower in none, no difference shown in two."),
    ],
)
def test_boosting_is_told_where_the_net_wins_loses_and_ties(boosting, said):
    assert boosting_finding(gains(boosting)).startswith(f"GRU against gradient boosting on the days: {said}")


@pytest.mark.parametrize(
    ("torch", "said"), [((0.001, -0.002), "0.002000"), ((0.0, 1e-6), "0.000001"), ((0.0, 0.0), "below 0.000001")]
)
def test_the_largest_difference_from_pytorch_is_told_whatever_its_sign(torch, said):
    assert torch_finding(gains(((0, 1), (0, 1)), torch)).endswith(f"from ours is {said} in ROC-AUC.")


def test_pytorchs_row_follows_ours():
    models = ["logistic_features", "rnn", "gru", "boosting_days", "torch_rnn", "torch_gru"]
    scores = pd.DataFrame([("time", 7, model, "auc", 0.7, 0.6, 0.8) for model in models], columns=COLUMNS)
    page = yardsticks_page(scores, gains(((0.1, 1), (0.1, 1))), {"PyTorch": "2"})
    rows = [line.split(" | ")[2] for line in page.splitlines() if line.startswith("| by time")]
    assert rows == ["logistic regression with features", "RNN", "PyTorch's RNN", "GRU", "PyTorch's GRU",
                    "gradient boosting on the days"]  # fmt: skip
