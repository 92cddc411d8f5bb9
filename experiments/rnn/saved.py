"""What a run of problem 1 left behind, read back: the tables by name, checked, and the words for their codes.

Figures, map, tables and discussion are made from these files alone, so they can be redrawn without training.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import DataError

CELLS = ("rnn", "lstm", "gru")
BASELINES = ("majority", "reversal", "logistic")
SPLITS = ("country", "time", "random")
METRICS = ("accuracy", "balanced_accuracy", "auc", "log_loss", "brier")
LOWER_IS_BETTER = ("log_loss", "brier")

MODEL_NAMES = {
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "majority": "majority class",
    "reversal": "reversal rule",
    "logistic": "logistic regression",
}
SPLIT_NAMES = {"country": "by country", "time": "by time", "random": "random windows"}
SPLIT_PHRASES = {**SPLIT_NAMES, "random": "on random windows"}  # as they stand inside a sentence
METRIC_NAMES = {
    "train_accuracy": "training accuracy",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "auc": "ROC-AUC",
    "log_loss": "log-loss (nats)",
    "brier": "Brier score",
}

COLUMNS = {
    "windows.csv": ("threshold", "countries", "length", "windows", "distinct", "positives_distinct"),
    "countries.csv": ("country", "code", "in_c", "partner", "correlation"),
    "results.csv": ("model", "length", "split", "seed", "metric", "value"),
    "curves.csv": ("model", "length", "split", "seed", "epoch", "part", "loss", "accuracy"),
    "predictions.csv": ("model", "length", "split", "seed", "country", "day", "probability", "label"),
    "world_map.csv": ("country", "code", "probability", "last_days", "day"),  # and drawn, once the map was made
}
TEXT_COLUMNS = ("country", "code", "partner", "model", "split", "metric", "part", "day", "last_days", "in_c")


@dataclass(frozen=True)
class SavedRun:
    """A run folder. ``config`` is its config.json; tables are read when asked for."""

    folder: Path
    config: dict[str, Any]

    @property
    def simulated(self) -> bool:
        """True if the counts came from the simulated epidemic."""
        return bool(self.config["data"]["simulated"])

    @property
    def threshold(self) -> float:
        """The correlation above which two countries make a pair."""
        return float(self.config["threshold"])

    @property
    def event(self) -> str:
        """What the models foresee, as it stands in a sentence."""
        cumulative = self.config.get("target") == "cumulative"
        return "any new cases" if cumulative else "more new cases than the day before"

    @property
    def map_model(self) -> str:
        """The cell whose probabilities are on the map."""
        return str(self.config["map"]["model"])

    @property
    def map_length(self) -> int:
        """The window length, in days, of the model on the map."""
        return int(self.config["map"]["length"])

    def has(self, name: str) -> bool:
        """True if the run wrote the file ``name``."""
        return (self.folder / name).is_file()

    def table(self, name: str) -> pd.DataFrame:
        """The rows of one of the files in COLUMNS; raises DataError if it is missing or lacks a column."""
        path = self.folder / name
        text: dict[str, type] = dict.fromkeys(set(TEXT_COLUMNS).intersection(COLUMNS[name]), str)
        frame = _read_csv(path, text)
        missing = [column for column in COLUMNS[name] if column not in frame.columns]
        if missing:
            raise DataError(f"{path}: no column {', '.join(missing)}; expected {','.join(COLUMNS[name])}")
        return frame.fillna(dict.fromkeys(text, ""))

    def correlation(self) -> pd.DataFrame:
        """Pearson coefficients, (countries, countries), both axes labelled; NaN where undefined."""
        path = self.folder / "correlation.csv"
        frame = _read_csv(path, {"country": str}).set_index("country")
        if list(frame.index) != list(frame.columns):
            raise DataError(f"{path}: rows and columns name different countries; expected a square table")
        return frame


def open_run(folder: str | os.PathLike[str]) -> SavedRun:
    """Open a run folder; raises DataError with one line if it holds no readable config.json."""
    path = Path(folder) / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; is {folder} the folder of a finished run?") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {error.lineno}: not JSON ({error.msg})") from None
    missing = [key for key in ("data", "threshold", "map") if key not in config]
    if missing:
        raise DataError(f"{path}: no key {', '.join(missing)}; was it written by `python -m experiments rnn`?")
    return SavedRun(Path(folder), config)


def _read_csv(path: Path, text: dict[str, type]) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"{path}: no such file; run the training again, with --resume, to write it")
    # Only an empty field means "nothing": pandas would also swallow a country called "NA" or "None".
    return pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
