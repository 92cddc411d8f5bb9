"""A sweep's table is the same however it came about; what is finished stays, what failed is told and tried again."""

import json

import pandas as pd
import pytest

from experiments.runs.folder import RunFolder
from experiments.sweep.tasks import MAX_STARTS

GRID = ("--grid", "cell=rnn,gru", "seed=0..2")


def test_a_task_for_each_setting_and_one_table_in_the_order_of_the_grid(sweep, runs, tmp_path):
    assert sweep(*GRID) == 0
    assert runs == [((cell,), (3, 5, 7, 10, 14), seed) for cell in ("rnn", "gru") for seed in (0, 1, 2)]
    table = pd.read_csv(tmp_path / "sweep" / "sweep.csv")
    assert list(table.columns) == ["cells", "seed", "metric", "value"]
    assert table["cells"].tolist() == ["rnn"] * 3 + ["gru"] * 3
    assert table["value"].tolist() == [0.375, 1.375, 2.375] * 2


def test_a_grid_written_in_another_order_gives_the_same_bytes(sweep, runs, tmp_path):
    sweep(*GRID)
    sweep("--grid", "seed=2,1,0", "cells=gru,rnn", out="other")
    assert (tmp_path / "other/sweep.csv").read_bytes() == (tmp_path / "sweep/sweep.csv").read_bytes()


def test_finished_tasks_are_not_run_again_and_the_grid_may_grow(sweep, runs, tmp_path, capsys):
    sweep("--grid", "cell=rnn", "seed=0..2")
    runs.clear()
    assert sweep(*GRID) == 0
    assert [cells for cells, _, _ in runs] == [("gru",)] * 3
    assert "3 of 6 tasks are finished already" in capsys.readouterr().out
    runs.clear()
    assert sweep(*GRID) == 0
    assert runs == []
    assert len(pd.read_csv(tmp_path / "sweep/sweep.csv")) == 6


def test_a_task_whose_table_was_edited_is_run_again(sweep, runs, tmp_path, capsys):
    sweep(*GRID)
    before = (tmp_path / "sweep/sweep.csv").read_bytes()
    table = tmp_path / "sweep/tasks/cells=gru,seed=1/results.csv"
    table.write_text(table.read_text().replace("1.375", "9.375"))
    runs.clear()
    sweep(*GRID)
    assert [seed for _, _, seed in runs] == [1]
    assert (tmp_path / "sweep/sweep.csv").read_bytes() == before


def test_a_failed_task_leaves_its_traceback_and_the_others_go_on(sweep, runs, tmp_path, capsys):
    assert sweep("--grid", "hidden=12,13,14") == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "1 of 3 tasks failed, the first hidden=13: an unlucky number" in told.err
    error = (tmp_path / "sweep/tasks/hidden=13/error.txt").read_text()
    assert "ZeroDivisionError" in error
    assert "line" in error
    assert "as far as 0" in error  # what the task printed
    assert "as far as" not in told.out
    assert pd.read_csv(tmp_path / "sweep/sweep.csv")["hidden"].tolist() == [12, 14]
    assert not json.loads((tmp_path / "sweep/config.json").read_text())["finished"]


def test_a_failed_task_is_tried_again_and_its_traceback_goes_once_it_succeeds(sweep, runs, tmp_path, monkeypatch):
    sweep("--grid", "seed=0,1", "hidden=13")
    assert len(runs) == 2
    sweep("--grid", "seed=0,1", "hidden=13")
    assert len(runs) == 4
    monkeypatch.setattr(RunFolder, "write_csv", _refuse_once(RunFolder.write_csv))
    assert sweep("--grid", "seed=0", out="other") == 2
    folder = tmp_path / "other/tasks/seed=0"
    assert "OSError" in (folder / "error.txt").read_text()
    assert sweep("--grid", "seed=0", out="other") == 0
    assert not (folder / "error.txt").exists()
    assert not list(folder.parent.glob(".*"))


