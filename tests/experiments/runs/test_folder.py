"""Run folders: nothing is overwritten by accident, nothing is half-written, a resumed run is the same run."""

import json
import os
import platform
from typing import ClassVar

import numpy as np
import pytest

from data.errors import DataError
from experiments.runs.folder import RunFolder, UsageError
from experiments.runs.saved import (
    CONFIG,
    FORMAT,
    MAX_BYTES,
    SavedRun,
    file_hash,
    read_arrays,
    read_json,
    read_table,
    read_text,
)
from experiments.runs.values import DAY, Number

HEAD = {"format": FORMAT, "environment": {}, "finished": True}
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


def test_a_finished_run_holds_no_temporary_file_whose_deletion_was_refused(tmp_path):
    folder = RunFolder(tmp_path / "run", "rnn", SETTINGS, holds_runs="trainings")
    others = tmp_path / "run" / "trainings" / "one" / ".metrics.4711.part.csv"
    others.parent.mkdir(parents=True)
    for left in (tmp_path / "run" / ".board.4711.part.npy", others):
        left.write_bytes(b"")
    folder.finish()
    assert [path.name for path in (tmp_path / "run").rglob(".*part*")] == [others.name]  # of runs that may be at work


def test_a_run_is_not_overwritten_without_force_or_resume(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS).write_text("results.csv", "precious\n")
    with pytest.raises(UsageError, match="--resume continues it, --force replaces it"):
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
        ({**HEAD, "study": "vae"}, "holds a run of another study, vae, not of rnn"),
        ({**HEAD, "format": FORMAT + 1}, "written by another version"),
        ({"environment": {}, "finished": True, "study": "rnn"}, "written by another version"),
        ({"format": FORMAT, "environment": {}, "finished": True}, "written by another version"),
    ],
)
@pytest.mark.parametrize("option", ["force", "resume"])
def test_a_folder_of_something_else_is_neither_deleted_nor_gone_on_with(config, said, option, tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps(config))
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match=said):
        RunFolder(tmp_path, "rnn", SETTINGS, **{option: True})
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_config_json_does_not_tell_whose_machine_it_was(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS)
    text = (tmp_path / CONFIG).read_text()
    assert '"host"' not in text
    assert f'"{platform.node()}"' not in text


class Walk(SavedRun):
    STUDY = "rnn"
    COLUMNS: ClassVar = {"steps.csv": ("country", "length")}
    TEXT_COLUMNS = frozenset(["country"])


@pytest.fixture
def walk(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS).write_text("steps.csv", "country,length\nNA,3\n,\n")
    np.savez(tmp_path / "grid.npz", grid=np.arange(3), other=np.ones(2))
    return Walk.open(tmp_path)


def test_what_was_written_is_read_back_and_a_country_called_na_stays(walk):
    assert walk.config["epochs"] == 3
    assert walk.has("steps.csv")
    assert not walk.has("nothing.csv")
    table = walk.table("steps.csv")
    assert list(table["country"]) == ["NA", ""]
    assert list(walk.arrays("grid.npz", keep=("grid",))) == ["grid"]
    np.testing.assert_array_equal(walk.arrays("grid.npz")["grid"], np.arange(3))


READERS = (read_json, read_text, read_table, read_arrays, file_hash)


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_has_no_end_or_is_huge_is_refused_before_it_is_read(read, tmp_path):
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(20 * 10**9)  # takes no space
    with pytest.raises(DataError, match="huge: the file has 20,000,000,000 bytes; expected at most"):
        read(huge)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "device").symlink_to("/dev/zero")
        for name in ("pipe", "device"):
            with pytest.raises(DataError, match=f"{name}: this is a pipe or a device"):
                read(tmp_path / name)


def test_arrays_that_unpack_to_more_than_any_run_has_are_refused(tmp_path):
    np.savez_compressed(tmp_path / "bomb.npz", a=np.zeros(MAX_BYTES + 1, np.uint8))
    assert (tmp_path / "bomb.npz").stat().st_size < 1_000_000
    with pytest.raises(DataError, match="unpacked it has more than 300,000,000 bytes"):
        read_arrays(tmp_path / "bomb.npz")


def test_a_number_is_finite_and_a_day_is_one_of_the_calendar():
    assert Number(0).holds(1e308)
    assert not Number(0).holds(10**400)
    assert not Number(0).holds(float("inf"))
    assert DAY.holds("2020-02-29")
    assert not any(map(DAY.holds, ("2020-02-30", "20200229", "x", "", None, 5, ["2020-02-29"])))


@pytest.mark.parametrize("entry", ["wall_seconds", "peak_memory_mb", "resumed"])
def test_a_run_whose_cost_is_null_goes_on(entry, tmp_path):
    run = RunFolder(tmp_path / "run", "rnn", SETTINGS)
    run.record(**{entry: None})
    del run
    again = RunFolder(tmp_path / "run", "rnn", SETTINGS, resume=True)
    again.finish()
    assert again.config["wall_seconds"] >= 0
    assert len(again.config["resumed"]) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), ("", "not a table"), ("country\nFrance\n", "no column length; expected country,length")],
)
def test_a_table_that_is_missing_or_damaged_is_one_line(content, said, walk):
    (walk.folder / "steps.csv").unlink()
    if content is not None:
        (walk.folder / "steps.csv").write_text(content)
    with pytest.raises(DataError, match=said) as error:
        walk.table("steps.csv")
    assert "\n" not in str(error.value)


def test_arrays_that_are_missing_or_damaged_or_could_run_code_are_one_line(walk, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 no archive")
    np.savez(tmp_path / "code.npz", code=np.array([{}], dtype=object))
    for name in ("nothing.npz", "bad.npz", "code.npz"):
        with pytest.raises(DataError, match=name) as error:
            walk.arrays(name)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"finished": true}'])
