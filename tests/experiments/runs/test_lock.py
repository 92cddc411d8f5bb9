"""Two processes never work on one run folder; a lock of a dead process locks nothing."""

import subprocess
import sys

import pytest

from experiments.runs.folder import RunFolder, UsageError
from tests.house.test_documentation import ROOT

HOLD = """
import sys, time
from pathlib import Path
from experiments.runs.lock import take_lock
release = take_lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of the folder "run"."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_process_is_refused_and_told_which_one_is_the_first(holder, tmp_path):
    with pytest.raises(UsageError, match=f"process {holder.pid} on .* is working on it"):
        RunFolder(tmp_path / "run", "rnn", {})
    assert not (tmp_path / "run").exists()


def test_a_lock_whose_process_was_killed_locks_nothing(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert (tmp_path / ".run.lock").exists()
    folder = RunFolder(tmp_path / "run", "rnn", {})
    del folder
    assert not (tmp_path / ".run.lock").exists()


def test_a_process_may_open_its_own_folder_again(tmp_path):
    first = RunFolder(tmp_path / "run", "rnn", {})
    second = RunFolder(tmp_path / "run", "rnn", {}, resume=True)
    assert first.path == second.path


def test_where_no_lock_can_be_made_the_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.runs.lock._module", lambda name: None)
    RunFolder(tmp_path / "run", "rnn", {})
    assert (tmp_path / "run" / "config.json").exists()
