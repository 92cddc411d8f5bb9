"""The command, with a made-up PyTorch: what it writes, and what it refuses in one line."""

import json
import re

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.benchmark import arguments, joined, machine, peers
from experiments.benchmark.report import COLUMNS
from experiments.benchmark.works import Work
from experiments.runs.saved import checksum

from ...fakes.benchmark_peers import SMALL, Sum

WORK = Work("node_overhead", "one node", SMALL["chain"], "one op", ("torch", "mygrad"))
MAKERS = {"torch": {"": Sum, "other way": Sum}, "mygrad": {"": Sum}}


@pytest.fixture(autouse=True)
def made_up_peers(monkeypatch):
    monkeypatch.setattr(peers, "MODULES", {"torch": {}, "mygrad": {}})
    monkeypatch.setattr(peers, "is_installed", lambda peer: peer == "torch")
    monkeypatch.setattr(peers, "set_threads", lambda peer, threads: None)
    monkeypatch.setattr(peers, "version", lambda peer: "1.0")
    monkeypatch.setattr(
        peers, "makers", lambda peer, problem: {s: lambda make=m: make(problem) for s, m in MAKERS[peer].items()}
    )
    monkeypatch.setattr(arguments, "WORKS", [WORK])
    monkeypatch.setattr(arguments, "QUICK_PLAN", arguments.QUICK_PLAN._replace(rounds=2, least_seconds=0.001))


def run(out, *flags):
    return main(["benchmark", "--quick", "--no-memory", "--threads", "1", "--out", str(out / "run"), *flags])


def refused(capsys, out, *flags):
    assert run(out, *flags) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_run_leaves_its_table_and_figure(tmp_path, capsys):
    assert run(tmp_path, "--only", "node*", "--peers", "--markdown") == 0
    folder = tmp_path / "run"
    table = pd.read_csv(folder / "benchmark.csv")
    assert tuple(table.columns) == COLUMNS
    row = table.iloc[0]
    assert (row["work"], row["peer"], row["threads"]) == ("node_overhead", "torch", 1)
    assert 0 < row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert row["ours_ms"] > 0
    assert (folder / "figures" / "benchmark.png").stat().st_size > 5000
    config = json.loads((folder / "config.json").read_text())
    assert config["finished"]
    assert config["peers"] == ["torch"]
    said = capsys.readouterr().out
    assert "NumPy" in said
    assert "BLAS" in said
    assert "left out: mygrad" in said
    assert "| one op | 1 | PyTorch | **" in said


class Slow(Sum):
    def step(self):
        for _ in range(50):
            super().step()


@pytest.mark.parametrize("makers", [{"slow": Slow, "quick": Sum}, {"quick": Sum, "slow": Slow}])
def test_the_fastest_of_the_peers_sides_counts(tmp_path, capsys, monkeypatch, makers):
    monkeypatch.setitem(MAKERS, "torch", makers)
    assert run(tmp_path, "--only", "node*", "--peers") == 0
    assert "(quick)" in capsys.readouterr().out


def test_without_peers_our_side_is_measured_alone(tmp_path):
    assert run(tmp_path, "--only", "node*") == 0
    (row,) = pd.read_csv(tmp_path / "run" / "benchmark.csv").to_dict("records")
    assert row["ours_ms"] > 0
    assert pd.isna(row["peer"])
    assert pd.isna(row["ratio"])
    assert not (tmp_path / "run" / "figures").exists()


def test_a_peer_that_computes_something_else_stops_the_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(MAKERS, "torch", {"": Sum, "wrong": lambda problem: Sum(problem, error=1e-3)})
    said = refused(capsys, tmp_path, "--only", "node*", "--peers")
    assert "node_overhead: the gradient of b in step 1, float64, differs from torch (wrong)'s" in said
    assert "nothing was timed" in said
    assert not (tmp_path / "run" / "benchmark.csv").exists()


