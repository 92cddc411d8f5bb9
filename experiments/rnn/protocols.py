"""The protocol table of problem 1: every model under every way to examine it, with intervals over countries.

Which windows are asked about (distinct, with a case, all), what is held out (countries, days, random windows), and how
many days are seen: each changes the numbers more than the choice of a cell.

Every model is trained once, on the distinct windows of its training part, and asked about all windows of the test part;
the three examinations are subsets of its answers. Half of all windows have no case, and from such a window there is
nothing to learn but how often a rise follows: where windows repeat, every model gives that share of the training part.
Countries (by time also days) are resampled for the intervals. The results are protocol.csv, choices.csv, gains.csv and
protocol.md.

  python -m experiments study rnn                         all of it, on the best data at hand
  python -m experiments study rnn --data covid_19.csv     the course's file
  python -m experiments study rnn --quick                 a small table
  python -m experiments study rnn --start 2020-07-01 --end 2021-06-30 --batch-size 256      another era
  python -m experiments study rnn --resume                continue; models that are trained are not trained again
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import ClassVar

import numpy as np
import pandas as pd

from experiments.cli import at_least, between, read_settings, setting
from experiments.rnn import preparation
from experiments.rnn.gains import CELLS_MEAN, MAJORITY, Scores, Setting, gain_of, score_all
from experiments.rnn.protocol_choices import BETWEEN_CELLS
from experiments.rnn.protocol_page import protocol_page
from experiments.rnn.settings import STUDY, RnnSettings
from experiments.rnn.sweep import run_all
from experiments.rnn.variants import VARIANTS, variants
from experiments.runs.folder import RunFolder
from experiments.runs.saved import SavedRun
from experiments.runs.values import COUNT, object_of, optional
from rnn.baselines import BASELINES, MIN_LENGTH
from rnn.classifier import CELLS
from rnn.compare import DRAWS, estimate
from rnn.metrics import METRICS
from rnn.train import TrainingSettings
from rnn.trial import NETS, Trial, TrialResult, train_and_score
from rnn.windows import KEEPS, kept_of

COLUMNS = ["windows", "split", "length", "model", "metric", "value", "low", "high", "sd"]
CHOICE_COLUMNS = ["model", "length", "split", "seed", "name", "value"]
GAIN_COLUMNS = ["windows", "split", "length", "model", "other", "metric", "gain", "low", "high", "p"]
# A net beside the linear model that is given the same days.
PAIRS = [(net, "logistic_features" if net.endswith("_steps") else "logistic") for net in NETS]
PAIRS += [(net, other) for net in NETS for other in ("reversal", "logistic_features") if (net, other) not in PAIRS]
PAIRS += [(f"{cell}_steps", cell) for cell in CELLS] + list(BETWEEN_CELLS)
PAIRS += [(f"{net}:{name}", other) for net in NETS for name in VARIANTS for other in (net, "logistic_features")]
PATIENCE = 4  # epochs without a lower loss on the validation cut, after which a first fit ends


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
    seeds: int = setting(5, "repetitions of everything", quick=2, check=between(1, 1000), metavar="N", group=STUDY)
    windows: tuple[str, ...] = setting(  # type: ignore[assignment]  # the study itself takes one
        KEEPS, "which windows are asked about", quick=("distinct",), choices=KEEPS, metavar="WINDOWS", group=STUDY
    )
    train_on: str = setting("distinct", "which windows the models learn from", choices=KEEPS, group=STUDY)
    draws: int = setting(
        DRAWS, "bootstrap draws", quick=200, check=between(100, 100_000), metavar="N", group=STUDY
    )  # fmt: skip

    def training(self) -> TrainingSettings:
        """As in the study itself, but no first fit goes on for long after its best epoch: nobody looks at its curve."""
        return replace(super().training(), patience=PATIENCE)


def run(args: argparse.Namespace) -> None:
    settings = read_settings(ProtocolSettings, args)

    # The data, the set C, and the folder, as in the study itself.
    cases, in_c, windows, recipe = preparation.prepare(settings, "all")
    kept = {keep: kept_of(windows[max(windows)], keep) for keep in KEEPS}
    taught = kept[settings.train_on]
    trials = list(_trials(settings))
    preparation.check_splits(trials, windows, recipe, taught)
    folder = preparation.open_folder(args, "rnn-protocols", settings, cases)
    if folder.finished:
        print(_write_page(folder))
        return
    pairs = {keep: int(kept[keep].sum()) for keep in settings.windows}
    folder.record(notes=preparation.notes(cases), pairs=pairs)
    preparation.introduce(cases, in_c, windows, settings)

    # Every model once; what the validation cut chose, and the variants that cost no training.
    work = {trial: partial(train_and_score, trial, windows[trial.length], recipe, taught) for trial in trials}
    results = run_all(work, folder, settings.jobs)
    folder.write_csv("choices.csv", _choices(results))
    results |= variants(results)

    # Each examination has a majority class of its own. Scores and gains are from the same draws for all models.
    majority = [trial for trial in trials if trial.model == MAJORITY]
    rows: list[tuple] = []
    gains: list[tuple] = []
    for keep in settings.windows:
        results |= {t: train_and_score(t, windows[t.length], recipe, kept[keep]) for t in majority}
        repeated = keep != settings.train_on
        found = score_all(results, windows, recipe, settings.draws, settings.jobs, kept[keep], repeated)
        rows += [(keep, *row) for row in _scores(found)]
        gains += [(keep, *row) for row in _gains(found)]
        folder.write_csv("protocol.csv", pd.DataFrame(rows, columns=COLUMNS).round(6))
        folder.write_csv("gains.csv", pd.DataFrame(gains, columns=GAIN_COLUMNS).round(6))

    page = _write_page(folder)
    folder.finish()
    print(page)
    print(f"done in {folder.config['wall_seconds']:.0f} s: the table is in {folder.path / 'protocol.md'}")


@dataclass(frozen=True)
class SavedProtocols(SavedRun):
    """The rows of a study, read back."""

    STUDY = "rnn-protocols"
    COLUMNS: ClassVar = {
        "protocol.csv": tuple(COLUMNS), "gains.csv": tuple(GAIN_COLUMNS), "choices.csv": tuple(CHOICE_COLUMNS),
    }  # fmt: skip
    TEXT_COLUMNS = frozenset(("windows", "split", "model", "other", "metric", "name"))
    FIELDS: ClassVar = {"pairs": object_of(dict.fromkeys(KEEPS, optional(COUNT)))}


def _write_page(folder: RunFolder) -> str:
    """The table for a page, from the saved rows."""
    saved = SavedProtocols.open(folder.path)
    scores, gains, choices = (saved.table(f"{name}.csv") for name in ("protocol", "gains", "choices"))
    page = protocol_page(scores, gains, choices, folder.config)
    folder.write_text("protocol.md", page)
    return page


def _trials(settings: ProtocolSettings) -> Iterator[Trial]:
    for length, split, seed in product(settings.lengths, settings.splits, range(settings.seeds)):
        models = [*settings.cells, *(name for name in BASELINES if length >= MIN_LENGTH.get(name, 1))]
        yield from (Trial(model, length, split, seed) for model in models)


def _choices(results: Mapping[Trial, TrialResult]) -> pd.DataFrame:
    """choices.csv: what the validation cut of every net chose and measured."""
    rows = [
        (t.model, t.length, t.split, t.seed, name, value)
        for t, result in results.items()
        for name, value in result.choice.items()
    ]
    return pd.DataFrame(rows, columns=CHOICE_COLUMNS).round(6)


def _scores(found: Mapping[Setting, Scores]) -> Iterator[tuple]:
    """Rows split, length, model, metric, value, low, high, sd; sd is the spread over seeds."""
    for (model, length, split), scores in found.items():
        for metric in METRICS if model != CELLS_MEAN else ():
            score = scores[metric]
            at = estimate(score.mean, score.resampled)
            sd = np.std(score.by_seed, ddof=1) if len(score.by_seed) > 1 else np.nan
            yield split, length, model, metric, at.value, at.low, at.high, sd


def _gains(found: Mapping[Setting, Scores]) -> Iterator[tuple]:
    """Rows split, length, model, other, metric, gain, low, high, p of PAIRS."""
    for length, split in dict.fromkeys(key[1:] for key in found):
        for model, other in PAIRS:
            if (model, length, split) in found and (other, length, split) in found:
                for metric in METRICS:
                    at = gain_of(found[model, length, split], found[other, length, split], metric)
                    yield split, length, model, other, metric, at.value, at.low, at.high, at.p
