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
from joblib import Parallel, delayed

from data.covid.choose import resolve_cases
from experiments.cli import at_least, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.protocol_page import protocol_page
from experiments.rnn.settings import STUDY, RnnSettings
from experiments.rnn.sweep import run_all
from experiments.run_folder import RunFolder
from rnn import bootstrap
from rnn.baselines import BASELINES, MIN_LENGTH
from rnn.correlation import correlation_matrix
from rnn.metrics import METRICS, evaluate
from rnn.splits import SPLITS
from rnn.trial import NETS, Recipe, Trial, TrialResult, train_and_score
from rnn.windows import KEEPS, Windows

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
        bootstrap.DRAWS, "bootstrap draws", quick=200, check=at_least(100), metavar="N", group=STUDY
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

    # Every trial under each choice of windows; then the intervals, from the same draws for all models of a split.
    rows, gains = [], []
    for keep, of_length in asked.items():
        print(f"{keep} windows: {pairs[keep]:,} country-days", flush=True)
        work = {trial: partial(train_and_score, trial, of_length[trial.length], recipe) for trial in trials}
        results = run_all(work, folder, settings.jobs, shelf=f"trainings/{keep}")
        examined = [(split, length) for split in settings.splits for length in settings.lengths]
        for (split, length), table in zip(
            examined,
            Parallel(n_jobs=settings.jobs)(
                delayed(_intervals)(_chosen(results, split, length), of_length[length], split, recipe, settings.draws)
                for split, length in examined
            ),
            strict=True,
        ):
            rows += [(keep, split, length, *row) for row in table[0]]
            gains += [(keep, split, length, *row) for row in table[1]]
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


def _chosen(results: Mapping[Trial, TrialResult], split: str, length: int) -> list[TrialResult]:
    return [result for trial, result in results.items() if (trial.split, trial.length) == (split, length)]


def _intervals(
    results: list[TrialResult], windows: Windows, split: str, recipe: Recipe, draws: int
) -> tuple[list[tuple], list[tuple]]:
    """Rows (model, metric, value, low, high, sd) and (model, other, metric, gain, low, high, p) of one examination.

    A score is the mean over seeds, in the whole test parts and in each draw; sd is its spread over seeds.
    """
    rng = np.random.default_rng([recipe.seed, 2, SPLITS.index(split)])
    tested = windows.take(recipe.test_part(windows, results[0].trial))
    drawn = bootstrap.draw(windows, tested.day if split == "time" else None, rng, draws)
    found: dict[str, dict[str, tuple[list, list]]] = {}
    for result in results:
        tested = windows.take(recipe.test_part(windows, result.trial))
        probability, decision = np.array(result.probability), np.array(result.decision, dtype=bool)
        whole = evaluate(tested.labels, probability, decision)
        resampled = bootstrap.scores(tested.labels, probability, decision, drawn.weights(tested))
        for metric in METRICS:
            values, samples = found.setdefault(result.trial.model, {}).setdefault(metric, ([], []))
            values.append(whole[metric])
            samples.append(resampled[metric])
    rows, gains = [], []
    for model, metrics in found.items():
        for metric, (values, samples) in metrics.items():
            at = bootstrap.estimate(np.mean(values), np.mean(samples, axis=0))
            sd = np.std(values, ddof=1) if len(values) > 1 else np.nan
            rows.append((model, metric, at.value, at.low, at.high, sd))
    for model, other in PAIRS:
        for metric in METRICS if model in found and other in found else ():
            (first, first_samples), (second, second_samples) = found[model][metric], found[other][metric]
            sign = -1 if metric in ("log_loss", "brier") else 1
            gain = sign * (np.mean(first) - np.mean(second))
            at = bootstrap.estimate(gain, sign * (np.mean(first_samples, axis=0) - np.mean(second_samples, axis=0)))
            gains.append((model, other, metric, at.value, at.low, at.high, at.p))
    return rows, gains


def _write(folder: RunFolder, rows: list[tuple], gains: list[tuple]) -> tuple[pd.DataFrame, pd.DataFrame]:
    table, differences = pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(gains, columns=GAIN_COLUMNS)
    folder.write_csv("protocol.csv", table.round(6))
    folder.write_csv("gains.csv", differences.round(6))
    return table, differences
