"""What recurrence learns, era by era: every model is taught in one era and asked about all of them.

An era is half a year of the series (--months). By country: a model is taught the windows of one era of 70 % of the
countries and asked about the others, in its own era and in every other one, the same windows for all models. So three
questions are answered: what a net adds to the linear model in each era, what a window longer than a week adds, and
whether what was learnt in one era holds in another. Every country takes part: a set C would be another one in each era.
Writes eras.csv, gains.csv, weekdays.csv and eras.md.

  python -m experiments study eras --data time_series_covid19_confirmed_global.csv
  python -m experiments study eras --data time_series_covid19_confirmed_global.csv --months 3 --seeds 5
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from data.covid.choose import SERIES_END
from data.covid.counts import CaseCounts
from experiments.cli import at_least, between, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.discussion.influence import WEEKDAYS
from experiments.rnn.eras_page import eras_page
from experiments.rnn.gains import Scores, Setting, gain_of, score_all
from experiments.rnn.protocols import PATIENCE
from experiments.rnn.settings import A_CORRELATION, DATA, STUDY, RnnSettings
from experiments.rnn.sweep import run_all
from experiments.rnn.words import data_line
from experiments.runs.folder import UsageError
from rnn import trial as trials
from rnn.baselines import MIN_LENGTH
from rnn.compare import estimate
from rnn.train import TrainingSettings
from rnn.trial import Recipe, Trial, TrialResult, train_and_score
from rnn.windows import Windows

SPLIT, LINEAR = "country", "logistic_features"
RULES = ("majority", "reversal", "week_ago_level")
DRAWS = 500
METRICS = ("accuracy", "auc")
COLUMNS = ["taught", "asked", "model", "length", "windows", "rises", "metric", "value", "low", "high"]
GAIN_COLUMNS = ["taught", "asked", "model", "length", "other", "other_length", "metric", "gain", "low", "high", "p"]
WEEKDAY_COLUMNS = ["asked", "model", "length", "weekday", "windows", "rises", "accuracy"]

Results = dict[Trial, TrialResult]


@dataclass(frozen=True)
class ErasSettings(RnnSettings):
    """What the table of eras depends on."""

    end: str = setting(str(SERIES_END), "last day of the counts", metavar="DAY", group=DATA, recorded=False)
    months: int = setting(6, "months of an era, counted from January", check=between(1, 120), metavar="N", group=STUDY)
    lengths: tuple[int, ...] = setting(
        (5, 14), "window lengths in days; the shortest and the longest are compared", check=at_least(1, "day"),
        tidy=lambda values: sorted(set(values)), metavar="L", group=STUDY,
    )  # fmt: skip
    cells: tuple[str, ...] = setting(
        ("gru_steps",), "nets; NAME_steps sees three features a day; the last one is quoted", choices=trials.NETS,
        metavar="NET", group=STUDY,
    )  # fmt: skip
    threshold: float = setting(
        -0.99, "the countries that correlate above R with another one", check=A_CORRELATION, metavar="R", group=STUDY
    )
    seeds: int = setting(3, "repetitions of everything", quick=1, check=between(1, 1000), metavar="N", group=STUDY)

    def training(self) -> TrainingSettings:
        """As in the protocol table."""
        return replace(super().training(), patience=PATIENCE)


def run(args: argparse.Namespace) -> None:
    settings = read_settings(ErasSettings, args)
    cases, in_c, windows, recipe = preparation.prepare(settings, settings.windows)
    asked = windows[settings.lengths[0]]  # country and day are the same for every length
    eras = _eras(cases, asked, settings.months)
    folder = preparation.open_folder(args, "rnn-eras", settings, cases)
    preparation.introduce(cases, in_c, windows, settings)

    # Every model once an era. Its answers are kept, so that --resume goes on.
    results: dict[str, Results] = {}
    for era, taught in eras.items():
        work = {t: partial(train_and_score, t, windows[t.length], recipe, taught) for t in _trials(settings)}
        results[era] = run_all(work, folder, settings.jobs, shelf=f"trainings-{era}")

    scores, gains, weekdays = [], [], []
    for asked_era, mask in eras.items():
        for taught_era in eras:
            mine = results[taught_era] if taught_era == asked_era else _quoted(results[taught_era], settings)
            found = score_all(mine, windows, recipe, DRAWS, settings.jobs, mask)
            home = found if taught_era == asked_era else {}
            scores += [(taught_era, asked_era, *row) for row in _scores(found, asked.take(mask))]
            gains += [(taught_era, asked_era, *row) for row in _gains(home, settings)]
        weekdays += [
            (asked_era, *row) for row in _weekdays(_quoted(results[asked_era], settings), windows, recipe, mask, cases)
        ]
    folder.write_csv("eras.csv", pd.DataFrame(scores, columns=COLUMNS).round(6))
    folder.write_csv("gains.csv", pd.DataFrame(gains, columns=GAIN_COLUMNS).round(6))
    folder.write_csv("weekdays.csv", pd.DataFrame(weekdays, columns=WEEKDAY_COLUMNS).round(6))
    page = f"{data_line(folder.config['data'])}\n\n" + eras_page(
        *(pd.read_csv(folder.path / f"{name}.csv") for name in ("eras", "gains", "weekdays"))
    )
    folder.write_text("eras.md", page)
    folder.finish()
    print(page)


def _eras(cases: CaseCounts, windows: Windows, months: int) -> dict[str, np.ndarray]:
    """The mask (n,) of each era's windows, by the first and the last month that they ask about; at least two eras."""
    month = cases.dates[windows.day + 1].astype("datetime64[M]")
    era = month.astype(int) // months
    found = {}
    for one in np.unique(era):
        first, last = month[era == one].min(), month[era == one].max()
        found[str(first) if first == last else f"{first} to {last}"] = era == one
    if len(found) < 2:
        raise UsageError(f"--months {months}: the days asked about are all in one era, take more days or shorter eras")
    return found


