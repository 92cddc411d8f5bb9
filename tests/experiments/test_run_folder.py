"""Run folders: nothing is overwritten by accident, nothing is half-written, a resumed run is the same run."""

import json

import pytest

from experiments.run_folder import CONFIG, RunFolder, UsageError, read_json

SETTINGS = {"epochs": 3, "lengths": [3, 7], "data": {"sha256": "abc"}}


def test_a_new_run_writes_its_settings_and_environment(tmp_path):
    RunFolder(tmp_path / "run", "rnn", SETTINGS)
    config = read_json(tmp_path / "run" / CONFIG)
    assert {name: config[name] for name in SETTINGS} == SETTINGS
    assert {"python", "numpy", "blas", "commit", "command"} <= set(config["environment"])
    assert config["finished"] is False


def test_finish_adds_time_memory_and_facts(tmp_path):
    folder = RunFolder(tmp_path / "run", "rnn", SETTINGS)
    folder.finish(best="gru")
    config = read_json(tmp_path / "run" / CONFIG)
    assert config["finished"] is True
    assert config["best"] == "gru"
    assert config["wall_seconds"] >= 0
    assert config["peak_memory_mb"] > 1


def test_a_run_is_not_overwritten_without_force_or_resume(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS).write_text("results.csv", "precious\n")
    with pytest.raises(UsageError, match="--resume goes on with it, --force replaces it"):
        RunFolder(tmp_path, "rnn", SETTINGS)
    assert (tmp_path / "results.csv").read_text() == "precious\n"


def test_resume_keeps_what_is_there_and_force_throws_it_away(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS).write_text("results.csv", "precious\n")
    RunFolder(tmp_path, "rnn", SETTINGS, resume=True)
    assert (tmp_path / "results.csv").exists()
    RunFolder(tmp_path, "rnn", SETTINGS, force=True)
    assert not (tmp_path / "results.csv").exists()


def test_resume_with_other_settings_names_the_setting_and_both_values(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS)
    with pytest.raises(UsageError, match="epochs 3, now it is 4"):
        RunFolder(tmp_path, "rnn", {**SETTINGS, "epochs": 4}, resume=True)


def test_a_folder_that_holds_no_run_is_left_alone_even_by_force(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    for options in ({}, {"force": True}, {"resume": True}):
        with pytest.raises(UsageError, match="holds files but no run"):
            RunFolder(tmp_path, "rnn", SETTINGS, **options)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model_type": "bert"}, "is not that of a run"),
        ([], "holds no JSON object"),
        ({"study": "vae", "environment": {}, "finished": True}, "holds a run of another study, not of rnn"),
        ({"kl_weights": [1], "environment": {}, "finished": True}, "holds a run of another study, not of rnn"),
    ],
)
@pytest.mark.parametrize("option", ["force", "resume"])
def test_a_folder_of_something_else_is_neither_deleted_nor_gone_on_with(config, said, option, tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps(config))
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match=said):
        RunFolder(tmp_path, "rnn", SETTINGS, **{option: True})
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_run_from_before_studies_were_named_is_known_by_its_own_setting(tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps({"cells": ["gru"], "environment": {}, "finished": True}))
    RunFolder(tmp_path, "rnn", SETTINGS, force=True)
    assert read_json(tmp_path / CONFIG)["study"] == "rnn"


def test_force_follows_no_link_and_spares_the_data_that_it_is_to_read(tmp_path):
    RunFolder(tmp_path / "run", "rnn", SETTINGS).write_text("mine.csv", "precious\n")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    with pytest.raises(UsageError, match="is a link"):
        RunFolder(tmp_path / "link", "rnn", SETTINGS, force=True)
    with pytest.raises(UsageError, match=r"--data .*mine.csv: lies in --out"):
        RunFolder(tmp_path / "run", "rnn", SETTINGS, force=True, data=str(tmp_path / "link" / "mine.csv"))
    assert (tmp_path / "run" / "mine.csv").exists()


def test_a_file_where_the_folder_should_be_is_one_clear_line(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(UsageError, match="is a file, expected a folder"):
        RunFolder(tmp_path / "run", "rnn", SETTINGS)


def test_a_damaged_config_is_one_clear_line(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS)
    (tmp_path / CONFIG).write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        RunFolder(tmp_path, "rnn", SETTINGS, resume=True)


def test_a_resumed_run_keeps_what_it_was_begun_with_and_adds_up_its_time(tmp_path, monkeypatch, capsys):
    clock = iter([10.0, 15.0, 100.0, 102.0])
    monkeypatch.setattr("experiments.run_folder.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("experiments.run_folder._git_commit", lambda: "aaa")
    monkeypatch.setattr("sys.argv", ["", "rnn", "--data", "my cases.csv"])
    RunFolder(tmp_path, "rnn", SETTINGS).record_cost()
    monkeypatch.setattr("experiments.run_folder._git_commit", lambda: "bbb")
    monkeypatch.setattr("sys.argv", ["", "rnn", "--resume"])
    RunFolder(tmp_path, "rnn", SETTINGS, resume=True).finish()
    config = read_json(tmp_path / CONFIG)
    assert config["wall_seconds"] == 7.0
    assert config["environment"]["commit"] == "aaa"
    assert config["environment"]["command"] == "python -m experiments rnn --data 'my cases.csv'"
    assert [environment["command"] for environment in config["resumed"]] == ["python -m experiments rnn --resume"]
    assert capsys.readouterr().out == "warning: the run was begun with commit aaa, and goes on with commit bbb\n"


def test_json_is_written_as_it_is_read(tmp_path):
    folder = RunFolder(tmp_path, "rnn", SETTINGS)
    folder.write_json("facts.json", {"a": [1, 2.5, None, "é"]})
    assert json.loads((tmp_path / "facts.json").read_text(encoding="utf-8")) == {"a": [1, 2.5, None, "é"]}
