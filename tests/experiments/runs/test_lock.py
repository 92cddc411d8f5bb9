"""Two processes never work on one run folder; a lock of a dead process locks nothing."""

import errno
import os
import subprocess
import sys
from pathlib import Path

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


def refuse_to_write(monkeypatch, *folders):
    """As for a user who may not write to these folders; the super-user of a container may write to all."""
    really_open = os.open

    def open_or_refuse(path, *options):
        if Path(path).parent in folders:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really_open(path, *options)

    monkeypatch.setattr("experiments.runs.lock.os.open", open_or_refuse)


def test_where_the_parent_cannot_be_written_to_the_lock_is_inside_the_folder(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir()
    refuse_to_write(monkeypatch, tmp_path)
    run = RunFolder(folder, "rnn", {})
    assert (folder / ".run.lock").exists()
    command = [sys.executable, "-c", HOLD_INSIDE, str(folder)]
    second = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert f"BlockingIOError: process {os.getpid()} on" in second.stderr
    del run
    assert not (folder / ".run.lock").exists()


HOLD_INSIDE = """
import sys
from pathlib import Path
from experiments.runs import lock
lock._take(Path(sys.argv[1]) / ".run.lock")
"""


@pytest.mark.parametrize(("is_there", "said"), [(True, "cannot be written to"), (False, "cannot be made")])
def test_where_nothing_can_be_locked_the_run_is_refused_in_one_line(is_there, said, tmp_path, monkeypatch):
    if is_there:
        (tmp_path / "run").mkdir()
    refuse_to_write(monkeypatch, tmp_path, tmp_path / "run")
    with pytest.raises(UsageError, match=rf"--out .*run: {said} \(Permission denied\): choose another folder"):
        RunFolder(tmp_path / "run", "rnn", {})
