"""The part of the page on which a visitor draws the last days and the trained nets say what comes tomorrow."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.page.days import Answer, Days
from experiments.page.player import Player, packed
from experiments.prose import percent
from experiments.rnn.models import load_rnn, model_file
from experiments.rnn.saved import SavedRnn
from experiments.rnn.words import MODEL_NAMES
from rnn.classifier import CELLS
from rnn.influence import slopes
from rnn.trained import TrainedNets
from rnn.trial import EVERYTHING, Trial

MAX_DAYS = 150  # to choose from: the last ones
TEXT = (
    "Choose a country and a day, or draw the new cases of the last days, or move the slider of a day with the arrow "
    "keys. The nets that this run trained answer in the page; they have seen all of these days in training. Below each "
    "answer stands its gradient by day: red where more cases on that day make a rise likelier, blue where they make it "
    "less likely."
)
STILL = (
    "The last days of the country with most new cases, and the probability of a rise that each trained net gives. The "
    "height of a count is its logarithm. Beside each answer stands its gradient by day: red and up where more cases on "
    "that day make a rise likelier, blue and down where they make it less likely."
)


def tomorrow(run: SavedRnn) -> tuple[Player, ...]:
    """The player of a run that kept its nets and its map; nothing for any other."""
    kept = [cell for cell in CELLS if run.has(model_file(Trial(cell, run.map_length, EVERYTHING, 0)))]
    if not kept or not run.has("world_map.csv"):
        return ()
    counts = _counts(run)
    lately = counts.iloc[:, -run.map_length :].sum(axis=1)
    counts = counts.loc[lately.sort_values(ascending=False, kind="stable").index]
    nets = {cell: load_rnn(run.folder, cell) for cell in kept}
    data = {
        "length": run.map_length,
        "cells": {MODEL_NAMES[cell]: _models(cell, nets[cell]) for cell in kept},
        "countries": list(counts.index),
        "last_day": str(counts.columns[-1]),
        "counts": packed(counts.to_numpy(np.int32), deflated=True),
    }
    still = _still(counts.iloc[0, -run.map_length :], nets)
    return (Player("tomorrow", "Draw the last days: what comes tomorrow?", TEXT, data, still),)


def _still(counts: pd.Series, nets: dict[str, TrainedNets]) -> Days:
    """The last days of one country, and what the nets and the rules make of them."""
    window = counts.to_numpy(float)[None]
    last, before = window[0, -1], window[0, -2]
    says = {True: "a rise", False: "no rise"}
    rules = (
        f"what fell yesterday rises: {says[bool(last < before)]}; what rose yesterday rises: "
        f"{says[bool(last > before)]}; what is below the mean of these days rises: {says[bool(last < window.mean())]}"
    )
    return Days(
        heading=f"{counts.name}: what comes after {counts.index[-1]}?",
        caption=f"{STILL} The rules say: {rules}.",
        days=tuple(str(day)[5:] for day in counts.index),
        counts=tuple(int(count) for count in window[0]),
        answers=tuple(_answer(MODEL_NAMES[cell], trained, window) for cell, trained in nets.items()),
    )


def _answer(name: str, trained: TrainedNets, window: np.ndarray) -> Answer:
    """The mean probability of the nets, and its gradient: that of a sigmoid is p (1 - p) times the logit's."""
    gradients = []
    for net in trained.nets:
        p = float(net.probability(window)[0])
        gradients.append(p * (1 - p) * slopes(net, window)[0])
    return Answer(name, percent(float(trained.probability(window)[0])), tuple(map(float, np.mean(gradients, axis=0))))


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
