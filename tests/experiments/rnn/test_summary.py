import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from experiments.rnn.markdown_tables import results_markdown, windows_markdown, write_tables
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.summary import best_of, mean_of, over_seeds
from experiments.runs.saved import FORMAT
from tests.fakes.saved_run_sample import write_run


def test_means_and_standard_deviations_over_seeds(sample: SavedRnn) -> None:
    results = sample.table("results.csv")
    chosen = results.query("model == 'gru' and length == 7 and split == 'time' and metric == 'auc'")["value"]
    row = over_seeds(results).query("model == 'gru' and length == 7 and split == 'time' and metric == 'auc'").iloc[0]
    assert row["mean"] == pytest.approx(chosen.mean()) and row["sd"] == pytest.approx(chosen.std(ddof=1))
    assert mean_of(results, "gru", 7, "time", "auc") == pytest.approx(chosen.mean())
    assert math.isnan(mean_of(results, "gru", 99, "time", "auc"))


def test_the_best_has_the_lowest_loss_or_the_highest_score(sample: SavedRnn) -> None:
    results = sample.table("results.csv")
    baselines = ("majority", "reversal", "logistic")
    assert best_of(results, baselines, 7, "country", "auc") == "logistic"
    assert best_of(results, baselines, 7, "country", "log_loss") == "logistic"
    assert best_of(results, (), 7, "country", "auc") is None


def test_tables_hold_every_setting_beside_the_baselines(sample: SavedRnn) -> None:
    text = write_tables(sample).read_text(encoding="utf-8")
    for heading in ("## Split by country", "## Split by time", "## Split random windows", "## Windows by threshold"):
        assert heading in text
    for model in ("RNN", "LSTM", "GRU", "majority class", "reversal rule", "logistic regression"):
        assert text.count(f"| {model} |") == 9  # three lengths, three splits
    assert "Windows overlap here" in text and "Simulated data" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {9, 7, 6}  # scores, windows and weekdays, calibration


def test_the_best_mean_at_a_length_is_bold() -> None:
    summary = pd.DataFrame(
        [("gru", 7, "auc", 0.72, 0.01, 3), ("rnn", 7, "auc", 0.71, 0.01, 3)]
        + [("gru", 7, "log_loss", 0.62, 0.01, 3), ("rnn", 7, "log_loss", 0.61, np.nan, 1)],
        columns=["model", "length", "metric", "mean", "sd", "seeds"],
    )
    table = results_markdown(summary)
    assert "| 7 | GRU | **0.720** ± 0.010 | 0.620 ± 0.010 |" in table
    assert "| 7 | RNN | 0.710 ± 0.010 | **0.610** |" in table


def test_the_table_of_windows_gives_shares() -> None:
    row = {"threshold": 0.4, "countries": 181, "length": 7, "windows": 200, "distinct": 50, "positives_distinct": 20}
    assert "| 0.4 | 181 | 7 | 200 | 50 (25%) | 20 (40%) |" in windows_markdown(pd.DataFrame([row]))


def test_a_folder_without_a_run_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"config\.json: no such file"):
        open_run(tmp_path)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"cannot be read .*line 1"):
        open_run(tmp_path)
    head = {"format": FORMAT, "study": "rnn", "environment": {}, "finished": False}
    (tmp_path / "config.json").write_text(json.dumps(head), encoding="utf-8")
    with pytest.raises(DataError, match="has not finished training; --resume continues it"):
        open_run(tmp_path)


def test_a_damaged_table_is_refused_with_what_is_missing(sample: SavedRnn, tmp_path: Path) -> None:
    run = SavedRnn(tmp_path, sample.config)
    with pytest.raises(DataError, match=r"results\.csv: no such file"):
        run.table("results.csv")
    (tmp_path / "results.csv").write_text("model,length\ngru,7\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column split, seed, metric, value"):
        run.table("results.csv")
    (tmp_path / "correlation.csv").write_text("country,a,b\na,1,0\n", encoding="utf-8")
    with pytest.raises(DataError, match="square"):
        run.correlation()


def test_only_an_empty_field_means_nothing(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, countries={"NA": "na", "None": "", "nan": "nz", "France": "fr"}))
    table = run.table("world_map.csv")
    assert list(table["country"]) == ["NA", "None", "nan", "France"]
    assert list(table["code"]) == ["na", "", "nz", "fr"]
