"""Run a study for every combination of some settings, on all cores or on a cluster; the numbers in one table.

Each combination is a task with a run folder of its own, OUT/tasks/NAME. The same command continues a sweep that was
stopped: finished tasks are not run again, failed ones are tried again (error.txt in their folder says why), and the
grid may grow. OUT/sweep.csv holds all numbers in the order of the grid: the same bytes for any number of workers.

  python -m experiments sweep rnn --grid cell=rnn,lstm,gru length=3,5,7,14 seed=0..4
  python -m experiments sweep vae --grid latent=8,32,128 seed=0..2 --kl-weights 1 --epochs 5
  python -m experiments sweep rnn --grid seed=0..9 --dask local --jobs 4          a Dask cluster on this machine
  python -m experiments sweep rnn --grid seed=0..9 --dask tcp://10.0.0.7:8786     one that runs already
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from tqdm import tqdm

from experiments.cli import add_settings, read_settings, require
from experiments.prose import duration
from experiments.runs.folder import RunFolder, UsageError
from experiments.sweep.backends import check_address, workers
from experiments.sweep.grid import Grid, as_text, parse
from experiments.sweep.studies import STUDIES
from experiments.sweep.table import TABLE, one_table, rows_of
from experiments.sweep.tasks import ERROR, TASKS, Outcome, Task, forget_starts, is_finished, make_tasks

MAX_JOBS = 1024
SECONDS_BETWEEN_TABLES = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    studies = parser.add_subparsers(dest="study", required=True, metavar="rnn|vae")
    for name, study in STUDIES.items():
        of_study = studies.add_parser(name, help=f"tasks are runs of {name}, with its flags")
        of_study.add_argument("--grid", nargs="+", required=True, metavar="NAME=VALUES", help="seed=0..4 cell=rnn,gru")
        out = Path(f"runs/sweep-{name}")
        of_study.add_argument("--out", type=Path, default=out, metavar="DIR", help="folder of the sweep (%(default)s)")
        of_study.add_argument("--jobs", type=int, metavar="N", help="tasks at a time (all cores)")
        of_study.add_argument("--dask", metavar="WHERE", help="local, or the address tcp://HOST:PORT of a scheduler")
        of_study.add_argument("--quick", action="store_true", help="small tasks")
        of_study.add_argument("--force", action="store_true", help="delete the existing sweep in --out and start over")
        add_settings(of_study, study.settings, without=study.in_a_task)


def run(args: argparse.Namespace) -> None:
    # The grid and the settings, all of them checked.
    study = STUDIES[args.study]
    check_address(args.dask)
    require("jobs", args.jobs, args.jobs is None or 1 <= args.jobs <= MAX_JOBS, f"at least 1, at most {MAX_JOBS:,}")
    jobs, args.jobs = args.jobs or joblib.cpu_count(), None
    grid = parse(args.grid, study.settings, without=tuple(study.in_a_task))
    for name, values in grid.items():
        require(name, getattr(args, name), getattr(args, name) is None, "no flag, since it is in the grid")
        setattr(args, name, values[0])  # settings that suit the first task
    for name, value in study.unless_asked.items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    settings = read_settings(study.settings, args)

    # The data, read once here, so that all tasks meet the same and a mistake is told once.
    tasks, data = _with_data(make_tasks(args.study, settings, grid, args.out))

    # The folder of the sweep. Its settings are those that all tasks share.
    shared = {name: value for name, value in tasks[0].settings.recorded().items() if name not in grid}
    resumed = {"data": data, **shared}
    folder = RunFolder(
        args.out, f"{args.study}-sweep", resumed, resume=not args.force, force=args.force, data=settings.data,
        holds_runs=TASKS,
    )  # fmt: skip
    folder.record(finished=False, grid={name: [as_text(value) for value in values] for name, values in grid.items()})

    # Every task that is not finished; each result goes into the table.
    failed = _run_all(tasks, grid, folder, jobs, args.dask)
    if failed:
        first = failed[0]
        raise UsageError(
            f"{len(failed)} of {len(tasks)} tasks failed, the first {first.task}: {first.error} "
            f"({first.task.folder / ERROR}); the same command tries them again"
        )
    folder.finish()
    print(f"all {len(tasks)} tasks are done: the numbers are in {folder.path / TABLE}")


def _with_data(tasks: Sequence[Task]) -> tuple[list[Task], dict[str, str]]:
    """The tasks with --data auto replaced by what was found, and each source with the hash of its content."""
    study = STUDIES[tasks[0].study]
    found: dict[str, tuple[str, str]] = {}
    for task in tasks:
        if task.settings.data not in found:
            found[task.settings.data] = study.find_data(task.settings)
    there = [task.with_data(found[task.settings.data][0]) for task in tasks]
    return there, dict(found.values())


def _run_all(tasks: Sequence[Task], grid: Grid, folder: RunFolder, jobs: int, dask: str | None) -> list[Outcome]:
    """Run what is not finished, writing the table on the way and at the end; gives the outcomes that failed."""
    rows: dict[str, pd.DataFrame] = {str(task): rows_of(task) for task in tasks if is_finished(task)}
    todo = [task for task in tasks if str(task) not in rows]
    if rows:
        print(f"{len(rows)} of {len(tasks)} tasks are finished already", flush=True)
    for task in todo:
        forget_starts(task)
    failed: list[Outcome] = []
    written = time.monotonic()
    try:
        for outcome in _with_progress(todo, len(rows), jobs, dask):
            if outcome.error:
                failed.append(outcome)
            else:
                rows[str(outcome.task)] = rows_of(outcome.task)
            if time.monotonic() - written > SECONDS_BETWEEN_TABLES:
                folder.write_csv(TABLE, one_table(tasks, grid, rows))
                written = time.monotonic()
    finally:
        folder.write_csv(TABLE, one_table(tasks, grid, rows))
        folder.record_cost()
    return sorted(failed, key=lambda outcome: str(outcome.task))


def _with_progress(todo: Sequence[Task], before: int, jobs: int, dask: str | None) -> Any:
    """Yield the outcomes; a bar, or without a terminal a line for each, with the time left."""
    if not todo:
        return
    total = before + len(todo)
    with workers(jobs, dask) as (give, at_a_time):
        started = time.monotonic()
        with tqdm(total=total, initial=before, unit=" tasks", disable=None) as bar:
            for count, outcome in enumerate(give(todo), 1):
                passed = time.monotonic() - started
                left = passed / count * (len(todo) - count)
                how = f"failed: {outcome.error}" if outcome.error else f"done in {duration(outcome.seconds)}"
                if bar.disable or outcome.error:
                    time_left = f", {duration(left)} left" if left else ""
                    tqdm.write(f"[{before + count}/{total}] {outcome.task}: {how}{time_left}")
                bar.update()
                yield outcome
        rate = len(todo) / (time.monotonic() - started) * 3600
        print(f"{rate:,.0f} tasks an hour, {at_a_time} at a time", flush=True)
