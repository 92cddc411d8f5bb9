"""The short form of `make torture`; and that the torture itself can fail."""

import errno
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.runs.folder import RunFolder, UsageError
from tests.house.test_documentation import ROOT
from tests.torture.tally import KINDS, Tally

pytest.importorskip("resource", reason="forks, limits and signals of Unix")
if not hasattr(sys, "addaudithook") or not sys.platform.startswith("linux"):
    pytest.skip("pipes, mounts and process descriptors of Linux", allow_module_level=True)

from tests.torture.damage import damaged, equal
from tests.torture.hostile.inputs import Input, judge
from tests.torture.operations import Watch, fail_at, kill_at, watch
from tests.torture.process import Ended, run


def test_a_few_seconds_of_torture_find_nothing():
    command = [sys.executable, "-m", "tests.torture", "--seconds", "4", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    counts = re.findall(r"^ *([\d,]+) of +([\d,]+) ", done.stdout, re.MULTILINE)
    assert len(counts) == len(KINDS)
    assert all(good == tried != "0" for good, tried in counts), done.stdout


class Odd(Exception):
    """A refusal in two lines."""


def report(**options) -> Ended:
    return run(["report", "/nonexistent"], **options)


def test_a_process_is_killed_before_the_operation_that_was_asked_for(tmp_path):
    def write(count):
        def before():
            watch(Watch(str(tmp_path), kill_at(count)))
            for name in "abc":
                (tmp_path / name).touch()

        return before

    assert report(before=write(2)).killed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert not report(before=write(3)).killed


def test_an_operation_that_is_refused_raises_what_the_system_would(tmp_path):
    said = tmp_path / "said"

    def before():
        watch(Watch(str(tmp_path / "x"), fail_at(0, errno.ENOSPC, for_ever=True)))
        try:
            (tmp_path / "x").touch()
        except OSError as error:
            said.write_text(f"{error.errno} {error.filename}")

    report(before=before)
    assert said.read_text() == f"{errno.ENOSPC} {tmp_path / 'x'}"


def test_a_traceback_two_lines_and_another_status_are_complaints():
    assert report().complaint == ""
    assert "traceback" in run(["report"], before=lambda: 1 / 0).complaint
    assert Ended(2, "", "one\ntwo\n").complaint
    assert Ended(2, "", "").complaint
    assert Ended(1, "", "one\n").complaint


def test_a_reader_that_raises_hangs_or_eats_memory_is_found(monkeypatch):
    monkeypatch.setattr("tests.torture.hostile.inputs.MAX_SECONDS", 0.5)

    def read(path: Path):
        what = path.read_text()
        while what == "hang":
            pass
        if what == "eat":
            bytearray(3 * 10**9)
        if what == "two lines":
            raise Odd("a\nb")
        if what == "die":
            os._exit(1)
        return int(what)

    texts = ("1", "one", "hang", "eat", "2", "two lines", "die")
    inputs = [Input(text, "a", text.encode(), lambda n: "wrong" if n != 1 else "") for text in texts]
    found = judge(inputs, read, (Odd,))
    assert found["1"] == ""
    assert "ValueError" in found["one"]
    assert "TimeoutError" in found["hang"]
    assert "MemoryError" in found["eat"]
    assert found["2"] == "wrong"
    assert "not one printable line" in found["two lines"]
    assert "killed" in found["die"]


def test_damage_changes_the_content_and_equality_sees_it():
    rng = random.Random(0)
    content = bytes(range(1, 200))
    assert sum(damaged(content, rng)[0] != content for _ in range(100)) > 90
    assert equal({"a": [1, float("nan")]}, {"a": [1, float("nan")]})
    assert not equal({"a": [1, 2]}, {"a": [1, 3]})


def test_a_failure_is_counted_printed_and_kept(capsys):
    tally = Tally()
    tally.note("kills", "here", "")
    tally.note("kills", "there", "lost", count=3)
    assert "3 of" in tally.table().splitlines()[0] and "4 kills" in tally.table()
    assert tally.failures == ["kills: there: lost"]
    assert "FAILED" in capsys.readouterr().out


def test_a_circle_of_links_and_a_null_in_the_name_of_a_run_are_one_line(tmp_path):
    (tmp_path / "circle").symlink_to("circle")
    for name in ("circle", "circle/run", "a\0b"):
        with pytest.raises(UsageError, match="choose another folder"):
            RunFolder(tmp_path / name, "rnn", {})
