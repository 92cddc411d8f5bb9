"""Every comparison that figures and texts of a run may quote: gains.csv, computed once and looked up by name.

A gain is the score of one model minus that of another, positive if the first is better, with the bootstrap interval of
`rnn.compare`: countries are resampled, by time also days. All models, lengths and splits are scored on the same draws.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from rnn.baselines import BASELINES, rise_share
from rnn.compare import Draws, Estimate, draw, estimate, holm, resampled
from rnn.metrics import LOWER_IS_BETTER, METRICS, evaluate
from rnn.trial import NETS, Recipe, Trial, TrialResult
from rnn.windows import Windows

DRAWS = 500
MAJORITY = "majority"
CELLS_MEAN = "cells"  # in place of a model: the mean of all cells that were run
COLUMNS = ["model", "length", "split", "other", "other_length", "other_split", "metric", "gain", "low", "high", "p"]

Setting = tuple[str, int, str]  # model, length, split


@dataclass(frozen=True, eq=False)
class Score:
    """One score of a model: of each seed (seeds,), and the mean over the seeds in every draw (draws,)."""

    by_seed: np.ndarray
    resampled: np.ndarray

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.by_seed.mean())


Scores = dict[str, Score]  # by metric


@dataclass(frozen=True)
class Gain:
    """One difference as a text quotes it; `holds` says whether it differs from 0 beside all others of the text."""

    value: float
    low: float
    high: float
    holds: bool

    @property
    def verdict(self) -> str:
        """``above``, ``below`` or ``noise``; ``undefined`` where only one class occurs.

        ``uncertain`` means that the interval excludes 0, but not after the correction.
        """
        if not np.isfinite(self.value) or not np.isfinite(self.low):
            return "undefined"
        if not self.holds:
            return "noise" if self.low <= 0 <= self.high else "uncertain"
        return "above" if self.value > 0 else "below"


class Gains:
    """Looks gains up and keeps count: a text that makes many comparisons must correct for their number."""

    def __init__(self, table: pd.DataFrame):
        keys = table[COLUMNS[:7]].itertuples(index=False, name=None)
        values = table[["gain", "low", "high", "p"]].itertuples(index=False, name=None)
        self._rows = dict(zip(keys, values, strict=True))
        self.asked: dict[tuple, float] = {}  # p-value of each comparison that was looked up
        self._held: set[tuple] | None = None

    def __call__(
        self, model: str, other: str, length: int, split: str, metric: str, *,
        other_length: int | None = None, other_split: str | None = None,
    ) -> Gain:  # fmt: skip
        """The gain of a model over another one, or over itself at another length or on another split."""
        key = (model, length, split, other, other_length or length, other_split or split, metric)
        sign = 1.0
        if key not in self._rows:  # the table holds each pair once
            key, sign = (*key[3:6], *key[:3], metric), -1.0
        value, low, high, p = self._rows.get(key, (np.nan,) * 4)
        self.asked[key] = p
        low, high = sorted((sign * low, sign * high))
        holds = p < 0.05 if self._held is None else key in self._held
        return Gain(sign * value, low, high, bool(holds))

    def correct(self) -> None:
        """From now on a gain holds only if it does after Holm's correction for all that were looked up so far."""
        keys = [key for key, p in self.asked.items() if np.isfinite(p)]
        holds = holm(np.array([self.asked[key] for key in keys]))
        self._held = {key for key, held in zip(keys, holds, strict=True) if held}


def gains_frame(
    results: Mapping[Trial, TrialResult], windows: Mapping[int, Windows], recipe: Recipe, jobs: int
) -> pd.DataFrame:
    """gains.csv of a run: nets against baselines and each other, lengths against lengths, random against by country."""
    found = score_all(results, windows, recipe, DRAWS, jobs)
    pairs = list(_pairs(list(found)))
    rows = [(*a, *b, metric, *_gain(found[a], found[b], metric)) for a, b in pairs for metric in METRICS]
    return pd.DataFrame(rows, columns=COLUMNS).round(6)