def _refuse_once(write):
    refused = []

    def writing(self, name, *rest, **options):
        if name == "results.csv" and not refused:
            refused.append(name)
            raise OSError(28, "No space left on device")
        return write(self, name, *rest, **options)

    return writing


def test_a_task_that_kills_its_process_each_time_is_a_failed_task_in_the_end(sweep, runs, tmp_path, capsys):
    from experiments.sweep import tasks

    task = tasks.make_tasks("rnn", tasks.STUDIES["rnn"].settings(), {"seed": (0,)}, tmp_path)[0]
    task.folder.mkdir(parents=True)
    tasks._starts(task).write_text(str(MAX_STARTS))
    outcome = tasks.run_task(task, tmp_path)
    assert f"its process was killed {MAX_STARTS} times" in outcome.error
    assert runs == []
    assert tasks.run_task(task, tmp_path).error == ""  # a new count


def test_lengths_in_the_grid_are_asked_about_the_same_days(sweep, runs, tmp_path):
    sweep("--grid", "length=3,7")
    configs = [json.loads(path.read_text()) for path in (tmp_path / "sweep/tasks").glob("*/config.json")]
    assert sorted((config["lengths"], config["longest"]) for config in configs) == [([3], 7), ([7], 7)]


def test_repetitions_are_left_to_the_grid_unless_asked_for(sweep, runs, tmp_path):
    sweep("--grid", "seed=0")
    sweep("--grid", "seed=0", "--seeds", "4", out="four")
    found = [
        json.loads((tmp_path / out / "tasks/seed=0/config.json").read_text())["seeds"] for out in ("sweep", "four")
    ]
    assert found == [1, 4]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--grid", "seed=0", "--seed", "1"], "--seed is 1, expected no flag, since it is in the grid"),
        (["--grid", "seed=0", "--epochs", "9"], "that run had epochs 20, now it is 9"),
        (["--grid", "hidden=0"], "--hidden is 0, expected at least 1"),
        (["--grid", "length=3", "--longest", "2"], "--longest is 2, expected at least 3"),
        (["--grid", "seed=0", "--jobs", "0"], "--jobs is 0, expected at least 1, at most 1,024"),
        (["--grid", "seed=0", "--dask", "locl"], "--dask locl: expected local, or the address of a scheduler such as"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_nothing_is_run(arguments, said, sweep, runs, capsys):
    sweep("--grid", "seed=0,1")
    runs.clear()
    capsys.readouterr()
    assert sweep(*arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert runs == []


def test_other_data_under_the_same_name_are_not_mixed_in(sweep, runs, capsys, monkeypatch):
    from dataclasses import replace

    from experiments.sweep.studies import STUDIES

    sweep("--grid", "seed=0")
    monkeypatch.setitem(STUDIES, "rnn", replace(STUDIES["rnn"], find_data=lambda s: (s.data, "1" * 64)))
    assert sweep("--grid", "seed=0,1") == 2
    assert "that run had data" in capsys.readouterr().err
    assert len(runs) == 1


def test_force_starts_over(sweep, runs):
    sweep("--grid", "seed=0")
    assert sweep("--grid", "seed=0", "--epochs", "9", "--force") == 0
    assert len(runs) == 2


def test_a_folder_of_something_else_is_left_alone(sweep, runs, tmp_path, capsys):
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep/thesis.tex").write_text("dear")
    assert sweep("--grid", "seed=0") == 2
    assert "holds files but no run" in capsys.readouterr().err
    assert runs == []


@pytest.mark.parametrize("values", [{"data": "a/b c.csv"}, {"data": "x" * 300}, {"data": "é"}])
def test_a_folders_name_suits_every_system_and_is_the_tasks_own(values):
    from experiments.sweep.tasks import MAX_NAME, _folder_name

    name = _folder_name(values)
    assert name.isascii()
    assert not set(name) & set('/\\:*?"<>| ')
    assert len(name) < MAX_NAME + 20
    assert name != _folder_name({"data": values["data"] + "2"})
