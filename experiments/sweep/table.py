"""sweep.csv: the numbers of all finished tasks, in the order of the grid, so the same whatever finished first."""

from collections.abc import Iterable, Mapping

import pandas as pd

from experiments.sweep.grid import Grid, as_text
from experiments.sweep.studies import STUDIES
from experiments.sweep.tasks import Task

TABLE = "sweep.csv"


def rows_of(task: Task) -> pd.DataFrame:
    """The numbers of a finished task, behind the values that the grid gave it.

    Raises:
        DataError: a table of the run is missing, damaged, or not as the run wrote it.
    """
    study = STUDIES[task.study]
    rows = study.numbers(study.saved.open(task.folder))
    for place, (name, value) in enumerate(task.values.items()):
        rows.insert(place, name, as_text(value))
    return rows


def one_table(tasks: Iterable[Task], grid: Grid, rows: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of the tasks that have some, by the name of the task."""
    there = [rows[str(task)] for task in tasks if str(task) in rows]
    return pd.concat(there, ignore_index=True) if there else pd.DataFrame(columns=list(grid))
