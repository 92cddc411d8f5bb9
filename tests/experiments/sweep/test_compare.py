"""Runs stand side by side with what differs; what cannot be compared is refused in one line."""

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.runs.folder import RunFolder
from experiments.runs.saved import CONFIG
from experiments.sweep.compare import long_table, open_sides, side_by_side
from tests.fakes.saved_run_sample import write_run
from tests.fakes.saved_vae_sample import write_vae_run


def with_config(folder: Path, **changes: object) -> Path:
    """The run with other entries in its config.json."""
    config = json.loads((folder / CONFIG).read_text())
    config.pop("checksum", None)
    (folder / CONFIG).write_text(json.dumps(config | changes))
    return folder


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    first = with_config(write_run(tmp_path / "first"), hidden=32, clip=1.0)
    return [first, with_config(write_run(tmp_path / "second", gain=0.05), hidden=64, clip=1.0)]


def cells(text: str) -> dict[str, list[str]]:
    """The rows of all Markdown tables in a text, by their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line]
    return {row[0]: row[1:] for row in rows}


def test_only_settings_that_differ_are_shown(two):
    rows = cells(side_by_side(open_sides(two)))
    assert rows["hidden"] == ["32", "64"]
    assert "clip" not in rows
    assert rows[""] == ["first", "second"]


def test_a_long_setting_is_cut_for_readers_and_whole_in_the_csv(two):
    with_config(two[1], start="x" * 64)
    sides = open_sides([with_config(two[0], start="y" * 64), two[1]])
    assert cells(side_by_side(sides))["start"] == ["y" * 36 + " ...", "x" * 36 + " ..."]
    table = long_table(sides)
    assert table[table["name"] == "start"]["value"].tolist() == ["y" * 64, "x" * 64]


def test_measures_are_means_over_seeds_with_their_spread(two):
    rows = cells(side_by_side(open_sides(two)))
    for folder, shown in zip(two, rows["accuracy, by country"], strict=True):
        results = pd.read_csv(folder / "results.csv")
        chosen = json.loads((folder / CONFIG).read_text())["map"]
        key = (chosen["model"], chosen["length"], "country", "accuracy")
        values = results.set_index(["model", "length", "split", "metric"]).sort_index().loc[key, "value"]
        assert shown == f"{values.mean():.3f} ± {values.std():.3f}"


def test_the_best_baseline_stands_below(two):
    shown = cells(side_by_side(open_sides(two)))["accuracy, by time, best baseline"]
    assert all("(logistic regression)" in cell for cell in shown)


def test_the_csv_has_a_row_for_each_run_and_item(two):
    table = long_table(open_sides(two))
    assert list(table.columns) == ["run", "kind", "name", "value"]
    assert set(table["run"]) == {"first", "second"}
    assert not table.duplicated(["run", "name"]).any()
    chosen = table[(table["name"] == "hidden") & (table["run"] == "second")]
    assert chosen["value"].tolist() == [64]


def test_runs_of_problem_2_are_compared_by_weight(tmp_path):
    runs = [write_vae_run(tmp_path / "a"), with_config(write_vae_run(tmp_path / "b"), latent=99)]
    rows = cells(side_by_side(open_sides(runs)))
    assert rows["latent"][1] == "99"
    assert rows["KL ×1: negative ELBO"][0] == rows["KL ×1: negative ELBO"][1] != "–"
    assert "KL ×100: verdict" in rows


def test_what_one_run_lacks_is_a_dash(tmp_path):
    runs = [write_run(tmp_path / "a"), write_run(tmp_path / "b", splits=("time",))]
    assert cells(side_by_side(open_sides(runs)))["ROC-AUC, by country"][1] == "–"


def test_runs_of_equal_settings_say_so(tmp_path):
    runs = [write_run(tmp_path / "a"), write_run(tmp_path / "b")]
    assert "The runs have the same settings and data." in side_by_side(open_sides(runs))


def test_the_tables_are_written_where_asked(two, tmp_path, capsys):
    assert main(["compare", *map(str, two), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/compare.md").read_text() == capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "out/compare.csv")) == len(long_table(open_sides(two)))


@pytest.mark.parametrize("case", ["one", "same", "foreign", "missing", "other study", "sweep", "unfinished", "damaged"])
def test_what_cannot_be_compared_is_one_line(case, two, tmp_path, capsys):
    first, second = two
    (tmp_path / "photos").mkdir()
    RunFolder(tmp_path / "sweep", "rnn-sweep", {}).finish()
    others = {
        "one": ([], "expected at least two different runs"),
        "same": ([first], "expected at least two different runs"),
        "foreign": ([tmp_path / "photos"], "photos/config.json: no such file: is"),
        "missing": ([tmp_path / "nowhere"], "nowhere/config.json: no such file"),
        "other study": ([tmp_path / "vae"], "holds a run of vae"),
        "sweep": ([tmp_path / "sweep"], "holds no run of rnn or vae, but of rnn-sweep"),
        "unfinished": ([second], "the run has not finished: --resume continues it"),
        "damaged": ([second], "config.json"),
    }
    more, said = others[case]
    if case == "other study":
        write_vae_run(tmp_path / "vae")
    if case == "unfinished":
        with_config(second, finished=False)
    if case == "damaged":
        (second / CONFIG).write_text('{"study": "rnn", "format"')
    assert main(["compare", str(first), *map(str, more)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
