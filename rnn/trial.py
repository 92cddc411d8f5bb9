"""A trial: one model on the windows of one length, split one way, with one seed; trained, scored, forecast.

How long a net trains is chosen on a validation cut inside its training part (`choice`); then it is trained anew on all
of that part. The seed draws the split, the cut, the initial weights and the order of the mini-batches, from independent
streams: all models of a seed meet the same split, whatever their length. A trial depends on nothing outside its
arguments, so it may run in any process and the number of processes changes no result.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .baselines import BASELINES
from .choice import VALIDATION, Choice, choose_epochs, refit
from .classifier import CELLS, SequenceClassifier
from .features import net_inputs
from .metrics import accuracy, evaluate
from .splits import split, validation
from .train import Part, Record, TrainingSettings
from .trained import describe
from .windows import Windows

EVERYTHING = "all"  # in place of a split: no window is held out

SPLIT, NET, CUT, FIRST_FIT = 0, 1, 3, 4  # independent streams of random numbers; the bootstrap has stream 2

# A net is a cell and what it sees of each day: name -> (cell, kind of `features.net_inputs`).
NETS = {cell: (cell, "log") for cell in CELLS} | {f"{cell}_steps": (cell, "steps") for cell in CELLS}

See = Callable[[np.ndarray], np.ndarray]  # windows (n, L) as a net sees them: (n, L) or (n, L, features)


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
    choice       of a net, what the validation cut chose and measured (`choice.Choice.as_numbers`)
    records      of every epoch and part of the first fit, the one that chooses; empty for a baseline
    probability  of a rise: of each test window, or of each country's last window
    decision     1 where a rise is predicted, for the same windows: a rule need not decide by its probability
    """

    trial: Trial
    scores: dict[str, float]
    records: list[Record]
    probability: list[float]
    decision: list[int]
    choice: dict[str, float] = field(default_factory=dict)
    net: dict[str, Any] | None = field(default=None, compare=False)  # `trained.describe`, if no window was held out


@dataclass(frozen=True)
class Recipe:
    """What all trials of a study share: days in the series, size of the nets, how to train, and the first seed.

    With `curves` the first fit is measured on all its parts after every epoch.
    """

    days: int
    hidden: int
    layers: int
    training: TrainingSettings
    seed: int
    curves: bool = True

    def generator(self, seed: int, use: int) -> np.random.Generator:
        """A generator of its own for each use; the seeds of trials count from the recipe's."""
        return np.random.default_rng([self.seed + seed, use] if use else self.seed + seed)

    def test_part(self, windows: Windows, trial: Trial) -> np.ndarray:
        """The mask (n,) of the windows that a trial is tested on; ValueError if a part would be empty."""
        return split(windows, trial.split, self.days, self.generator(trial.seed, SPLIT))

    def validation_part(self, known: Windows, trial: Trial) -> np.ndarray:
        """The mask of the windows to choose by, among those known to training; by time where nothing is held out."""
        how = "time" if trial.split == EVERYTHING else trial.split
        return validation(known, how, self.generator(trial.seed, CUT))


def train_and_score(
    trial: Trial, windows: Windows, recipe: Recipe, taught: np.ndarray | None = None, see: See | None = None
) -> TrialResult:
    """Train a net or a baseline on one part of the windows and score it on the other.

    taught: the mask (n,) of the windows that training may use, all of them if None; the scores are those of all test
    windows.
    see: what a net sees of windows (n, L), in place of what its name says.
    """
    test = recipe.test_part(windows, trial)
    learnt = ~test if taught is None else ~test & taught
    known, asked = windows.take(learnt), windows.take(test)
    records: list[Record] = []
    choice: dict[str, float] = {}
    if trial.model in BASELINES:
        probability, decision = BASELINES[trial.model](known, windows)
    else:
        see = see or partial(inputs, trial)
        net, chosen, records = _fit(trial, known, asked, recipe, see)
        probability, choice = net.probability(see(windows.values)), chosen.as_numbers()
        decision = probability >= 0.5
    scores = {"train_accuracy": accuracy(known.labels, decision[learnt])}
    scores |= evaluate(asked.labels, probability[test], decision[test])
    decided = decision[test].astype(int).tolist()
    return TrialResult(trial, scores, records, _rounded(probability[test]), decided, choice)


def forecast(trial: Trial, windows: Windows, latest: np.ndarray, recipe: Recipe) -> TrialResult:
    """Train a net on all windows and give the probability of a rise for each row of `latest` (countries, L)."""
    net, chosen, records = _fit(trial, windows, None, recipe, partial(inputs, trial))
    probability = net.probability(inputs(trial, latest))
    decision = (probability >= 0.5).astype(int).tolist()
    kept = describe(net, *NETS[trial.model], trial.length, recipe.hidden, recipe.layers)
    return TrialResult(trial, {}, records, _rounded(probability), decision, chosen.as_numbers(), kept)


def inputs(trial: Trial, values: np.ndarray) -> np.ndarray:
    """What the net of a trial sees of windows (n, L)."""
    return net_inputs(values, NETS[trial.model][1])


def _fit(
    trial: Trial, known: Windows, asked: Windows | None, recipe: Recipe, see: See
) -> tuple[SequenceClassifier, Choice, list[Record]]:
    """A net trained on all windows `known`, for as long as the first fit chose; `asked` is only measured."""

    def part(windows: Windows) -> Part:
        return Part(see(windows.values), windows.labels)

    cut = recipe.validation_part(known, trial)
    parts = {"train": part(known.take(~cut)), VALIDATION: part(known.take(cut))}
    if asked is not None:
        parts["test"] = part(asked)
    try:
        with np.errstate(all="ignore"):  # an overflow ends in a loss that is refused, and is told once
            rng = recipe.generator(trial.seed, FIRST_FIT)
            start = new_net(trial, recipe, rng, see)
            choice, records = choose_epochs(start, parts, recipe.training, rng, recipe.curves)
            rng = recipe.generator(trial.seed, NET)
            net = new_net(trial, recipe, rng, see)
            refit(net, part(known), recipe.training, choice.epochs, rng)
    except FloatingPointError as error:
        raise FloatingPointError(f"{trial}: {error}") from error
    return net, choice, records


def new_net(trial: Trial, recipe: Recipe, rng: np.random.Generator, see: See) -> SequenceClassifier:
    """The net of a trial before training, its weights drawn by `rng`."""
    cell, _ = NETS[trial.model]
    features = np.atleast_3d(see(np.zeros((1, trial.length)))).shape[2]
    return SequenceClassifier(cell, features, recipe.hidden, recipe.layers, rng=rng)


def _rounded(probability):
    return [round(float(p), 8) for p in probability]
