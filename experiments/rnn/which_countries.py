"""How many countries a model must see, and whether choosing correlated ones helps.

Each question has an answer sheet, and every row is compared with the first one of its question.

  threshold  by time, the countries that correlate above a threshold with another one are taught, and those of the
             highest threshold asked about
  cut        the same inside the training part: which threshold a validation cut would choose
  days       by time, the set C is made from the correlations of all days, as the study does, or of the training days
             alone; the countries that are in both are asked about
  own days   the same, each asked about its own countries
  countries  by country, a number of the training countries, drawn by seed, are taught, and all others asked about

Writes countries.csv and countries.md.

  python -m experiments study countries --data covid_19.csv
  python -m experiments study countries --cells gru_steps --seeds 5
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from experiments.cli import at_least, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.gains import Scores, gain_of, score_all
from experiments.rnn.protocols import PATIENCE
from experiments.rnn.settings import A_CORRELATION, STUDY, RnnSettings
from experiments.rnn.which_countries_page import countries_page
from experiments.rnn.words import data_line
from rnn.correlation import correlated_set, correlation_matrix
from rnn.splits import TEST_DAYS
from rnn.train import TrainingSettings
from rnn.trial import NETS, Recipe, Trial, TrialResult, train_and_score
from rnn.windows import Windows

LINEAR = "logistic_features"
SOME_COUNTRIES = 5  # stream of random numbers, beside those of `rnn.trial`
COLUMNS = ["question", "value", "model", "countries", "windows", "metric", "score", "gain", "low", "high", "p"]
METRICS = ("accuracy", "auc", "log_loss")


@dataclass(frozen=True)
class CountriesSettings(RnnSettings):
    """What the two answer sheets depend on."""

    lengths: tuple[int, ...] = setting((14,), "window length in days; one", check=at_least(1, "day"), group=STUDY)
    cells: tuple[str, ...] = setting((), "nets beside the linear model with features", choices=NETS, group=STUDY)
    thresholds: tuple[float, ...] = setting(
        (-0.99, 0.3, 0.5, 0.7, 0.8, 0.9), "thresholds of C, the lowest first", check=A_CORRELATION,
        tidy=lambda values: sorted(set(values)), metavar="R", group=STUDY,
    )  # fmt: skip
    sizes: tuple[int, ...] = setting(
        (80, 40, 20, 10, 5), "numbers of training countries, the largest first", check=at_least(2),
        tidy=lambda values: sorted(set(values), reverse=True), metavar="N", group=STUDY,
    )  # fmt: skip

    def training(self) -> TrainingSettings:
        """As in the protocol table."""
        return replace(super().training(), patience=PATIENCE)


def run(args: argparse.Namespace) -> None:
    settings = read_settings(CountriesSettings, args)
    cases = preparation.find_cases(settings)
    days = cases.new_cases.shape[1]
    correlation = correlation_matrix(cases.new_cases)
    of_training = correlation_matrix(cases.new_cases[:, : days - TEST_DAYS])
    for threshold in (settings.thresholds[-1], settings.threshold):
        preparation.make_set_c(correlation, threshold)  # refuses a threshold that leaves nobody
        preparation.make_set_c(of_training, threshold)
    everybody = preparation.make_set_c(correlation, settings.thresholds[0])
    windows = preparation.make_all_windows(cases.new_cases, everybody, settings, settings.windows)[settings.lengths[-1]]
    recipe = preparation.recipe_without_curves(settings, cases)
    folder = preparation.open_folder(args, "rnn-countries", settings, cases)

    sheets = _Sheets(settings, windows, recipe, correlation, of_training)
    rows: list[tuple] = []
    for model in (LINEAR, *settings.cells):
        rows += [*sheets.thresholds(model), *sheets.cut(model), *sheets.days(model), *sheets.countries(model)]
    found = pd.DataFrame(rows, columns=COLUMNS).round(6)
    folder.write_csv("countries.csv", found)
    page = f"{data_line(folder.config['data'])}\n\n" + countries_page(found)
    folder.write_text("countries.md", page)
    folder.finish()
    print(page)


@dataclass(frozen=True, eq=False)
class _Sheets:
    """The questions: what is taught in each row, and which windows are asked about."""

    settings: CountriesSettings
    windows: Windows
    recipe: Recipe
    correlation: np.ndarray
    of_training: np.ndarray

    def thresholds(self, model: str) -> Iterator[tuple]:
        """By time: the countries of each threshold are taught, those of the highest are asked about."""
        sets = _sets(self.correlation, self.settings.thresholds, self.windows)
        yield from self._by_time("threshold", model, sets, dict.fromkeys(sets, list(sets.values())[-1]))

    def cut(self, model: str) -> Iterator[tuple]:
        """The same one period earlier: the last days of the training part are asked about, no test day is seen."""
        before = self.windows.take(self.windows.day < self.recipe.days - TEST_DAYS)
        earlier = replace(self, windows=before, recipe=replace(self.recipe, days=self.recipe.days - TEST_DAYS))
        sets = _sets(self.of_training, self.settings.thresholds, before)
        yield from earlier._by_time("cut", model, sets, dict.fromkeys(sets, list(sets.values())[-1]))

    def days(self, model: str) -> Iterator[tuple]:
        """By time: the set C of all days, of those countries that both have, and of the training days."""
        threshold = self.settings.threshold
        of_all, of_training = (
            _sets(correlation, (threshold,), self.windows)[threshold]
            for correlation in (self.correlation, self.of_training)
        )
        both = of_all & of_training
        sets = {"all days": of_all, "in both": both, "training days": of_training}
        yield from self._by_time("days", model, sets, dict.fromkeys(sets, both))
        own = {value: sets[value] for value in ("all days", "training days")}
        yield from self._by_time("own days", model, own, own)

    def countries(self, model: str) -> Iterator[tuple]:
        """By country: some of the training countries are taught, all test countries are asked about."""
        trials = [Trial(model, self.windows.length, "country", seed) for seed in range(self.settings.seeds)]
        taught = {
            size: [_some(self.windows, trial, self.recipe, size) for trial in trials] for size in self.settings.sizes
        }
        yield from _answer_sheet("countries", taught, trials, self.windows, self.recipe, self.settings.jobs, {})

    def _by_time(
        self, question: str, model: str, sets: dict[Any, np.ndarray], asked: dict[Any, np.ndarray]
    ) -> Iterator[tuple]:
        seeds = range(self.settings.seeds if model in NETS else 1)  # a linear model says the same for every seed
        trials = [Trial(model, self.windows.length, "time", seed) for seed in seeds]
        taught = {value: [mask] * len(trials) for value, mask in sets.items()}
        yield from _answer_sheet(question, taught, trials, self.windows, self.recipe, self.settings.jobs, asked)


def _sets(correlation: np.ndarray, thresholds: Sequence[float], windows: Windows) -> dict[float, np.ndarray]:
    """The mask (n,) of the windows of the countries in C, by threshold."""
    return {threshold: correlated_set(correlation, threshold)[windows.country] for threshold in thresholds}


def _some(windows: Windows, trial: Trial, recipe: Recipe, size: int) -> np.ndarray:
    """The mask of the windows of `size` countries of the training part, the first of an order drawn by the seed."""
    known = np.unique(windows.country[~recipe.test_part(windows, trial)])
    drawn = np.random.default_rng([recipe.seed + trial.seed, SOME_COUNTRIES]).permutation(known)
    return np.isin(windows.country, drawn[:size])


def _answer_sheet(
    question: str, taught: dict[Any, list[np.ndarray]], trials: list[Trial], windows: Windows, recipe: Recipe,
    jobs: int, asked: dict[Any, np.ndarray],
) -> Iterator[tuple]:  # fmt: skip
    """Rows of countries.csv: the scores under each choice of what is taught, and their gain over the first one."""
    first: Scores | None = None
    for value, masks in taught.items():
        with parallel_config(backend="loky", inner_max_num_threads=1):
            done: list[TrialResult] = Parallel(n_jobs=jobs)(
                delayed(train_and_score)(trial, windows, recipe, mask)
                for trial, mask in zip(trials, masks, strict=True)
            )
        results = dict(zip(trials, done, strict=True))
        found = score_all(results, {windows.length: windows}, recipe, 500, 1, asked.get(value))
        scores = found[trials[0].model, windows.length, trials[0].split]
        first = first or scores
        known = [mask & ~recipe.test_part(windows, trial) for trial, mask in zip(trials, masks, strict=True)]
        countries, count = len(np.unique(windows.country[known[0]])), int(np.mean([mask.sum() for mask in known]))
        for metric in METRICS:
            at = gain_of(scores, first, metric)
            yield (
                question, value, trials[0].model, countries, count, metric, scores[metric].mean,
                at.value, at.low, at.high, at.p,
            )  # fmt: skip
