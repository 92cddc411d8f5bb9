"""A study that takes no time: its one number follows from the settings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.runs.folder import RunFolder
from experiments.sweep import studies
from experiments.sweep.tasks import STUDIES


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """The settings that the study was run with: cell, length, seed. It fails for a hidden size of 13."""
    ran: list[tuple] = []

    def run(args, draw):
        assert not draw
        settings = {name: getattr(args, name) for name in ("cells", "lengths", "seed", "hidden")}
        ran.append(tuple(settings.values())[:3])
        print("as far as", args.seed)
        if args.hidden == 13:
            raise ZeroDivisionError("an unlucky\nnumber")
        recorded = studies.RnnSettings(**{k: v for k, v in vars(args).items() if k in FIELDS}).recorded()
        folder = RunFolder(args.out, "rnn", recorded, resume=args.resume)
        value = args.seed + len(args.cells[0]) / 8
        folder.write_csv("results.csv", pd.DataFrame({"metric": ["auc"], "value": [value]}))
        folder.finish()

    class Saved:
        open = staticmethod(lambda folder: folder)

    def numbers(folder: Path) -> pd.DataFrame:
        return pd.read_csv(folder / "results.csv")

    fake = replace(
        STUDIES["rnn"], run=run, saved=Saved, numbers=numbers, find_data=lambda settings: (settings.data, "0" * 64)
    )
    monkeypatch.setitem(STUDIES, "rnn", fake)
    return ran


FIELDS = studies.RnnSettings.__dataclass_fields__


@pytest.fixture
def sweep(tmp_path: Path) -> Callable[..., int]:
    """Runs a sweep of the study rnn in this process; gives the exit status."""

    def call(*arguments: str, out: str = "sweep") -> int:
        return main(["sweep", "rnn", "--jobs", "1", "--out", str(tmp_path / out), *arguments])

    return call
