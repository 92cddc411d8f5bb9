"""What stands where something else is expected: folders, files, pipes, circles of links, odd names; closed streams."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture.process import Ended, run
from tests.torture.sample import Sample
from tests.torture.tally import Tally

ROOT = Path(__file__).parents[2]


def torture(samples: list[Sample], tally: Tally, rng: random.Random, end: float) -> None:
    """A folder where a file should be and the reverse, names that are too long, links in a circle."""
    for sample in samples:
        for what, spoil in rng.sample(sorted(SPOILED.items()), len(SPOILED)):
            if time.monotonic() > end:
                return
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "runs" / sample.study
                shutil.copytree(sample.folder, out)
                out = spoil(out)
                for flags in ((), ("--resume",), ("--force",)):
                    ended = sample.run(out, *flags)
                    tally.note("faults", f"{sample.study} {' '.join(flags)}: {what}", ended.complaint)
                ended = run(["report", str(out.parent), "--out", str(Path(folder) / "page")])
                tally.note("faults", f"report of {sample.study}: {what}", ended.complaint)


def _replace(name: str, make: Callable[[Path], None]) -> Callable[[Path], Path]:
    """Put something else where a file or folder of the run stands."""

    def spoil(out: Path) -> Path:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        make(path)
        return out

    return spoil


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


SPOILED: dict[str, Callable[[Path], Path]] = {
    f"{what} in place of {name or 'the run'}": _replace(name, make)
    for name in ("", "config.json", "figures", "discussion.md", "models", "results.csv", "metrics.csv", "tables.md")
    for what, make in {"a folder": Path.mkdir, "a file": Path.touch, "a circle": _circle, "a pipe": os.mkfifo}.items()
    if not (what == "a pipe" and name in ("", "figures", "models"))
} | {
    "a name of 300 letters": lambda out: out.with_name("a" * 300),
    "a path of 5,000 letters": lambda out: out.joinpath(*["a" * 100] * 50),
    "a name that is no text": lambda out: out.with_name("a\udcffb"),
    "a name with an escape": lambda out: out.with_name("a\x1b[31m\nb"),
}


def outputs(sample: Sample, tally: Tally, end: float) -> None:
    """Closed and full standard streams, of the real program."""
    for redirection in (">&-", "> /dev/full", "2>&-", ">&- 2>&-", "> /dev/full 2> /dev/full"):
        for arguments in (f"report {sample.folder.parent} --out {sample.folder.parent / 'page'}", "rnn --help"):
            if time.monotonic() > end:
                return
            command = f"{sys.executable} -m experiments {arguments} {redirection}"
            done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT)
            ended = Ended(done.returncode, done.stdout, done.stderr)
            silent = "2>" in redirection and done.returncode in (0, 2)  # where nothing can be told, the status tells
            tally.note("faults", f"{arguments.split()[0]} {redirection}", "" if silent else ended.complaint)
