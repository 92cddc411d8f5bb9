"""The trained nets that a run keeps: one file in models/ for each cell."""

import os
from pathlib import Path

from experiments.rnn.saved import open_run
from experiments.run_folder import UsageError
from rnn.trained import Trained, load

FOLDER = "models"


def model_file(cell: str) -> str:
    """Where a run keeps the nets of a cell: "models/gru.npz"."""
    return f"{FOLDER}/{cell}.npz"


def load_rnn(run: str | os.PathLike[str], cell: str | None = None) -> Trained:
    """The trained nets of a run folder: ``load_rnn("runs/rnn").probability(last_days)``.

    Args:
        run: the folder that `python -m experiments rnn` wrote.
        cell: "rnn", "lstm" or "gru"; without one, the cell of the run's map.

    Raises:
        UsageError: the folder has no such nets, or the file is damaged.
    """
    cell = cell or open_run(run).map_model
    path = Path(run) / model_file(cell)
    if not path.is_file():
        raise UsageError(f"{path}: no such nets; `python -m experiments rnn --out {run}` trains them")
    try:
        return load(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{error}; train again to replace it") from None
