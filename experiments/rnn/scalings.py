"""Which scaling of the counts a net should see, and why the others fail.

One net is trained on the same windows, in the same order, from the same weights, and sees the counts in each of the
ways of `rnn.scaling.SCALINGS`. What is fitted is fitted to the training part. Two properties may explain a failure:
how many steps between days are hardly a step to the net, and how much of a window's level is left. Whether they do is
seen where windows that lose their steps are scored apart from those that keep them, and windows of few cases, where
the level says most, from those of many. Writes scalings.csv, properties.csv and scalings.md.

  python -m experiments study scalings --data covid_19.csv
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from experiments.cli import at_least, between, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.gains import gain_of, score_all
from experiments.rnn.protocols import PATIENCE
from experiments.rnn.scalings_page import scalings_page
from experiments.rnn.settings import STUDY, RnnSettings
from experiments.rnn.sweep import run_all
from experiments.rnn.words import data_line
from rnn.scaling import SCALINGS, level_kept, steps_lost
from rnn.splits import SPLITS
from rnn.train import TrainingSettings
from rnn.trial import NETS, Recipe, Trial, TrialResult, train_and_score
from rnn.windows import Windows

COLUMNS = ["split", "windows", "scaling", "metric", "value", "gain", "low", "high", "p"]
PROPERTY_COLUMNS = ["scaling", "steps_lost", "level_kept"]
METRICS = ("accuracy", "auc")
FIRST, *OTHERS = SCALINGS
DRAWS = 500
FEWEST = 200  # windows in a part; with fewer its score says too little


@dataclass(frozen=True)
class ScalingsSettings(RnnSettings):
    """What the comparison of scalings depends on."""

    lengths: tuple[int, ...] = setting((14,), "window length in days; one", check=at_least(1, "day"), group=STUDY)
    cells: tuple[str, ...] = setting(("gru",), "recurrent cell; one", choices=NETS, metavar="CELL", group=STUDY)
    splits: tuple[str, ...] = setting(
        ("time", "country"), "what is held out", choices=SPLITS, metavar="SPLIT", group=STUDY
    )
    seeds: int = setting(5, "repetitions of everything", quick=1, check=between(1, 1000), metavar="N", group=STUDY)

    def training(self) -> TrainingSettings:
        """As in the protocol table."""
        return replace(super().training(), patience=PATIENCE)


def run(args: argparse.Namespace) -> None:
    settings = read_settings(ScalingsSettings, args)
    cases, _, of_length, recipe = preparation.prepare(settings, settings.windows)
    windows = of_length[settings.lengths[-1]]
    folder = preparation.open_folder(args, "rnn-scalings", settings, cases)

    trials = [
        Trial(settings.cells[-1], windows.length, split, seed)
        for split in settings.splits
        for seed in range(settings.seeds)
    ]
    results = {}
    for scaling in SCALINGS:
        work = {trial: partial(train_and_score, trial, windows, recipe, None, _fitted(scaling, trial, windows, recipe))
                for trial in trials}  # fmt: skip
        results[scaling] = run_all(work, folder, settings.jobs, shelf=f"trainings-{scaling}")
    folder.write_csv("scalings.csv", pd.DataFrame(_rows(results, windows, recipe), columns=COLUMNS).round(6))
    properties = [(scaling, *_properties(scaling, trials, windows, recipe)) for scaling in SCALINGS]
    folder.write_csv("properties.csv", pd.DataFrame(properties, columns=PROPERTY_COLUMNS).round(6))
    page = f"{data_line(folder.config['data'])}\n\n" + scalings_page(
        *(pd.read_csv(folder.path / f"{name}.csv") for name in ("scalings", "properties"))
    )
    folder.write_text("scalings.md", page)
    folder.finish()
    print(page)


def _fitted(scaling: str, trial: Trial, windows: Windows, recipe: Recipe):
    return SCALINGS[scaling](windows.values[~recipe.test_part(windows, trial)])


def _properties(scaling: str, trials: list[Trial], windows: Windows, recipe: Recipe) -> tuple[float, float]:
    """What the scaling makes of the windows that are asked about: steps lost and level kept, mean over the trials."""
    found = []
    for trial in trials:
        asked = windows.values[recipe.test_part(windows, trial)]
        scaled = _fitted(scaling, trial, windows, recipe)(asked)
        found.append((np.nanmean(steps_lost(asked, scaled)), level_kept(asked, scaled)))
    lost, kept = np.mean(found, axis=0)
    return float(lost), float(kept)


def _rows(results: dict[str, dict[Trial, TrialResult]], windows: Windows, recipe: Recipe) -> Iterator[tuple]:
    """Rows of scalings.csv: every scaling beside the first, on all windows and on parts of them."""
    for scaling, of_scaling in results.items():
        for which, mask in _parts(scaling, windows.values).items():
            first, own = (
                score_all(each, {windows.length: windows}, recipe, DRAWS, 1, mask)
                for each in (results[FIRST], of_scaling)
            )
            for where, scores in own.items():
                for metric in METRICS if where[0] in NETS else ():
                    at = gain_of(scores, first[where], metric)
                    yield where[2], which, scaling, metric, scores[metric].mean, at.value, at.low, at.high, at.p


def _parts(scaling: str, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Masks (n,) of windows: all; of few cases a day and of many; that lose most of their steps, and that keep them."""
    cases = np.abs(counts).mean(axis=1)
    lost = steps_lost(counts, SCALINGS[scaling](counts)(counts))
    many = cases >= np.median(cases)
    parts = {"all": cases >= 0, "few": ~many, "many": many, "lost": lost >= 0.5, "kept": lost < 0.5}
    return {name: mask for name, mask in parts.items() if mask.sum() >= FEWEST}
