"""The trained nets that a run keeps: one file in models/ for each cell."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from experiments.rnn.saved import open_run
from experiments.run_folder import RunFolder, UsageError
from rnn.classifier import SequenceClassifier
from rnn.trained import Trained, load, save
from rnn.trial import Recipe, Trial, TrialResult

FOLDER = "models"


def model_file(cell: str) -> str:
    """Where a run keeps the nets of a cell: "models/gru.npz"."""
    return f"{FOLDER}/{cell}.npz"


def write_nets(folder: RunFolder, forecasts: Mapping[Trial, TrialResult], recipe: Recipe) -> None:
    """Keep the nets that were trained on all windows: one file for each cell, in it one net for each seed."""
    (folder.path / FOLDER).mkdir(exist_ok=True)
    nets: dict[str, list[SequenceClassifier]] = {}
    for trial, result in forecasts.items():
        net = recipe.new_net(trial.model, np.random.default_rng(0))  # its initial weights are replaced at once
        net.load_state_dict({name: np.array(values, np.float32) for name, values in (result.parameters or {}).items()})
        nets.setdefault(trial.model, []).append(net)
    length = next(iter(forecasts)).length
    for cell, trained in nets.items():
        save(folder.path / model_file(cell), Trained(cell, length, trained))


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
