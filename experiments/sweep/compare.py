"""Put finished runs of one study side by side: the settings in which they differ, and what they achieved.

python -m experiments compare runs/rnn runs/rnn-long
python -m experiments compare runs/vae runs/vae-2 runs/vae-3 --out comparison     compare.md and compare.csv
python -m experiments compare runs/sweep-rnn/tasks/*                              the tasks of a sweep
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.atomic import write_bytes
from data.errors import printable
from experiments.cli import setting_names
from experiments.markdown import table
from experiments.prose import escaped
from experiments.runs.folder import UsageError
from experiments.runs.measure import Measure
from experiments.runs.saved import CONFIG, read_config, read_json
from experiments.sweep.studies import STUDIES

DATA = ("source", "sha256", "countries", "days", "first_day", "last_day", "images", "training", "held_out")
ENVIRONMENT = ("commit", "numpy")
MAX_TEXT = 40  # letters of a setting in the table for readers
NOTHING = Measure("", "–")


@dataclass(frozen=True)
class Side:
    """A run: its name in the table, all that decided its results, and what it achieved."""

    name: str
    settings: Mapping[str, Measure]
    measures: Mapping[str, Measure]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run folders of rnn, or of vae")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write compare.md and compare.csv into this folder")


def run(args: argparse.Namespace) -> None:
    sides = open_sides(args.runs)
    text = side_by_side(sides)
    print(text)
    if args.out:
        if args.out.exists() and not args.out.is_dir():
            raise UsageError(f"--out {args.out}: is a file, expected a folder")
        write_bytes(args.out / "compare.md", f"{text}\n".encode())
        write_bytes(args.out / "compare.csv", long_table(sides).to_csv(index=False, lineterminator="\n").encode())


def open_sides(folders: Sequence[Path]) -> list[Side]:
    """The runs, opened and checked.

    Raises:
        UsageError: there are fewer than two, or one is no finished run of the first one's study.
        DataError: a folder holds no run, or a file of it is damaged.
    """
    if len({folder.resolve() for folder in folders}) < max(2, len(folders)):
        raise UsageError(f"{' '.join(map(str, folders))}: expected at least two different runs")
    kinds = [_study_of(folder) for folder in folders]
    for folder, kind in zip(folders, kinds, strict=True):
        if kind != kinds[0]:
            raise UsageError(
                f"{folder} holds a run of {kind}, {folders[0]} one of {kinds[0]}: compare runs of one study"
            )
    return [_side(folder, name, kinds[0]) for folder, name in zip(folders, _names(folders), strict=True)]


def side_by_side(sides: Sequence[Side]) -> str:
    """Two Markdown tables with a column for each run: the settings that differ, and the measures."""
    header = ["", *(escaped(side.name) for side in sides)]
    align = "l" + "r" * len(sides)
    different = [[escaped(name), *(escaped(each.text) for each in row)] for name, row in _differing(sides).items()]
    settings = table(header, different, align) if different else "The runs have the same settings and data."
    achieved = [[name, *(each.text for each in row)] for name, row in _rows([side.measures for side in sides]).items()]
    return f"{settings}\n\n{table(header, achieved, align)}"


def long_table(sides: Sequence[Side]) -> pd.DataFrame:
    """The same, a row for each run and setting or measure: run, kind, name, value."""
    parts = {"setting": _differing(sides), "measure": _rows([side.measures for side in sides])}
    rows = [
        (side.name, kind, name, each.value)
        for kind, part in parts.items()
        for name, row in part.items()
        for side, each in zip(sides, row, strict=True)
    ]
    return pd.DataFrame(rows, columns=["run", "kind", "name", "value"])


def _study_of(folder: Path) -> str:
    """The study of a finished run; an error if the folder holds something else."""
    kind = str(read_json(folder / CONFIG).get("study"))
    if kind not in STUDIES:
        raise UsageError(f"{folder}: holds no run of {' or '.join(STUDIES)}, but of {kind}")
    if not read_config(folder, kind)["finished"]:
        raise UsageError(f"{folder}: the run has not finished: --resume continues it")
    return kind


def _names(folders: Sequence[Path]) -> list[str]:
    """The last parts of the paths if they tell the runs apart, else the paths."""
    short = [folder.resolve().name for folder in folders]
    return short if len(set(short)) == len(short) else [folder.as_posix() for folder in folders]


def _side(folder: Path, name: str, kind: str) -> Side:
    study = STUDIES[kind]
    saved = study.saved.open(folder)
    config = saved.config
    settings = {field: config[field] for field in setting_names(study.settings) if field in config and field != "data"}
    settings |= {f"data: {key}": config["data"][key] for key in DATA if key in config["data"]}
    settings |= {f"environment: {key}": config["environment"].get(key) for key in ENVIRONMENT}
    return Side(name, {key: _as_measure(value) for key, value in settings.items()}, study.headline(saved))


def _as_measure(value: Any) -> Measure:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    text = printable(str(value)) if value is not None else "none"
    return Measure(
        value if type(value) in (int, float, bool) else text,
        text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 4]} ...",
    )


def _differing(sides: Sequence[Side]) -> dict[str, list[Measure]]:
    rows = _rows([side.settings for side in sides])
    return {name: row for name, row in rows.items() if len({each.value for each in row}) > 1}


def _rows(columns: Sequence[Mapping[str, Measure]]) -> dict[str, list[Measure]]:
    """The columns as rows, by name, in the order in which the names first occur."""
    names = dict.fromkeys(name for column in columns for name in column)
    return {name: [column.get(name, NOTHING) for column in columns] for name in names}
