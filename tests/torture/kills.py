"""Kill -9 before the n-th file operation and at random instants; then the run goes on and ends with the same bytes.

A run is killed several times in a row, each time while it continues from the last. After each kill the page of results
is asked for: it may refuse the folder in one line, and it may not show half a run.
"""

import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from data.atomic import is_temporary
from experiments.runs.saved import CONFIG
from tests.torture.operations import Watch, kill_at, watch
from tests.torture.process import run, seconds_of
from tests.torture.sample import Sample
from tests.torture.tally import Tally

MAX_KILLS = 6  # of one run


def torture(samples: list[Sample], tally: Tally, rng: random.Random, end: float) -> None:
    """Kill runs until the time is over: before each operation in turn, then anywhere."""
    trials = {sample.study: _Trials(sample, rng) for sample in samples}
    for trial in cycle(trials.values()):
        trial.once(tally)
        if time.monotonic() > end:
            return


class _Trials:
    """Runs of one study, each killed before an operation that was not tried yet."""

    def __init__(self, sample: Sample, rng: random.Random):
        self.sample, self.rng = sample, rng
        self.operations, self.seconds = measure(sample)
        self.places: Iterator[tuple[bool, int]] = self._places()

    def _places(self) -> Iterator[tuple[bool, int]]:
        """Whether a finished run is replaced with --force, and before which operation the first kill comes."""
        while True:
            places = [(force, number) for force in (False, True) for number in range(self.operations)]
            self.rng.shuffle(places)
            yield from places

    def once(self, tally: Tally) -> None:
        """One run, killed up to MAX_KILLS times, then left alone."""
        force, number = next(self.places)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder).resolve() / "runs" / self.sample.study
            if force:
                shutil.copytree(self.sample.folder, out)
            kills, complaint = self._kill(out, "--force" if force else "--resume", number)
            what = f"{self.sample.study}{' --force' if force else ''}, killed {'; '.join(kills)}"
            tally.note("kills", what, complaint or self._ends_well(out), count=len(kills))

    def _kill(self, out: Path, flag: str, number: int) -> tuple[list[str], str]:
        """Kill the run in `out` again and again. Gives where, and what was wrong in between."""
        kills: list[str] = []
        while len(kills) < MAX_KILLS:
            if kills and self.rng.random() < 0.5:
                after = self.rng.uniform(0, self.seconds)
                ended = self.sample.run(out, flag, kill_after=after)
                where = f"after {after:.3f} s"
            else:
                number = self.rng.randrange(self.operations) if kills else number
                ended = self.sample.run(out, flag, before=lambda: watch(Watch(str(out.parent), kill_at(number))))  # noqa: B023
                where = f"before operation {number}"
            if not ended.killed:  # it was done before
                return kills, ended.complaint or (f"refused: {ended.err}" if ended.status else "")
            kills.append(where)
            flag = "--resume"
            if complaint := _half_shown(out, self.sample):
                return kills, complaint
        return kills, ""

    def _ends_well(self, out: Path) -> str:
        ended = self.sample.run(out, "--resume")
        if ended.status != 0:
            return f"--resume ends with status {ended.status}: {ended.err.strip()[-300:]}"
        left = [path.name for path in out.parent.rglob("*") if is_temporary(path)]
        return self.sample.difference(out) or (f"temporary files are left: {left}" if left else "")


def _half_shown(out: Path, sample: Sample) -> str:
    """What is wrong if a killed run says that it is finished and is not."""
    config = out / CONFIG
    if not config.is_file() or not json.loads(config.read_text())["finished"]:
        return ""
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    missing = sample.files.keys() - there
    return f"says that it is finished, and lacks {sorted(missing)[:3]}" if missing else ""


def measure(sample: Sample) -> tuple[int, float]:
    """File operations of an undisturbed run that change something, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        out, record = Path(folder).resolve() / "runs" / sample.study, Path(folder) / "count"
        plan = Watch(str(out.parent))
        seconds = seconds_of(lambda: sample.run(out, before=lambda: watch(plan), after=_write_count(plan, record)))
        return int(record.read_text()), seconds


def _write_count(plan: Watch, record: Path) -> Callable[[], object]:
    return lambda: record.write_text(str(plan.count))


def kill_reports(samples: list[Sample], tally: Tally, rng: random.Random, end: float) -> None:
    """Kill the page of results while it is written; the old page or the new one is there, and the next one is whole."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder).resolve() / "runs"
        for sample in samples:
            shutil.copytree(sample.folder, runs / sample.study)
        page = Path(folder).resolve() / "page"
        plan, record = Watch(str(page)), Path(folder) / "count"
        run(["report", str(runs), "--out", str(page)], lambda: watch(plan), after=_write_count(plan, record))
        whole = (page / "index.html").read_bytes()
        numbers = list(range(int(record.read_text())))
        rng.shuffle(numbers)
        for number in numbers:
            if time.monotonic() > end:
                return
            run(["report", str(runs), "--out", str(page)], lambda: watch(Watch(str(page), kill_at(number))))  # noqa: B023
            same = (page / "index.html").read_bytes() == whole
            tally.note("kills", f"report, before operation {number}", "" if same else "the page is not whole")
