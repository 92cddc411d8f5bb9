"""The part of the page on which a visitor draws the last days and the trained nets say what comes tomorrow."""

from typing import Any

from experiments.page.player import Player, packed
from experiments.rnn.models import load_rnn, model_file
from experiments.rnn.saved import SavedRnn
from experiments.rnn.words import MODEL_NAMES
from rnn.classifier import CELLS
from rnn.trained import TrainedNets
from rnn.trial import EVERYTHING, Trial

TEXT = (
    "Draw the new cases of the last days, or move the slider of a day with the arrow keys. The nets that this run "
    "trained answer in the page. Below each answer stands its gradient by day: red where more cases on that day make a "
    "rise likelier, blue where they make it less likely."
)


def tomorrow(run: SavedRnn) -> tuple[Player, ...]:
    """The player of a run that kept its nets and its map; nothing for any other."""
    kept = [cell for cell in CELLS if run.has(model_file(Trial(cell, run.map_length, EVERYTHING, 0)))]
    if not kept or not run.has("world_map.csv"):
        return ()
    world = run.table("world_map.csv")
    countries = [
        {"name": name, "days": [round(float(count)) for count in days.split()]}
        for name, days in zip(world["country"], world["last_days"], strict=True)
    ]
    largest = max(countries, key=lambda country: sum(country["days"]))
    data = {
        "length": run.map_length,
        "cells": {MODEL_NAMES[cell]: _models(cell, load_rnn(run.folder, cell)) for cell in kept},
        "examples": [largest, *(country for country in countries if country is not largest)],
    }
    return (Player("tomorrow", "Draw the last days: what comes tomorrow?", TEXT, data),)


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
