"""What a run of problem 1 left behind, read back: its tables by name, checked.

Figures, map, tables and discussion are made from these files alone, so they can be redrawn without training.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from data.errors import DataError
from experiments.runs.saved import SavedRun, read_config, read_table
from experiments.runs.values import (
    COUNT,
    DAY,
    FLAG,
    POSITIVE_COUNT,
    TEXT,
    Number,
    list_of,
    object_of,
    one_of,
    optional,
)
from rnn.classifier import CELLS
from rnn.windows import KEEPS, TARGETS

SEEDS = Number(1, 1000, whole=True)
MAP = object_of({"model": one_of(CELLS), "length": POSITIVE_COUNT, "seeds": SEEDS})


@dataclass(frozen=True)
class SavedRnn(SavedRun):
    """A run of problem 1."""

    STUDY = "rnn"
    COLUMNS: ClassVar = {
        "windows.csv": ("threshold", "countries", "length", "windows", "distinct", "positives_distinct"),
        "countries.csv": ("country", "code", "in_c", "partner", "correlation"),
        "results.csv": ("model", "length", "split", "seed", "metric", "value"),
        "curves.csv": ("model", "length", "split", "seed", "epoch", "part", "loss", "accuracy"),
        "predictions.csv": ("model", "length", "split", "seed", "country", "day", "probability", "label", "decision"),
        "gains.csv": (
            "model",
            "length",
            "split",
            "other",
            "other_length",
            "other_split",
            "metric",
            "gain",
            "low",
            "high",
            "p",
        ),
        "world_map.csv": ("country", "code", "in_c", "probability", "drawn", "last_days", "day"),
        "influence.csv": ("model", "days_back", "slope", "size"),
        "scored.csv": ("country", "in_c", "probability", "recalibrated", "fell", "before", "after", "rose"),
    }
    TEXT_COLUMNS = frozenset(
        ("country", "code", "partner", "model", "other", "split", "other_split", "metric", "part", "day", "last_days")
    ) | {"in_c", "drawn"}

    RANGES: ClassVar = {
        **dict.fromkeys(("length", "days_back"), POSITIVE_COUNT),
        **dict.fromkeys(("seed", "epoch", "countries", "windows", "distinct", "positives_distinct"), COUNT),
        **dict.fromkeys(("probability", "recalibrated", "accuracy"), Number(0, 1)),
        **dict.fromkeys(("label", "decision", "fell", "rose"), Number(0, 1, whole=True)),
        **dict.fromkeys(("threshold", "correlation"), Number(-1, 1)),
        "loss": Number(0),
    }
    FIELDS: ClassVar = {
        "data.source": TEXT, "data.simulated": FLAG, "data.countries": POSITIVE_COUNT, "data.days": POSITIVE_COUNT,
        "data.first_day": DAY, "data.last_day": DAY, "lengths": list_of(POSITIVE_COUNT), "epochs": POSITIVE_COUNT,
        "seeds": SEEDS, "threshold": Number(-1, 1), "target": one_of(TARGETS), "windows": one_of(KEEPS),
        "notes": list_of(TEXT),
        "kept": optional(object_of({"pairs": POSITIVE_COUNT, "rises": COUNT})), "map": optional(MAP),
    }  # fmt: skip

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
        """What the models forecast, as it stands in a sentence."""
        return "any new cases" if self.config["target"] == "cumulative" else "more new cases than the day before"

    @property
    def map_model(self) -> str:
        """The cell whose probabilities are on the map."""
        return str(self.config["map"]["model"])

    @property
    def map_length(self) -> int:
        """The window length, in days, of the model on the map."""
        return int(self.config["map"]["length"])

    def correlation(self, name: str = "correlation.csv") -> pd.DataFrame:
        """Pearson coefficients, (countries, countries), both axes labelled; NaN where undefined."""
        path = self.path(name)
        frame = read_table(path, {"country": str}).set_index("country")
        if list(frame.index) != list(frame.columns):
            raise DataError(f"{path}: rows and columns name different countries; expected a square table")
        return frame

    def counts(self) -> pd.DataFrame:
        """New cases, a row for each country, a column for each day."""
        path = self.path("counts.csv")
        frame = read_table(path, {"country": str}).set_index("country")
        if not all(np.issubdtype(kind, np.number) for kind in frame.dtypes) or not np.isfinite(frame.to_numpy()).all():
            raise DataError(f"{path}: holds a cell that is no number; run the study again")
        return frame


def open_run(folder: str | os.PathLike[str]) -> SavedRnn:
    """Open the folder of a run that has trained; DataError with one line if it is something else."""
    if read_config(Path(folder), SavedRnn.STUDY).get("map") is None:
        raise DataError(f"{folder}: the run has not finished training; --resume continues it")
    return SavedRnn.open(folder)
