"""How many countries a model must see, and whether choosing correlated ones helps.

Two questions with one answer sheet each. Which countries: by time, a model is taught the countries that correlate above
a threshold with another one, and is asked about those of the highest threshold, the same windows for every row. How
many: by country, it is taught a number of the training countries, drawn by seed, and is asked about all test countries.
Every row is compared with the first one of its question. Writes countries.csv and countries.md.

  python -m experiments study countries --data covid_19.csv
  python -m experiments study countries --cells gru_steps --seeds 5
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from data.covid.choose import resolve_cases
from experiments.cli import at_least, read_settings, setting
from experiments.markdown import table
from experiments.prose import signed
from experiments.rnn import preparation
from experiments.rnn.gains import Scores, gain_of, score_all
from experiments.rnn.protocols import PATIENCE
from experiments.rnn.settings import A_CORRELATION, STUDY, RnnSettings
from experiments.rnn.words import MODEL_NAMES
from experiments.runs.folder import RunFolder
from rnn.correlation import correlated_set, correlation_matrix
from rnn.train import TrainingSettings
from rnn.trial import NETS, Recipe, Trial, TrialResult, train_and_score
from rnn.windows import Windows

LINEAR = "logistic_features"
SOME_COUNTRIES = 5  # stream of random numbers, beside those of `rnn.trial`
COLUMNS = ["question", "value", "model", "countries", "windows", "metric", "score", "gain", "low", "high", "p"]
WORDS = {"threshold": "C above", "countries": "training countries"}
QUOTED = ("accuracy", "auc")


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
    cases = resolve_cases(settings.data, settings.start, settings.end, settings.seed, counts=settings.counts)
    preparation.check_cases(cases, settings.data)
    correlation = correlation_matrix(cases.new_cases)
    sets = {threshold: correlated_set(correlation, threshold) for threshold in settings.thresholds}
    preparation.make_set_c(correlation, settings.thresholds[-1])  # refuses a threshold that leaves nobody
    everybody = preparation.make_set_c(correlation, settings.thresholds[0])
    windows = preparation.make_all_windows(cases.new_cases, everybody, settings, settings.windows)[settings.lengths[-1]]
    days = cases.new_cases.shape[1]
    recipe = Recipe(days, settings.hidden, settings.layers, settings.training(), settings.seed, curves=False)
    folder = RunFolder(
        args.out, "rnn-countries", {"data": preparation.facts(cases), **settings.recorded()},
        resume=args.resume, force=args.force, data=settings.data,
    )  # fmt: skip

    models = (LINEAR, *settings.cells)
    strictest = sets[settings.thresholds[-1]][windows.country]
    rows: list[tuple] = []
    for model in models:
        seeds = range(settings.seeds if model in NETS else 1)  # by time a linear model says the same for every seed
        trials = [Trial(model, windows.length, "time", seed) for seed in seeds]
        taught = {threshold: [in_c[windows.country]] * len(trials) for threshold, in_c in sets.items()}
        rows += _answer_sheet("threshold", taught, trials, windows, recipe, settings.jobs, strictest)
        trials = [Trial(model, windows.length, "country", seed) for seed in range(settings.seeds)]
        taught = {size: [_some(windows, trial, recipe, size) for trial in trials] for size in settings.sizes}
        rows += _answer_sheet("countries", taught, trials, windows, recipe, settings.jobs, None)
    found = pd.DataFrame(rows, columns=COLUMNS).round(6)
    folder.write_csv("countries.csv", found)
    page = countries_page(found)
    folder.write_text("countries.md", page)
    print(page)
    folder.finish()


def _some(windows: Windows, trial: Trial, recipe: Recipe, size: int) -> np.ndarray:
    """The mask of the windows of `size` countries of the training part, the first of an order drawn by the seed."""
    known = np.unique(windows.country[~recipe.test_part(windows, trial)])
    drawn = np.random.default_rng([recipe.seed + trial.seed, SOME_COUNTRIES]).permutation(known)
    return np.isin(windows.country, drawn[:size])


def _answer_sheet(
    question: str, taught: dict[Any, list[np.ndarray]], trials: list[Trial], windows: Windows, recipe: Recipe,
    jobs: int, asked_about: np.ndarray | None,
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
        found = score_all(results, {windows.length: windows}, recipe, 500, 1, asked_about)
        scores = found[trials[0].model, windows.length, trials[0].split]
        first = first or scores
        known = [mask & ~recipe.test_part(windows, trial) for trial, mask in zip(trials, masks, strict=True)]
        countries, count = len(np.unique(windows.country[known[0]])), int(np.mean([mask.sum() for mask in known]))
        for metric in QUOTED:
            at = gain_of(scores, first, metric)
            yield (
                question, value, trials[0].model, countries, count, metric, scores[metric].mean,
                at.value, at.low, at.high, at.p,
            )  # fmt: skip


def countries_page(found: pd.DataFrame) -> str:
    """countries.md: a table for each question, with a sentence that follows from its rows."""
    parts = []
    for question in found["question"].unique():
        here = found[found["question"] == question]
        lines = []
        for (model, value), pair in here.groupby(["model", "value"], sort=False):
            cells = [
                MODEL_NAMES[str(model)],
                f"{float(value):g}".replace("-", "−"),
                *(f"{n:,}" for n in pair.iloc[0][["countries", "windows"]]),
            ]
            for row in pair.to_dict("records"):
                cells += [f"{row['score']:.3f}", f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"]
            lines.append(cells)
        header = ["model", WORDS[question], "countries taught", "windows taught"]
        header += [word for name in ("accuracy", "AUC") for word in (name, "change")]
        parts += [finding(question, here), table(header, lines, "l" + "r" * 7)]
    return "\n\n".join(parts) + "\n"


def finding(question: str, rows: pd.DataFrame) -> str:
    """One sentence a question: what the last row differs from the first by, in AUC, for each model."""
    told = []
    for model in rows["model"].unique():
        mine = rows[(rows["model"] == model) & (rows["metric"] == "auc")].to_dict("records")
        first, last = mine[0], mine[-1]
        change = f"{signed(last['gain'])} [{signed(last['low'])}, {signed(last['high'])}] points of AUC"
        if last["low"] <= 0 <= last["high"]:
            verdict = f"no difference is shown ({change})"
        else:
            verdict = f"it {'gains' if last['gain'] > 0 else 'loses'} ({change})"
        told.append(
            f"{MODEL_NAMES[str(model)]} with {last['countries']} countries instead of {first['countries']}: {verdict}"
        )
    start = {
        "threshold": "Taught only the countries that correlate most, and asked about these",
        "countries": "Taught fewer countries, and asked about countries never seen",
    }[question]
    return f"{start}: {'; '.join(told)}."