def test_a_folder_that_holds_no_run_is_not_opened_for_reading(content, tmp_path):
    if content is not None:
        (tmp_path / CONFIG).write_text(content)
    with pytest.raises(DataError, match=r"config\.json"):
        Walk.open(tmp_path)


def test_force_follows_no_link_and_spares_the_data_that_it_is_to_read(tmp_path):
    RunFolder(tmp_path / "run", "rnn", SETTINGS).write_text("mine.csv", "precious\n")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    with pytest.raises(UsageError, match="is a symbolic link"):
        RunFolder(tmp_path / "link", "rnn", SETTINGS, force=True)
    with pytest.raises(UsageError, match=r"--data .*mine.csv: --force would delete it with --out"):
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
    monkeypatch.setattr("experiments.runs.folder.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("experiments.runs.folder._git_commit", lambda: "aaa")
    monkeypatch.setattr("sys.argv", ["", "rnn", "--data", "my cases.csv"])
    RunFolder(tmp_path, "rnn", SETTINGS).record_cost()
    monkeypatch.setattr("experiments.runs.folder._git_commit", lambda: "bbb")
    monkeypatch.setattr("sys.argv", ["", "rnn", "--resume"])
    RunFolder(tmp_path, "rnn", SETTINGS, resume=True).finish()
    config = read_json(tmp_path / CONFIG)
    assert config["wall_seconds"] == 7.0
    assert config["environment"]["commit"] == "aaa"
    assert config["environment"]["command"] == "python -m experiments rnn --data 'my cases.csv'"
    assert [environment["command"] for environment in config["resumed"]] == ["python -m experiments rnn --resume"]
    assert capsys.readouterr().out == "warning: the run was started with commit aaa and is continued with commit bbb\n"


def test_json_is_written_as_it_is_read(tmp_path):
    folder = RunFolder(tmp_path, "rnn", SETTINGS)
    folder.write_json("facts.json", {"a": [1, 2.5, None, "é"]})
    assert json.loads((tmp_path / "facts.json").read_text(encoding="utf-8")) == {"a": [1, 2.5, None, "é"]}


def test_force_killed_while_it_deletes_leaves_no_run_or_a_whole_new_one(tmp_path, monkeypatch):
    out = tmp_path / "run"
    RunFolder(out, "rnn", SETTINGS).write_text("results.csv", "old\n")

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("experiments.runs.folder.shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            RunFolder(out, "rnn", SETTINGS, force=True)
    config = read_json(out / CONFIG)
    assert config["finished"] is False
    assert not (out / "results.csv").exists()
    RunFolder(out, "rnn", SETTINGS, resume=True)
    assert list(tmp_path.glob(".run.*.deleted")) == []


@pytest.mark.parametrize("options", [{}, {"force": True}, {"resume": True}])
def test_a_run_killed_before_its_first_file_was_whole_does_not_block_the_folder(options, tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / ".config.4711.part.json").write_text("{")
    RunFolder(tmp_path, "rnn", SETTINGS, **options)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [CONFIG]


def test_a_table_that_changed_after_the_end_is_refused_and_written_again_by_resume(walk, tmp_path, capsys):
    RunFolder(tmp_path, "rnn", SETTINGS, resume=True).finish()
    (tmp_path / "steps.csv").write_text("country,length\nNA,4\n")
    with pytest.raises(DataError, match=r"steps\.csv: has changed since the run wrote it"):
        Walk.open(tmp_path).table("steps.csv")
    assert RunFolder(tmp_path, "rnn", SETTINGS, resume=True).finished is False
    assert "steps.csv: has changed" in capsys.readouterr().out


def test_every_flipped_bit_of_config_json_is_noticed(tmp_path):
    RunFolder(tmp_path, "rnn", SETTINGS).finish()
    content = (tmp_path / CONFIG).read_bytes()
    config = {name: value for name, value in read_json(tmp_path / CONFIG).items() if name != "checksum"}
    rng = np.random.default_rng(0)
    for place, bit in zip(rng.integers(0, len(content), 200), rng.integers(0, 8, 200), strict=True):
        damaged = bytearray(content)
        damaged[place] ^= 1 << bit
        (tmp_path / CONFIG).write_bytes(damaged)
        try:
            assert Walk.open(tmp_path).config.items() >= config.items()  # a space that became a tab
        except DataError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("country,length\nNA,many\n", "column length: expected a whole number of at least 1 in every row"),
        ("country,length\nNA,0\n", "column length: expected a whole number"),
        ("country,length\nNA,2.5\n", "column length: expected a whole number"),
        ("country,length\nNA,\n", "column length: expected a whole number"),
    ],
)
def test_a_number_of_the_wrong_type_or_range_is_one_line(table, said, walk, monkeypatch):
    monkeypatch.setattr(Walk, "RANGES", {"length": Number(1, whole=True)})
    (walk.folder / "steps.csv").write_text(table)
    with pytest.raises(DataError, match=said):
        walk.table("steps.csv")


@pytest.mark.parametrize("value", [None, "3", True, 0, 2.5, float("nan"), [3], {}])
def test_an_entry_of_config_json_of_the_wrong_type_or_range_is_one_line(value, tmp_path, monkeypatch):
    monkeypatch.setattr(Walk, "FIELDS", {"data.epochs": Number(1, whole=True)})
    (tmp_path / CONFIG).write_text(json.dumps({**HEAD, "study": "rnn", "data": {"epochs": value}}))
    with pytest.raises(DataError, match=r"config\.json: data\.epochs is .*, expected a whole number of at least 1"):
        Walk.open(tmp_path)
