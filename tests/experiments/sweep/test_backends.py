"""Whoever runs the tasks and however they are killed: nothing is lost and nothing is done twice."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.runs.folder import UsageError
from experiments.sweep import backends
from experiments.sweep.tasks import MAX_STARTS, Outcome, Task
from tests.experiments.system.test_workers import wait_until
from tests.house.test_documentation import ROOT

SMALL = ["--data", "simulated", "--splits", "time", "--epochs", "4", "--hidden", "4"]
GRID = ["--grid", "cell=rnn,gru", "seed=0,1"]
MAX_SECONDS = 540  # for all of a test; a busy machine needs most of it


def start(out: Path, *arguments: str) -> subprocess.Popen:
    grid = () if "--grid" in arguments else GRID
    command = [sys.executable, "-m", "experiments", "sweep", "rnn", *grid, *SMALL, "--out", str(out), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def a_worker_in_the_middle(out: Path) -> tuple[int, Path]:
    """Wait until a task has trained its first model; gives the process that works on it, and what it trained."""
    end = time.monotonic() + MAX_SECONDS
    while time.monotonic() < end:
        for trained in out.glob("tasks/*/trainings/[!.]*.json"):  # no file that is still being written
            lock = trained.parents[2] / f".{trained.parents[1].name}.lock"
            if lock.is_file() and (owner := re.match(r"process (\d+) ", lock.read_text())):
                return int(owner[1]), trained
        time.sleep(0.01)
    raise AssertionError("no task was begun")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of a sweep that one process ran, one task after the other."""
    out = tmp_path_factory.mktemp("sweeps") / "one"
    assert main(["sweep", "rnn", *GRID, *SMALL, "--jobs", "1", "--out", str(out)]) == 0
    return (out / "sweep.csv").read_bytes()


def configs(out: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in out.glob("tasks/*/config.json")]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
@pytest.mark.parametrize("where", [["--dask", "local"], []], ids=["dask", "processes"])
def test_one_of_two_workers_is_killed_in_the_middle(where, undisturbed, tmp_path):
    if where:
        pytest.importorskip("distributed")
    out = tmp_path / "sweep"
    with start(out, "--jobs", "2", *where) as running:
        worker, trained = a_worker_in_the_middle(out)
        os.kill(worker, signal.SIGKILL)
        written = trained.stat().st_mtime_ns
        said, _ = running.communicate(timeout=MAX_SECONDS)
    assert running.returncode == 0, said
    assert (out / "sweep.csv").read_bytes() == undisturbed
    assert len(configs(out)) == 4
    assert all(config["finished"] for config in configs(out))
    assert trained.stat().st_mtime_ns == written  # what was trained was not trained again
    # No other task was begun twice; of joblib's processes both end with the pool, and so the other one's task.
    assert 1 <= sum("resumed" in config for config in configs(out)) <= (1 if where else 2)
    assert max(len(config.get("resumed", [])) for config in configs(out)) == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
def test_a_sweep_that_was_killed_goes_on_where_it_stopped(undisturbed, tmp_path):
    out = tmp_path / "sweep"
    with start(out, "--jobs", "2") as running:
        _, trained = a_worker_in_the_middle(out)
        running.kill()
        written = trained.stat().st_mtime_ns
    with start(out, "--jobs", "2") as again:
        said, _ = again.communicate(timeout=MAX_SECONDS)
    assert again.returncode == 0, said
    assert (out / "sweep.csv").read_bytes() == undisturbed
    assert trained.stat().st_mtime_ns == written


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_a_second_sweep_on_the_same_folder_is_refused_by_name(tmp_path):
    out = tmp_path / "sweep"
    with start(out, "--jobs", "1") as first:
        a_worker_in_the_middle(out)
        with start(out, "--jobs", "1") as second:
            said, _ = second.communicate(timeout=MAX_SECONDS)
        first.kill()
    assert second.returncode == 2
    assert f"process {first.pid} on" in said
    assert said.count("\n") == 1


@contextmanager
def dask(program: str, *arguments: str) -> Iterator[None]:
    """A scheduler or a worker that runs inside the block."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--no-dashboard", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.mark.slow
def test_a_cluster_that_runs_already_is_found_by_its_address_and_its_workers_must_have_one_thread(tmp_path):
    pytest.importorskip("distributed")
    known = tmp_path / "scheduler.json"
    grid = ["--grid", "seed=0,1", "cells=gru", "--lengths", "3"]
    with dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(known)):
        wait_until(known.is_file)
        address = json.loads(known.read_text())["address"]
        done, said = [], []
        for threads in ("2", "1"):
            with dask("worker", address, "--nthreads", threads, "--local-directory", str(tmp_path)):
                sweep = start(tmp_path / "sweep", *grid, "--dask", address)
                said.append(sweep.communicate(timeout=MAX_SECONDS)[0])
                done.append(sweep.returncode)
    assert done == [2, 0], said
    assert "a worker has several threads, expected one" in said[0]
    assert [config["finished"] for config in configs(tmp_path / "sweep")] == [True, True]


def task(number: int) -> Task:
    return Task("rnn", {"seed": number}, None, Path(f"{number}"))


def test_after_the_death_of_a_pool_only_what_is_left_is_given_out_again():
    given = []

    def give(tasks):
        given.append([one.values["seed"] for one in tasks])
        for count, one in enumerate(tasks):
            if count == 2 and len(given) == 1:
                raise backends.BrokenProcessPool
            yield Outcome(one, "", 0.0)

    outcomes = list(backends._in_new_pools(give, [task(n) for n in range(5)]))
    assert given == [[0, 1, 2, 3, 4], [2, 3, 4]]
    assert [outcome.task.values["seed"] for outcome in outcomes] == [0, 1, 2, 3, 4]


def test_pools_that_die_before_any_task_ends_are_given_up():
    given = []

    def give(tasks):
        given.append(tasks)
        raise backends.BrokenProcessPool
        yield

    with pytest.raises(backends.BrokenProcessPool):
        list(backends._in_new_pools(give, [task(0)]))
    assert len(given) == MAX_STARTS + 1


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with (
        pytest.raises(UsageError, match=r"Dask is not installed: pip install -r requirements-cluster\.txt"),
        backends.workers(2, "local"),
    ):
        pass


def test_an_address_where_nobody_answers_is_one_line(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(backends, "SECONDS_TO_CONNECT", 1)
    with (
        pytest.raises(UsageError, match=r"--dask tcp://127\.0\.0\.1:1: no scheduler answers") as error,
        backends.workers(2, "tcp://127.0.0.1:1"),
    ):
        pass
    assert "\n" not in str(error.value)
