"""The protocol table of problem 1: every model under every way to examine it, with intervals over countries.

Which windows are asked about (distinct, with a case, all), what is held out (countries, days, random windows), and how
many days are seen: each changes the numbers more than the choice of a cell. This command runs them all, resamples the
countries (by time also the days) for the intervals, and writes protocol.csv and protocol.md.

  python -m experiments study rnn                         all of it, on the best data at hand
  python -m experiments study rnn --data covid_19.csv     the course's file
  python -m experiments study rnn --quick                 a small table
  python -m experiments study rnn --resume                continue; models that are trained are not trained again
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from data.covid.choose import resolve_cases
from experiments.cli import at_least, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.gains import Scores, Setting, gain_of, score_all
from experiments.rnn.protocol_page import protocol_page
from experiments.rnn.settings import STUDY, RnnSettings
from experiments.rnn.sweep import run_all
from experiments.runs.folder import RunFolder
from rnn.baselines import BASELINES, MIN_LENGTH
from rnn.compare import DRAWS, estimate
from rnn.correlation import correlation_matrix
from rnn.metrics import METRICS
from rnn.trial import NETS, Recipe, Trial, TrialResult, train_and_score
from rnn.windows import KEEPS

COLUMNS = ["windows", "split", "length", "model", "metric", "value", "low", "high", "sd"]
GAIN_COLUMNS = ["windows", "split", "length", "model", "other", "metric", "gain", "low", "high", "p"]
# A net beside the linear model that is given the same days.
PAIRS = [(net, "logistic_features" if net.endswith("_steps") else "logistic") for net in NETS]
PAIRS += [(net, other) for net in NETS for other in ("reversal", "logistic_features") if (net, other) not in PAIRS]


@dataclass(frozen=True)
class ProtocolSettings(RnnSettings):
    """What the protocol table depends on."""

    lengths: tuple[int, ...] = setting(
        (3, 5, 7, 10, 14, 21), "window lengths in days", quick=(3, 7), check=at_least(1, "day"),
        tidy=lambda values: sorted(set(values)), metavar="L", group=STUDY,
    )  # fmt: skip
    cells: tuple[str, ...] = setting(
        ("rnn", "lstm", "gru", "gru_steps"), "nets; NAME_steps sees three features a day", quick=("gru", "gru_steps"),
        choices=NETS, metavar="NET", group=STUDY,
    )  # fmt: skip
    seeds: int = setting(5, "repetitions of everything", quick=2, check=at_least(1), metavar="N", group=STUDY)
    windows: tuple[str, ...] = setting(  # type: ignore[assignment]  # the study itself takes one
        KEEPS, "which windows are asked about", quick=("distinct",), choices=KEEPS, metavar="WINDOWS", group=STUDY
    )
    draws: int = setting(
        DRAWS, "bootstrap draws", quick=200, check=at_least(100), metavar="N", group=STUDY
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    settings = read_settings(ProtocolSettings, args)

    # The data, the set C, and the folder, as in the study itself.
    cases = resolve_cases(settings.data, settings.start, settings.end, settings.seed, counts=settings.counts)
    preparation.check_cases(cases, settings.data)
    in_c = preparation.make_set_c(correlation_matrix(cases.new_cases), settings.threshold)
    recipe = Recipe(cases.new_cases.shape[1], settings.hidden, settings.layers, settings.training(), settings.seed)
    asked = {keep: preparation.make_all_windows(cases.new_cases, in_c, settings, keep) for keep in settings.windows}
    trials = list(_trials(settings))
    for of_length in asked.values():
        preparation.check_splits(trials, of_length, recipe)
    config = {"data": preparation.facts(cases), **settings.recorded()}
    folder = RunFolder(args.out, "rnn-protocols", config, resume=args.resume, force=args.force, data=settings.data)
    pairs = {keep: len(of_length[settings.lengths[0]]) for keep, of_length in asked.items()}
    folder.record(notes=preparation.notes(cases), pairs=pairs)

    # Every trial under each choice of windows; then scores and gains, from the same draws for all models.
    rows: list[tuple] = []
    gains: list[tuple] = []
    for keep, of_length in asked.items():
        print(f"{keep} windows: {pairs[keep]:,} country-days", flush=True)
        work = {trial: partial(train_and_score, trial, of_length[trial.length], recipe) for trial in trials}
        results = run_all(work, folder, settings.jobs, shelf=f"trainings/{keep}")
        found = score_all(results, of_length, recipe, settings.draws, settings.jobs)
        rows += [(keep, *row) for row in _scores(found, results)]
        gains += [(keep, *row) for row in _gains(found)]
        _write(folder, rows, gains)

    # The table for a page.
    page = protocol_page(*_write(folder, rows, gains), folder.config)
    folder.write_text("protocol.md", page)
    print(page)
    folder.finish()
    print(f"done in {folder.config['wall_seconds']:.0f} s: the table is in {folder.path / 'protocol.md'}")


def _trials(settings: ProtocolSettings) -> Iterator[Trial]:
    for length in settings.lengths:
        models = [*settings.cells, *(name for name in BASELINES if length >= MIN_LENGTH.get(name, 1))]
        for split in settings.splits:
            for seed in range(settings.seeds):
                yield from (Trial(model, length, split, seed) for model in models)


def _scores(found: Mapping[Setting, Scores], results: Mapping[Trial, TrialResult]) -> Iterator[tuple]:
    """Rows split, length, model, metric, value, low, high, sd; sd is the spread over seeds."""
    seeds: dict[Setting, list[TrialResult]] = {}
    for trial, result in results.items():
        seeds.setdefault((trial.model, trial.length, trial.split), []).append(result)
    for (model, length, split), of_setting in seeds.items():
        for metric in METRICS:
            at = estimate(*found[model, length, split][metric])
            values = [result.scores[metric] for result in of_setting]
            sd = np.std(values, ddof=1) if len(values) > 1 else np.nan
            yield split, length, model, metric, at.value, at.low, at.high, sd


def _gains(found: Mapping[Setting, Scores]) -> Iterator[tuple]:
    """Rows split, length, model, other, metric, gain, low, high, p of PAIRS."""
    for length, split in dict.fromkeys(key[1:] for key in found):
        for model, other in PAIRS:
            if (model, length, split) in found and (other, length, split) in found:
                for metric in METRICS:
                    at = gain_of(found[model, length, split], found[other, length, split], metric)
                    yield split, length, model, other, metric, at.value, at.low, at.high, at.p


def _write(folder: RunFolder, rows: list[tuple], gains: list[tuple]) -> tuple[pd.DataFrame, pd.DataFrame]:
    table, differences = pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(gains, columns=GAIN_COLUMNS)
    folder.write_csv("protocol.csv", table.round(6))
    folder.write_csv("gains.csv", differences.round(6))
    return table, differences