def score_all(
    results: Mapping[Trial, TrialResult],
    windows: Mapping[int, Windows],
    recipe: Recipe,
    draws: int,
    jobs: int,
    asked_about: np.ndarray | None = None,
    blanks_by_share: bool = False,
) -> dict[Setting, Scores]:
    """The scores of every model, length and split, whole and resampled, as means over the seeds.

    Countries are drawn once for all; so are the days for the split by time.

    asked_about: the mask (n,) of the windows that count, all of them if None.
    blanks_by_share: give windows without a case the share of rises after such windows in training, whatever the model
        says: for models that learnt from other windows than they are asked about. Not for the majority class.
    """
    asked = next(iter(windows.values()))  # country and day are the same for every length
    by_setting: dict[Setting, list[TrialResult]] = {}
    for trial, result in results.items():
        by_setting.setdefault((trial.model, trial.length, trial.split), []).append(result)
    drawn = {}
    for split in dict.fromkeys(split for _, _, split in by_setting):
        some = next(result.trial for result in results.values() if result.trial.split == split)
        days = asked.day[recipe.test_part(asked, some)] if split == "time" else None
        drawn[split] = draw(asked, days, np.random.default_rng([recipe.seed, 2]), draws)
    counts = np.ones(len(asked), dtype=bool) if asked_about is None else asked_about
    jobs_of = (
        delayed(_score)(
            of_setting, windows[length], drawn[split], recipe, counts, blanks_by_share and model != MAJORITY
        )
        for (model, length, split), of_setting in by_setting.items()
    )
    found = dict(zip(by_setting, Parallel(n_jobs=jobs)(jobs_of), strict=True))
    for length, split in dict.fromkeys((length, split) for _, length, split in by_setting):
        nets = [found[setting] for setting in found if setting[1:] == (length, split) and setting[0] in NETS]
        if nets:
            found[CELLS_MEAN, length, split] = {
                metric: Score(
                    np.mean([net[metric].by_seed for net in nets], axis=0),
                    np.mean([net[metric].resampled for net in nets], axis=0),
                )
                for metric in METRICS
            }
    return found


def _score(
    results: list[TrialResult], windows: Windows, drawn: Draws, recipe: Recipe, counts: np.ndarray, blanks: bool
) -> Scores:
    whole: list[dict[str, float]] = []
    drawings: list[dict[str, np.ndarray]] = []
    seen: dict[tuple[bytes, tuple[float, ...]], int] = {}  # by time a baseline says the same whatever the seed
    for place, result in enumerate(results):
        test = recipe.test_part(windows, result.trial)
        first = seen.setdefault((test.tobytes(), tuple(result.probability)), place)
        if first < place:
            whole.append(whole[first])
            drawings.append(drawings[first])
            continue
        tested, counted = windows.take(test & counts), counts[test]
        probability, decision = np.array(result.probability)[counted], np.array(result.decision, dtype=bool)[counted]
        if blanks:
            known = windows.take(~test & counts)
            share = rise_share(known.labels[~known.values.any(axis=1)])
            blank = ~tested.values.any(axis=1)
            probability[blank], decision[blank] = share, share >= 0.5
        whole.append(evaluate(tested.labels, probability, decision))
        drawings.append(resampled(tested, probability, decision, drawn))
    return {
        metric: Score(
            np.array([seed[metric] for seed in whole]), np.mean([seed[metric] for seed in drawings], axis=0)
        )
        for metric in METRICS
    }  # fmt: skip


def gain_of(first: Scores, second: Scores, metric: str) -> Estimate:
    """The gain in a metric, positive if the first is better."""
    sign = -1 if metric in LOWER_IS_BETTER else 1
    mean = first[metric].mean - second[metric].mean
    return estimate(sign * mean, sign * (first[metric].resampled - second[metric].resampled))


def _gain(first: Scores, second: Scores, metric: str) -> tuple[float, float, float, float]:
    at = gain_of(first, second, metric)
    return at.value, at.low, at.high, at.p


def _pairs(settings: list[Setting]) -> Iterable[tuple[Setting, Setting]]:
    nets = [name for name in NETS if any(setting[0] == name for setting in settings)]
    rivals = [*nets, *(name for name in BASELINES if any(setting[0] == name for setting in settings))]
    for length, split in dict.fromkeys(setting[1:] for setting in settings):
        for place, net in enumerate(nets):
            yield from (((net, length, split), (rival, length, split)) for rival in rivals[place + 1 :])
        for net in nets:
            if split == "random" and (net, length, "country") in settings:
                yield (net, length, "random"), (net, length, "country")
    for split in dict.fromkeys(setting[2] for setting in settings):
        lengths = sorted({setting[1] for setting in settings if setting[2] == split})
        for place, short in enumerate(lengths):
            yield from (((CELLS_MEAN, long, split), (CELLS_MEAN, short, split)) for long in lengths[place + 1 :])
