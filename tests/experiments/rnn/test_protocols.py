"""The protocol table: every model beside every other with intervals, and verdicts that follow from the rows."""

import argparse
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from experiments import study
from experiments.rnn import protocols
from experiments.rnn.protocol_page import protocol_page, verdict
from experiments.runs.saved import checksum
from rnn.metrics import METRICS
from rnn.trial import train_and_score

SMALL = [
    *("rnn", "--data", "simulated", "--threshold", "0.6", "--splits", "time", "country", "--lengths", "3"),
    *("--windows", "distinct", "--cells", "gru", "gru_steps", "--seeds", "2", "--epochs", "1", "--hidden", "4"),
    *("--draws", "100", "--jobs", "1"),
]


def run(out, *flags):
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    study.run(parser.parse_args([*SMALL, "--out", str(out), *flags]))
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return run(tmp_path_factory.mktemp("study") / "rnn")


def test_the_table_has_every_model_and_metric_of_every_examination_once(folder):
    table = pd.read_csv(folder / "protocol.csv")
    models = {"gru", "gru_steps", "majority", "persistence", "reversal", "below_mean", "sign_table", "logistic"}
    models |= {"logistic_features"}  # the week-ago rules need 7 days
    recalibrated = {"gru:recalibrated", "gru_steps:recalibrated"}
    averaged = {f"{net}:{how}" for net in ("gru", "gru_steps") for how in ("averaged", "both")}
    by_split = table.groupby("split")["model"].agg(set)
    assert by_split["country"] == models | recalibrated
    assert by_split["time"] == models | recalibrated | averaged  # all seeds have the same test windows
    assert not table.duplicated(["split", "model", "metric"]).any()
    assert len(table) == (2 * 11 + 4) * len(METRICS)
    assert (table["low"] <= table["value"] + 0.02).all()
    assert (table["high"] >= table["value"] - 0.02).all()


def test_gains_are_differences_of_the_scores_and_positive_for_the_better(folder):
    table = pd.read_csv(folder / "protocol.csv").set_index(["split", "model", "metric"])["value"]
    gains = pd.read_csv(folder / "gains.csv")
    for row in gains.itertuples():
        sign = -1 if row.metric in ("log_loss", "brier") else 1
        expected = sign * (table[row.split, row.model, row.metric] - table[row.split, row.other, row.metric])
        assert row.gain == pytest.approx(expected, abs=3e-6)


def test_the_same_study_again_trains_nothing_and_gives_the_same_table(folder, monkeypatch):
    names = ("protocol.csv", "gains.csv", "choices.csv", "protocol.md", "config.json")
    before = {name: (folder / name).read_bytes() for name in names}
    monkeypatch.setattr(protocols, "train_and_score", lambda *_: pytest.fail("trained again"))
    run(folder, "--resume")
    assert before == {name: (folder / name).read_bytes() for name in before}


def test_a_study_that_was_stopped_trains_only_what_is_missing_and_ends_the_same(folder, tmp_path, monkeypatch):
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    config = json.loads((again / "config.json").read_text()) | {"finished": False}
    (again / "config.json").write_text(json.dumps(config | {"checksum": checksum(config)}))
    (again / "trainings" / "gru-L3-time-1.json").unlink()
    trained = []

    def counting(trial, *rest):
        trained.append(trial.model)
        return train_and_score(trial, *rest)

    monkeypatch.setattr(protocols, "train_and_score", counting)
    run(again, "--resume")
    assert [model for model in trained if model != "majority"] == ["gru"]  # each examination has its own majority
    for name in ("protocol.csv", "gains.csv", "choices.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_study_that_is_killed_before_its_page_is_written_is_not_finished(folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "run")
    change(tmp_path / "run", finished=False)
    monkeypatch.setattr(protocols, "protocol_page", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(tmp_path / "run", "--resume")
    assert not json.loads((tmp_path / "run" / "config.json").read_text())["finished"]


def test_tables_of_a_finished_study_are_checked_where_they_are_read(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "run")
    change(tmp_path / "run", files=None)
    (tmp_path / "run" / "gains.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"gains\.csv: no column windows"):
        run(tmp_path / "run", "--resume")
    change(tmp_path / "run", pairs=5)
    with pytest.raises(DataError, match="pairs is 5, expected an object"):
        run(tmp_path / "run", "--resume")


def change(folder, **changes):
    config = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(config | {"checksum": checksum(config)}))


def test_the_page_is_markdown_with_the_study_behind_it(folder):
    text = (folder / "protocol.md").read_text(encoding="utf-8")
    assert "countries, 2020-01-22 to 2020-04-12; C at 0.6; 2 seeds; country-days asked about: distinct" in text
    assert "The table makes 8 comparisons" in text  # two splits, two pairs, two metrics
    assert text.count("| distinct | by ") == 2


def rows(**signs):
    """Rows of gains for both pairs: the sign of each holds, 0 does not."""
    pairs = {"days": ("gru", "logistic"), "features": ("gru_steps", "logistic_features")}
    made = []
    for name, sign in signs.items():
        seen, _, metric = name.partition("_")
        made.append((*pairs[seen], metric, sign or 0.5, bool(sign)))
    table = pd.DataFrame(made, columns=["model", "other", "metric", "gain", "holds"])
    return table.set_index(["model", "other", "metric"])


@pytest.mark.parametrize(
    ("signs", "said"),
    [
        (
            {"days_accuracy": 1, "days_auc": 1, "features_accuracy": 0, "features_auc": 0},
            "on the days: net better in accuracy and ROC-AUC; with features: no difference shown",
        ),
        (
            {"days_accuracy": 0, "days_auc": 1, "features_accuracy": -1, "features_auc": 0},
            "on the days: net better in ROC-AUC; with features: net worse in accuracy",
        ),
        ({"days_accuracy": -1, "days_auc": 1}, "on the days: net better in ROC-AUC, net worse in accuracy"),
    ],
)
def test_a_verdict_says_where_the_net_wins_loses_and_ties(signs, said):
    assert verdict(rows(**signs)) == said


def test_only_what_holds_after_the_correction_for_all_rows_counts():
    scores = [("distinct", "time", length, "gru", "accuracy", 0.6, 0.5, 0.7, 0.01) for length in range(30, 50)]
    gains = [
        ("distinct", "time", length, "gru", "logistic", metric, 0.01, 0.001, 0.02, 0.02)
        for length in range(30, 50)
        for metric in ("accuracy", "auc")
    ]
    config = {
        "data": {"source": "x", "countries": 3, "first_day": "a", "last_day": "b"},
        "threshold": 0.7, "seeds": 2, "draws": 100, "pairs": {"distinct": 9}, "train_on": "distinct",
    }  # fmt: skip
    tables = pd.DataFrame(scores, columns=protocols.COLUMNS), pd.DataFrame(gains, columns=protocols.GAIN_COLUMNS)
    no_choices = pd.DataFrame(columns=protocols.CHOICE_COLUMNS)
    text = protocol_page(*tables, no_choices, config)
    assert "net better" not in text  # p = 0.02 each, and 40 of them
    single = tables[0].head(1), tables[1].head(2)
    assert "net better in accuracy and ROC-AUC" in protocol_page(*single, no_choices, config)


def test_a_config_of_the_study_is_that_of_the_protocol(folder):
    config = json.loads((folder / "config.json").read_text())
    assert (config["study"], config["windows"], config["cells"]) == (
        "rnn-protocols", ["distinct"], ["gru", "gru_steps"],
    )  # fmt: skip
    assert np.isfinite(config["wall_seconds"])
