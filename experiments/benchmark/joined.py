"""One table of several runs. A machine that is quiet for a few minutes at a time measures some works, then others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..runs.folder import UsageError
from ..runs.saved import CONFIG, SavedRun
from ..runs.values import POSITIVE_COUNT, TEXT, Kind, Number, check_fields
from . import report
from .comparison import Comparison
from .timing import Ratio
from .works import WORKS

TABLE = "benchmark.csv"
NUMBERS = tuple(column for column in report.COLUMNS if column not in ("work", "peer", "threads"))
MACHINE = Kind("texts by name", lambda value: isinstance(value, dict) and all(map(TEXT.holds, value.values())))


@dataclass(frozen=True)
class SavedBenchmark(SavedRun):
    """A run of the benchmark."""

    STUDY = "benchmark"
    REMEDY = "measure it again"
    COLUMNS: ClassVar = {TABLE: report.COLUMNS}
    TEXT_COLUMNS = frozenset(("work", "peer"))
    RANGES: ClassVar = {"threads": POSITIVE_COUNT, **dict.fromkeys(NUMBERS, Number(0))}


def table(folders: Sequence[Path]) -> str:
    """The Markdown table of the works of these runs, and its summary.

    Raises:
        UsageError: an unfinished run, runs of different machines or versions, or a work in two of them.
        DataError: a folder holds no run of the benchmark, or a file of it is damaged.
    """
    machines, comparisons = [], []
    for folder in folders:
        machines.append(_machine(folder))
        comparisons += _comparisons(folder)
    if any(machine != machines[0] for machine in machines):
        raise UsageError("--join: the runs are of different machines or versions: expected one of each")
    measured = [(c.work.name, c.peer, c.threads) for c in comparisons]
    if twice := {name for name in measured if measured.count(name) > 1}:
        raise UsageError(f"--join: measured in two of the runs: {', '.join(sorted(name for name, *_ in twice))}")
    order = {work.name: k for k, work in enumerate(WORKS)}
    comparisons.sort(key=lambda c: (c.threads, order[c.work.name]))
    return f"{report.markdown(comparisons, report.heading(machines[0]))}\n{report.summary(comparisons)}"


def _machine(folder: Path) -> dict[str, str]:
    """What a run says of its machine, without the load of the moment."""
    config = SavedBenchmark.open(folder).config
    if not config["finished"]:
        raise UsageError(f"--join: {folder}: the run is not finished")
    check_fields(config, {"machine": MACHINE}, folder / CONFIG)
    return {name: value for name, value in config["machine"].items() if name != "load"}


def _comparisons(folder: Path) -> list[Comparison]:
    """The rows of a run's benchmark.csv; what it does not hold (the peer's settings) is left out."""
    works = {work.name: work for work in WORKS}
    saved = SavedBenchmark.open(folder)
    rows = saved.table(TABLE) if saved.has(TABLE) else None
    if rows is not None and (unknown := set(rows["work"]) - works.keys()):
        raise UsageError(f"--join: {folder / TABLE}: there is no work {min(unknown)}: measure it again")
    return [
        Comparison(
            work=works[row["work"]],
            threads=int(row["threads"]),
            ours_ms=row["ours_ms"],
            gemm_share=row["gemm_share"],
            busy=1.0,
            peer=row["peer"],
            ratio=Ratio(row["ratio"], row["ratio_low"], row["ratio_high"]),
            peer_ms=row["peer_ms"],
            peak_mb_ours=row["peak_mb_ours"],
            peak_mb_peer=row["peak_mb_peer"],
        )
        for row in ([] if rows is None else rows.to_dict("records"))
    ]
