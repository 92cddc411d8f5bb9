"""Workers end with their parent, however it ends; a worker that was killed is one line."""

import os
import subprocess
import sys
import time

import pytest

from experiments import __main__ as front
from experiments.system import workers
from tests.house.test_documentation import ROOT

PARENT = """
import functools, os, sys, time
from joblib import Parallel, delayed, parallel_config
from experiments.system.workers import in_worker

def job(folder):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    time.sleep(600)

with parallel_config(backend="loky"):
    Parallel(n_jobs=2)(delayed(in_worker)(functools.partial(job, sys.argv[1]), os.getpid()) for _ in range(2))
"""


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def runs(process):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="reads /proc, which only Linux has")
def test_workers_whose_parent_is_killed_end_within_seconds(tmp_path):
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stderr=subprocess.DEVNULL) as parent:
        wait_until(lambda: len(os.listdir(tmp_path)) == 2)
        children = os.listdir(tmp_path)
        assert all(map(runs, children))
        parent.kill()
    wait_until(lambda: not any(map(runs, children)))


def test_a_job_in_the_process_itself_is_not_watched(monkeypatch):
    calls = []
    monkeypatch.setattr(workers, "keep_freed_memory", lambda: calls.append("memory"))
    monkeypatch.setattr(workers, "_end_with", lambda parent: calls.append(parent))
    assert workers.in_worker(lambda: "result", os.getpid()) == "result"
    assert calls == ["memory"]
    workers.in_worker(lambda: "result", 4711)
    assert calls == ["memory", "memory", 4711]


def test_a_killed_worker_is_one_line_that_says_how_to_continue(tmp_path, monkeypatch, capsys):
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def killed(args):
        raise TerminatedWorkerError("A worker process managed by the executor\nwas unexpectedly terminated")

    monkeypatch.setattr(front.COMMANDS["rnn"], "run", killed)
    assert front.main(["rnn", "--out", str(tmp_path)]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "a worker process was killed" in line
    assert "--resume continues where the run stopped" in line


GROWING = """
import os, sys, time
from joblib import Parallel, delayed, parallel_config
from experiments.system.workers import pass_over_restarts

def grow(number):
    sys.kept = [*getattr(sys, "kept", []), bytearray(os.urandom(1) * 300_000_000)]  # until the process ends
    time.sleep(1.1)  # memory is looked at once a second
    return number

if "pass over" in sys.argv:
    pass_over_restarts()
with parallel_config(backend="loky"):
    print(Parallel(n_jobs=2, batch_size=1)(delayed(grow)(number) for number in range(6)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["pass over"], []])
def test_a_worker_that_joblib_starts_anew_loses_nothing_and_is_not_spoken_of(arguments):
    pytest.importorskip("psutil", reason="joblib looks at the memory of its workers with psutil only")
    run = subprocess.run(
        [sys.executable, "-c", GROWING, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert run.stdout.strip() == str(list(range(6)))
    assert ("A worker stopped" in run.stderr) == (not arguments)
