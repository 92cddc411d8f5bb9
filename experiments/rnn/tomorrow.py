"""The part of the page on which a visitor draws the last days and the trained nets say what comes tomorrow."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.page.player import Player, packed
from experiments.rnn.models import load_rnn, model_file
from experiments.rnn.saved import SavedRnn
from experiments.rnn.words import MODEL_NAMES
from rnn.classifier import CELLS
from rnn.trained import TrainedNets
from rnn.trial import EVERYTHING, Trial

MAX_DAYS = 150  # to choose from: the last ones
TEXT = (
    "Choose a country and a day, or draw the new cases of the last days, or move the slider of a day with the arrow "
    "keys. The nets that this run trained answer in the page; they have seen all of these days in training. Below each "
    "answer stands its gradient by day: red where more cases on that day make a rise likelier, blue where they make it "
    "less likely."
)


def tomorrow(run: SavedRnn) -> tuple[Player, ...]:
    """The player of a run that kept its nets and its map; nothing for any other."""
    kept = [cell for cell in CELLS if run.has(model_file(Trial(cell, run.map_length, EVERYTHING, 0)))]
    if not kept or not run.has("world_map.csv"):
        return ()
    counts = _counts(run)
    lately = counts.iloc[:, -run.map_length :].sum(axis=1)
    counts = counts.loc[lately.sort_values(ascending=False, kind="stable").index]
    data = {
        "length": run.map_length,
        "cells": {MODEL_NAMES[cell]: _models(cell, load_rnn(run.folder, cell)) for cell in kept},
        "countries": list(counts.index),
        "last_day": str(counts.columns[-1]),
        "counts": packed(counts.to_numpy(np.int32), deflated=True),
    }
    return (Player("tomorrow", "Draw the last days: what comes tomorrow?", TEXT, data),)


def _counts(run: SavedRnn) -> pd.DataFrame:
    """New cases, a row for each country, a column for each day; of a run without counts.csv the last days alone."""
    if run.has("counts.csv"):
        return run.counts().iloc[:, -MAX_DAYS:].round()
    world = run.table("world_map.csv").set_index("country")
    days = [[round(float(count)) for count in days.split()] for days in world["last_days"]]
    last = pd.Timestamp(run.config["data"]["last_day"])
    dates = pd.date_range(end=last, periods=run.map_length).strftime("%Y-%m-%d")
    return pd.DataFrame(days, index=world.index, columns=dates)


def _models(cell: str, trained: TrainedNets) -> list[dict[str, Any]]:
    """The nets as recurrent.js reads them."""
    return [
        {
            "cell": cell,
            "inputs": net.inputs,
            "layers": net.classifier.recurrent.layers,
            "hidden": net.classifier.recurrent.hidden,
            "parameters": {name: packed(array.astype("<f4")) for name, array in net.classifier.state_dict().items()},
        }
        for net in trained.nets
    ]