def test_growth_leaves_its_table_and_figure(tmp_path):
    assert run(tmp_path, "--only", "growth_graph", "--rounds", "1") == 0
    table = pd.read_csv(tmp_path / "run" / "growth.csv")
    assert list(table["value"]) == [1000, 2000, 4000, 8000, 16000]
    assert table["ms"].iloc[-1] > 2 * table["ms"].iloc[0]  # 16 times the nodes; neighbours may swap on a busy machine
    assert (tmp_path / "run" / "figures" / "growth.png").is_file()
    assert not (tmp_path / "run" / "benchmark.csv").exists()


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--only", "nothing*"], "nothing*"),
        (["--rounds", "0"], "--rounds is 0"),
        (["--rounds", "1000000000000"], "--rounds is 1000000000000, expected at least 1, at most 10,000"),
        (["--threads", "2000"], "--threads is 2000, expected at least 1, at most 1,024"),
        (["--threads", "0"], "--threads is 0"),
        (["--threads", "2", "--cpu-time"], "--cpu-time"),
        (["--peers", "mygrad"], "mygrad"),
        (["--peers", "mygrad"], "make benchmark"),
        (["--peers", "torch", "mygrad"], "mygrad"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_folder(tmp_path, capsys, flags, named):
    assert named in refused(capsys, tmp_path, *flags)
    assert not (tmp_path / "run").exists()


def test_a_finished_run_is_not_overwritten_without_force(tmp_path, capsys):
    flags = ["--only", "node*", "--rounds", "1"]
    assert run(tmp_path, *flags) == 0
    assert "--force" in refused(capsys, tmp_path, *flags)
    assert run(tmp_path, *flags, "--force") == 0


def test_without_a_number_of_threads_the_autoencoder_is_measured_with_all_cores_too(monkeypatch):
    monkeypatch.setattr(arguments.autograd, "available_cores", lambda: 4)
    works = [WORK, *(Work(name, "autoencoder", SMALL["autoencoder"]) for name in ("vae64_b64", "vae64_bn_b64"))]
    monkeypatch.setattr(arguments, "WORKS", works)

    def groups(*flags):
        parser = arguments.argparse.ArgumentParser()
        arguments.add_arguments(parser)
        return arguments.resolve(parser.parse_args(flags)).groups

    assert groups() == [(1, works), (4, works[1:])]
    assert groups("--threads", "3") == [(3, works)]
    assert groups("--cpu-time") == [(1, works)]


def change_config(folder, **changes):
    config = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(config | {"checksum": checksum(config)}))


def rename_work(folder):
    path = folder / "benchmark.csv"
    path.write_text(re.sub("^node", "third", path.read_text(), flags=re.MULTILINE))


@pytest.fixture
def two_runs(tmp_path, monkeypatch):
    """Folders of two runs, each with one of two works."""
    works = [WORK, Work("second", "another", SMALL["chain"], "second op", ("torch",))]
    monkeypatch.setattr(arguments, "WORKS", works)
    monkeypatch.setattr(joined, "WORKS", works)
    monkeypatch.setattr(machine, "facts", lambda: {"processor": "one", "load": "0"})
    folders = [tmp_path / name for name in ("second", "node")]
    for folder in folders:
        flags = ["--only", f"{folder.name}*", "--rounds", "1", "--no-memory", "--threads", "1", "--unchecked"]
        assert main(["benchmark", "--peers", "torch", "--out", str(folder), *flags]) == 0
    return folders


def test_runs_of_some_works_each_are_joined_to_one_table_in_the_order_of_the_works(two_runs, capsys):
    capsys.readouterr()
    assert main(["benchmark", "--join", *map(str, two_runs)]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "- processor: one"
    assert said.index("| one op | 1 | PyTorch | **") < said.index("| second op | 1 | PyTorch | **")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda a, b: b.joinpath("config.json").unlink(), "config.json"),
        (
            lambda a, b: [
                b.joinpath(name).write_text(a.joinpath(name).read_text()) for name in ("benchmark.csv", "config.json")
            ],
            "two of the runs",
        ),
        (lambda a, b: b.joinpath("benchmark.csv").write_text("work\nthat\n"), "has changed since"),
        (lambda a, b: change_config(b, files=None) or b.joinpath("benchmark.csv").write_text("work\n"), "no column"),
        (lambda a, b: change_config(b, machine=None), "machine is null, expected texts by name"),
        (lambda a, b: change_config(b, machine={"processor": 5}), "expected texts by name"),
        (lambda a, b: change_config(b, files=None) or rename_work(b), "there is no work third"),
    ],
)
def test_runs_that_do_not_belong_together_are_refused_in_one_line(two_runs, capsys, change, named):
    change(*two_runs)
    capsys.readouterr()
    assert main(["benchmark", "--join", *map(str, two_runs)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert named in said


def test_runs_of_two_machines_are_not_joined(two_runs, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(machine, "facts", lambda: {"processor": "two", "load": "0"})
    flags = ["--only", "second", "--rounds", "1", "--no-memory", "--threads", "1", "--force", "--unchecked"]
    assert main(["benchmark", "--peers", "torch", "--out", str(two_runs[0]), *flags]) == 0
    assert main(["benchmark", "--join", *map(str, two_runs)]) == 2
    assert "different machines" in capsys.readouterr().err


def test_without_the_check_nothing_is_compared_and_the_run_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(MAKERS, "torch", {"": lambda problem: Sum(problem, error=1e-3)})
    assert run(tmp_path, "--only", "node*", "--peers", "--unchecked") == 0
    assert json.loads((tmp_path / "run" / "config.json").read_text())["checked"] is False
