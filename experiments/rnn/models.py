"""The trained nets that a run keeps in models/, one file for each cell and seed."""

import os
from collections.abc import Iterable
from pathlib import Path

from experiments.rnn.saved import MAP, open_run
from experiments.runs.folder import RunFolder, UsageError
from experiments.runs.saved import CONFIG
from experiments.runs.values import check_fields
from rnn.trained import TrainedNets, load
from rnn.trial import EVERYTHING, Trial

FOLDER = "models"


def model_file(trial: Trial) -> str:
    """Where a run keeps the net of a trial that held nothing out: "models/gru-L14-0.npz"."""
    return f"{FOLDER}/{trial.model}-L{trial.length}-{trial.seed}.npz"


def trials_of_map(cells: Iterable[str], length: int, seeds: int) -> list[Trial]:
    """The trials whose nets a run keeps: every cell at the map's length, once a seed, with nothing held out."""
    return [Trial(cell, length, EVERYTHING, seed) for cell in cells for seed in range(seeds)]


def all_are_kept(run: RunFolder) -> bool:
    """Whether a finished run still has the nets that it trained for its map; DataError if it has no map."""
    check_fields(run.config, {"map": MAP}, run.path / CONFIG)
    trials = trials_of_map(run.config["cells"], run.config["map"]["length"], run.config["map"]["seeds"])
    return all((run.path / model_file(trial)).is_file() for trial in trials)


def load_rnn(run: str | os.PathLike[str], cell: str | None = None) -> TrainedNets:
    """The trained nets of a run folder: those that drew its map, or those of another cell.

    >>> from experiments import load_rnn                                      # doctest: +SKIP
    >>> load_rnn("runs/rnn").probability(last_days).shape                     # doctest: +SKIP
    (185,)

    Args:
        run: the folder that `python -m experiments rnn` wrote.
        cell: "rnn", "lstm" or "gru"; the map's if None.

    Raises:
        DataError: the folder holds no run of this study, or an unfinished one.
        UsageError: it has no such net, or a file is damaged.
    """
    saved = open_run(run)
    cell = cell or saved.map_model
    paths = [
        Path(run) / model_file(trial) for trial in trials_of_map([cell], saved.map_length, saved.config["map"]["seeds"])
    ]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise UsageError(f"{run}: no trained {cell} in {FOLDER}/ ({missing[0]} is missing): run the study again")
    try:
        return TrainedNets(tuple(load(path) for path in paths))
    except (OSError, ValueError) as error:
        raise UsageError(f"{error}: train again to replace it") from None
