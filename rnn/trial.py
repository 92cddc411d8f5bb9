"""A trial: one model on the windows of one length, split one way, with one seed; trained, scored, forecast.

The seed draws the split, the initial weights and the order of the mini-batches, from independent streams: all models
of a seed meet the same split, whatever their length. A trial depends on nothing outside its arguments, so it may run
in any process and the number of processes changes no result.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .baselines import BASELINES
from .classifier import CELLS, SequenceClassifier
from .features import net_inputs
from .metrics import accuracy, evaluate
from .splits import split
from .train import Part, Record, TrainingSettings, train
from .trained import describe
from .windows import Windows

EVERYTHING = "all"  # in place of a split: no window is held out

# A net is a cell and what it sees of each day: name -> (cell, kind of `features.net_inputs`).
NETS = {cell: (cell, "log") for cell in CELLS} | {f"{cell}_steps": (cell, "steps") for cell in CELLS}


@dataclass(frozen=True)
class Trial:
    """One model, one length, one split, one seed. With the split "all" no window is held out: for the map."""

    model: str
    length: int
    split: str
    seed: int

    def __str__(self) -> str:
        return f"{self.model} L={self.length} {self.split} seed {self.seed}"


@dataclass(frozen=True)
class TrialResult:
    """What a trial gives.

    scores       by metric; empty if no window was held out
    records      of every epoch and part; empty for a baseline
    probability  of a rise: of each test window, or of each country's last window
    decision     1 where a rise is predicted, for the same windows: a rule need not decide by its probability
    """

    trial: Trial
    scores: dict[str, float]
    records: list[Record]
    probability: list[float]
    decision: list[int]
    net: dict[str, Any] | None = field(default=None, compare=False)  # `trained.describe`, if no window was held out


@dataclass(frozen=True)
class Recipe:
    """What all trials of a study share: days in the series, size of the nets, how to train, and the first seed."""

    days: int
    hidden: int
    layers: int
    training: TrainingSettings
    seed: int

    def generators(self, seed: int) -> tuple[np.random.Generator, np.random.Generator]:
        """Independent generators for the split and for the net; the seeds of trials count from the recipe's own."""
        return np.random.default_rng(self.seed + seed), np.random.default_rng([self.seed + seed, 1])

    def test_part(self, windows: Windows, trial: Trial) -> np.ndarray:
        """The mask (n,) of the windows that a trial is tested on; ValueError if a part would be empty."""
        return split(windows, trial.split, self.days, self.generators(trial.seed)[0])


def train_and_score(trial: Trial, windows: Windows, recipe: Recipe) -> TrialResult:
    """Train a net or a baseline on one part of the windows and score it on the other."""
    test = recipe.test_part(windows, trial)
    known, asked = windows.take(~test), windows.take(test)
    records: list[Record] = []
    if trial.model in BASELINES:
        probability, decision = BASELINES[trial.model](known, windows)
    else:
        net, records = _fit(trial, {"train": known, "test": asked}, recipe)
        probability = net.probability(inputs(trial, windows.values))
        decision = probability >= 0.5
    scores = {"train_accuracy": accuracy(known.labels, decision[~test])}
    scores |= evaluate(asked.labels, probability[test], decision[test])
    return TrialResult(trial, scores, records, _rounded(probability[test]), decision[test].astype(int).tolist())


def forecast(trial: Trial, windows: Windows, latest: np.ndarray, recipe: Recipe) -> TrialResult:
    """Train a net on all windows and give the probability of a rise for each row of `latest` (countries, L)."""
    net, records = _fit(trial, {"train": windows}, recipe)
    probability = net.probability(inputs(trial, latest))
    decision = (probability >= 0.5).astype(int).tolist()
    kept = describe(net, *NETS[trial.model], trial.length, recipe.hidden, recipe.layers)
    return TrialResult(trial, {}, records, _rounded(probability), decision, kept)


def inputs(trial: Trial, values: np.ndarray) -> np.ndarray:
    """What the net of a trial sees of windows (n, L)."""
    return net_inputs(values, NETS[trial.model][1])


def _fit(trial, parts, recipe):
    _, rng = recipe.generators(trial.seed)
    ready = {name: Part(inputs(trial, windows.values), windows.labels) for name, windows in parts.items()}
    features = np.atleast_3d(ready["train"].x).shape[2]
    net = SequenceClassifier(NETS[trial.model][0], features, recipe.hidden, recipe.layers, rng=rng)
    try:
        return net, [record for epoch in train(net, ready, recipe.training, rng) for record in epoch]
    except FloatingPointError as error:
        raise FloatingPointError(f"{trial}: {error}") from error


def _rounded(probability):
    return [round(float(p), 8) for p in probability]
