"""Weights trained side by side in processes: the same bytes as one after the other, also when they are stopped."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments.runs.folder import UsageError
from experiments.vae import side_by_side
from tests.experiments.vae.test_study import ROOT, SMALL, command, parsed, read_until, results

EPOCHS = ("--epochs", "4")


@pytest.fixture(autouse=True)
def no_figures(monkeypatch):
    for name in ("draw_all", "write_tables", "write_discussion"):
        monkeypatch.setattr(command, name, lambda folder: None)


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict[str, bytes]:
    """What three weights, one after the other, leave."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("draw_all", "write_tables", "write_discussion"):
            patch.setattr(command, name, lambda folder: None)
        return results(run(tmp_path_factory.mktemp("runs") / "one", "--jobs", "1"))


def run(out: Path, *flags: str) -> Path:
    command.run(parsed(out, *EPOCHS, *flags))
    return out


def start(out: Path, *flags: str) -> subprocess.Popen:
    arguments = [sys.executable, "-m", "experiments", "vae", *SMALL, "--out", str(out), "--jobs", "2", *flags]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def differing(folder: Path, expected: dict[str, bytes]) -> list[str]:
    ours = results(folder)
    return [name for name in {**ours, **expected} if ours.get(name) != expected.get(name)]


def test_processes_give_the_bytes_of_one_after_the_other_and_a_line_for_every_epoch(tmp_path, expected, capsys):
    folder = run(tmp_path / "two", "--jobs", "2")
    assert differing(folder, expected) == []
    assert not list(folder.rglob(".*"))
    lines = capsys.readouterr().out
    assert "in 2 processes" in lines
    for weight in ("1", "100", "0"):
        assert [f"KL x{weight}, epoch {epoch}/4" in lines for epoch in range(5)] == [True] * 5


def test_more_processes_than_weights_are_not_started(tmp_path, expected, capsys):
    assert differing(run(tmp_path / "many", "--jobs", "9"), expected) == []
    assert "in 3 processes" in capsys.readouterr().out


def test_a_run_killed_side_by_side_goes_on_to_the_same_bytes(tmp_path, expected):
    process = start(tmp_path / "killed", *EPOCHS)
    read_until(process, "epoch 1/")
    process.kill()
    process.communicate(timeout=60)  # its workers end too, and with them the streams that they share
    assert not json.loads((tmp_path / "killed" / "config.json").read_text())["finished"]
    assert differing(run(tmp_path / "killed", "--resume", "--jobs", "2"), expected) == []


def test_control_c_saves_every_weight_and_the_run_goes_on_to_the_same_bytes(tmp_path, expected):
    process = start(tmp_path / "stopped", *EPOCHS)
    read_until(process, "epoch 1/")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert errors.count("stopping after this step") == 1
    assert "--resume continues" in errors
    assert "Traceback" not in errors
    assert not list((tmp_path / "stopped").glob(".*"))
    assert differing(run(tmp_path / "stopped", "--resume", "--jobs", "1"), expected) == []


def test_a_loss_that_is_not_finite_in_a_process_is_one_line(tmp_path):
    with pytest.raises(UsageError, match=r"KL weight \d+, epoch \d, step \d: the loss is ") as error:
        run(tmp_path / "vae", "--learning-rate", "1e12", "--jobs", "2")
    assert "\n" not in str(error.value)
    assert set(pd.read_csv(tmp_path / "vae" / "metrics.csv")["epoch"]) == {0}


def test_workers_come_and_go_with_the_training(tmp_path, monkeypatch):
    """A second training in the same process, as `study vae` makes one after the other, has workers of its own."""
    begun = []
    real = side_by_side.ProcessPoolExecutor

    def counted(*args, **options):
        begun.append(real(*args, **options))
        return begun[-1]

    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", counted)
    for name in ("first", "second"):
        run(tmp_path / name, "--jobs", "2", "--epochs", "1", "--kl-weights", "1", "0")
    assert len(begun) == 2
    end = time.monotonic() + 60
    while any(process.is_alive() for pool in begun for process in (pool._processes or {}).values()):
        assert time.monotonic() < end
        time.sleep(0.1)
