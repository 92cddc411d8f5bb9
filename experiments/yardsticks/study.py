"""Problem 1 beside outside yardsticks: gradient boosting of scikit-learn, and the same cells trained by PyTorch.

They are in the benchmark's environment (make benchmark sets it up) and no part of the program. Boosting sees the window
or its features. PyTorch's cells start from our weights and meet the same windows in the same order, for the epochs that
our validation cut chose. All models are scored on the same test windows and the same draws of countries and days.
Writes yardsticks.csv, gains.csv and yardsticks.md.

  .venv-benchmark/bin/python -m experiments study yardsticks --data covid_19.csv
"""

import argparse
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from experiments.cli import at_least, between, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.gains import Scores, Setting, gain_of, score_all
from experiments.rnn.protocols import PATIENCE
from experiments.rnn.settings import STUDY, RnnSettings
from experiments.rnn.sweep import run_all
from experiments.rnn.words import data_line
from experiments.runs.folder import UsageError
from rnn.compare import estimate
from rnn.features import window_features
from rnn.scaling import signed_log
from rnn.train import Part, TrainingSettings
from rnn.trial import NET, NETS, Recipe, See, Trial, TrialResult, inputs, new_net, train_and_score
from rnn.windows import Windows

from ..benchmark import peers
from .page import BOOSTING, LINEAR, TORCH, yardsticks_page

PACKAGES = {"sklearn": "scikit-learn", "torch": "PyTorch"}
METRICS = ("accuracy", "auc", "log_loss")
COLUMNS = ["split", "length", "model", "metric", "value", "low", "high"]
GAIN_COLUMNS = ["split", "length", "model", "other", "metric", "gain", "low", "high", "p"]
DRAWS = 500
Results = dict[Trial, TrialResult]


@dataclass(frozen=True)
class YardsticksSettings(RnnSettings):
    """What the comparison with other packages depends on."""

    lengths: tuple[int, ...] = setting(
        (7, 14), "window lengths in days", quick=(7,), check=at_least(1, "day"),
        tidy=lambda values: sorted(set(values)), metavar="L", group=STUDY,
    )  # fmt: skip
    cells: tuple[str, ...] = setting(
        ("rnn", "lstm", "gru", "gru_steps"), "nets; the last one is compared with boosting", choices=NETS,
        metavar="NET", group=STUDY,
    )  # fmt: skip
    seeds: int = setting(3, "repetitions of everything", quick=1, check=between(1, 1000), metavar="N", group=STUDY)

    def check_together(self) -> None:
        """PyTorch's cells are compared in one layer."""
        super().check_together()
        if self.layers != 1:
            raise UsageError(f"--layers is {self.layers}, expected 1: the yardsticks have one layer")

    def training(self) -> TrainingSettings:
        """As in the protocol table."""
        return replace(super().training(), patience=PATIENCE)


def run(args: argparse.Namespace) -> None:
    settings = read_settings(YardsticksSettings, args)
    missing = [name for package, name in PACKAGES.items() if not peers.is_installed(package)]
    if missing:
        raise UsageError(f"not installed here: {', '.join(missing)} (make benchmark sets up .venv-benchmark with them)")
    cases, in_c, windows, recipe = preparation.prepare(settings, settings.windows)
    folder = preparation.open_folder(args, "rnn-yardsticks", settings, cases)
    preparation.introduce(cases, in_c, windows, settings)

    trials = [
        Trial(model, length, split, seed)
        for length in settings.lengths
        for split in settings.splits
        for seed in range(settings.seeds)
        for model in (LINEAR, *settings.cells)
    ]
    results = run_all(
        {t: partial(train_and_score, t, windows[t.length], recipe) for t in trials}, folder, settings.jobs
    )
    for trial, result in list(results.items()):
        results |= _theirs(trial, result, windows[trial.length], recipe)
    found = score_all(results, windows, recipe, DRAWS, settings.jobs)
    folder.write_csv("yardsticks.csv", pd.DataFrame(_scores(found), columns=COLUMNS).round(6))
    folder.write_csv("gains.csv", pd.DataFrame(_gains(found, settings.cells), columns=GAIN_COLUMNS).round(6))
    versions = {name: peers.version(package.replace("sklearn", "scikit-learn")) for package, name in PACKAGES.items()}
    scores, gains = (pd.read_csv(folder.path / name) for name in ("yardsticks.csv", "gains.csv"))
    page = f"{data_line(folder.config['data'])}\n\n" + yardsticks_page(scores, gains, versions)
    folder.write_text("yardsticks.md", page)
    folder.finish()
    print(page)


def _theirs(trial: Trial, ours: TrialResult, windows: Windows, recipe: Recipe) -> Results:
    """The yardsticks of one of our trials: boosting if ours is the linear model, PyTorch's cell if it is a net."""
    test = recipe.test_part(windows, trial)
    known, asked = windows.take(~test), windows.take(test)
    if trial.model == LINEAR:
        boosting = importlib.import_module(f"{peers.__name__}.sklearn_boosting")
        seen: dict[str, See] = {"days": partial(signed_log, dtype=np.float64), "features": window_features}
        return dict(
            _result(
                f"{BOOSTING}{name}", trial, boosting.probability(see(known.values), known.labels, see(asked.values))
            )
            for name, see in seen.items()
        )
    see = partial(inputs, trial)
    rng = recipe.generator(trial.seed, NET)
    start = new_net(trial, recipe, rng, see)
    classifier = importlib.import_module(f"{peers.__name__}.torch_classifier")
    probability = classifier.probability(
        start, NETS[trial.model][0], Part(see(known.values), known.labels), see(asked.values), recipe.training,
        int(ours.choice["epochs"]), rng,
    )  # fmt: skip
    return dict([_result(f"{TORCH}{trial.model}", trial, probability)])


def _result(model: str, trial: Trial, probability: np.ndarray) -> tuple[Trial, TrialResult]:
    own = replace(trial, model=model)
    decision = (probability >= 0.5).astype(int).tolist()
    return own, TrialResult(own, {}, [], probability.astype(float).tolist(), decision)


def _scores(found: Mapping[Setting, Scores]) -> Iterator[tuple]:
    for (model, length, split), scores in found.items():
        for metric in METRICS if model != "cells" else ():
            at = estimate(scores[metric].mean, scores[metric].resampled)
            yield split, length, model, metric, at.value, at.low, at.high


def _gains(found: Mapping[Setting, Scores], cells: tuple[str, ...]) -> Iterator[tuple]:
    """The last net beside boosting, and every net beside PyTorch's."""
    pairs = [(cells[-1], f"{BOOSTING}{name}") for name in ("days", "features")]
    pairs += [(cell, f"{TORCH}{cell}") for cell in cells]
    for length, split in dict.fromkeys(key[1:] for key in found):
        for model, other in pairs:
            for metric in METRICS:
                at = gain_of(found[model, length, split], found[other, length, split], metric)
                yield split, length, model, other, metric, at.value, at.low, at.high, at.p