def _trials(settings: ErasSettings) -> Iterator[Trial]:
    for length in settings.lengths:
        for model in (*(rule for rule in RULES if length >= MIN_LENGTH.get(rule, 1)), LINEAR, *settings.cells):
            yield from (Trial(model, length, SPLIT, seed) for seed in range(settings.seeds))


def _quoted(results: Results, settings: ErasSettings) -> Results:
    """The answers of the net that is quoted, at the longest length."""
    return {t: r for t, r in results.items() if t.model == settings.cells[-1] and t.length == settings.lengths[-1]}


def _scores(found: Mapping[Setting, Scores], asked: Windows) -> Iterator[tuple]:
    for (model, length, _), of_model in found.items():
        if model in trials.NETS or model in (*RULES, LINEAR):
            for metric in METRICS:
                at = estimate(of_model[metric].mean, of_model[metric].resampled)
                yield model, length, len(asked), asked.labels.mean(), metric, at.value, at.low, at.high


def _gains(found: Mapping[Setting, Scores], settings: ErasSettings) -> Iterator[tuple]:
    """Each net beside the linear model that sees the same days, and beside itself with the shortest window."""
    short, long = settings.lengths[0], settings.lengths[-1]
    pairs = [(net, long, LINEAR, long) for net in settings.cells] + [(net, long, net, short) for net in settings.cells]
    for model, length, other, other_length in pairs if found else ():
        for metric in METRICS:
            at = gain_of(found[model, length, SPLIT], found[other, other_length, SPLIT], metric)
            yield model, length, other, other_length, metric, at.value, at.low, at.high, at.p


def _weekdays(
    results: Results, windows: Mapping[int, Windows], recipe: Recipe, mask: np.ndarray, cases: CaseCounts
) -> Iterator[tuple]:
    """Rows of weekdays.csv: how often the quoted net is right, and the count rises, on each weekday."""
    parts = []
    for t, result in results.items():
        test = recipe.test_part(windows[t.length], t)
        tested, counted = windows[t.length].take(test & mask), mask[test]
        day = pd.DatetimeIndex(cases.dates[tested.day + 1]).day_of_week
        right = np.array(result.decision, dtype=bool)[counted] == tested.labels
        parts.append(pd.DataFrame({"day": day, "rises": tested.labels, "right": right}))
    some = next(iter(results))
    for place, of_day in pd.concat(parts).groupby("day"):
        count = round(len(of_day) / len(results))
        yield some.model, some.length, WEEKDAYS[int(str(place))], count, of_day["rises"].mean(), of_day["right"].mean()
