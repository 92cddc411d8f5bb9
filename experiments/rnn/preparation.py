"""What problem 1 trains on, made from the settings and the counts, with every reason to refuse before training."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from data.covid.choose import resolve_cases
from data.covid.counts import CaseCounts
from experiments.rnn.settings import RnnSettings
from experiments.rnn.tables import codes
from experiments.rnn.world_map.table import share_a_code
from experiments.runs.folder import RunFolder, UsageError
from rnn.correlation import best_partners, constant_series, correlated_set, correlation_matrix
from rnn.trial import Recipe, Trial
from rnn.windows import Windows, comparable_windows, distinct

BASELINES_SHOWN = ("majority", "reversal", "logistic", "logistic_features")  # `study rnn` runs them all


class Prepared(NamedTuple):
    """What the further studies of problem 1 start from; the set C as a mask (countries,), windows by their length."""

    cases: CaseCounts
    in_c: np.ndarray
    windows: dict[int, Windows]
    recipe: Recipe


def prepare(settings: RnnSettings, keep: str) -> Prepared:
    """Counts, the set C, windows (`keep` is one of `windows.KEEPS`) and the recipe of the nets, as `settings` say.

    Raises UsageError for counts, a threshold or lengths that leave nothing to study.
    """
    cases = find_cases(settings)
    in_c = make_set_c(correlation_matrix(cases.new_cases), settings.threshold)
    windows = make_all_windows(cases.new_cases, in_c, settings, keep)
    return Prepared(cases, in_c, windows, recipe_without_curves(settings, cases))


def find_cases(settings: RnnSettings) -> CaseCounts:
    """The counts; UsageError if they cannot be studied."""
    cases = resolve_cases(settings.data, settings.start, settings.end, settings.seed, counts=settings.counts)
    check_cases(cases, settings.data)
    return cases


def recipe_without_curves(settings: RnnSettings, cases: CaseCounts) -> Recipe:
    """How the nets are trained; no learning curves are recorded."""
    days = cases.new_cases.shape[1]
    return Recipe(days, settings.hidden, settings.layers, settings.training(), settings.seed, curves=False)


def open_folder(args: argparse.Namespace, study: str, settings: RnnSettings, cases: CaseCounts) -> RunFolder:
    """The run folder of a study, with settings and facts in config.json."""
    config = {"data": facts(cases), **settings.recorded()}
    return RunFolder(args.out, study, config, resume=args.resume, force=args.force, data=settings.data)


def check_cases(cases: CaseCounts, source: str) -> None:
    """UsageError for counts that could not be correlated, tabulated or drawn."""
    days = len(cases.dates)
    if days < 3:
        raise UsageError(f"--start {cases.dates[0]} --end {cases.dates[-1]}: {days} days, expected at least 3")
    if "country" in cases.countries:
        raise UsageError(f"--data {source}: a country is called 'country', as a column of the tables is: rename it")
    shared = share_a_code(cases.countries, codes(cases.countries))
    if shared:
        raise UsageError(f"--data {source}: {shared}")


def make_set_c(correlation: np.ndarray, threshold: float) -> np.ndarray:
    """The mask (countries,) of the set C; UsageError if it is empty."""
    in_c = correlated_set(correlation, threshold)
    if not in_c.any():
        _, coefficient = best_partners(correlation)
        highest = f"{np.nanmax(coefficient):.3f}" if np.isfinite(coefficient).any() else "undefined"
        raise UsageError(f"--threshold {threshold}: no two countries correlate above it, the highest is {highest}")
    return in_c


def make_all_windows(new_cases: np.ndarray, in_c: np.ndarray, settings: RnnSettings, keep: str) -> dict[int, Windows]:
    """The windows of every length, about the same country-days; `keep` is one of `windows.KEEPS`."""
    days, longest = new_cases.shape[1], settings.longest or max(settings.lengths)
    if longest >= days:
        flag = "longest" if settings.longest else "lengths"
        raise UsageError(f"--{flag} {longest}: the data have {days} daily differences, choose fewer days")
    lengths = sorted({*settings.lengths, longest})
    windows = comparable_windows(new_cases, lengths, in_c, settings.target, keep)
    return {length: windows[length] for length in settings.lengths}


def all_trials(settings: RnnSettings) -> list[Trial]:
    """Every model, for every length, split and seed."""
    return [
        Trial(model, length, split, seed)
        for length in settings.lengths
        for split in settings.splits
        for seed in range(settings.seeds)
        for model in (*settings.cells, *BASELINES_SHOWN)
    ]


def check_splits(
    trials: Sequence[Trial], windows: Mapping[int, Windows], recipe: Recipe, taught: np.ndarray | None = None
) -> None:
    """UsageError if a split would leave nothing to train, choose or test on, or if all answers to test are the same."""
    how = "country" if any(trial.split == "country" for trial in trials) else trials[0].split
    can_compare = False
    for trial in {(t.length, t.split, t.seed): t for t in trials}.values():  # the model makes no difference
        asked = windows[trial.length]
        try:
            test = recipe.test_part(asked, trial)
            recipe.validation_part(asked.take(~test if taught is None else ~test & taught), trial)
        except ValueError as error:
            raise UsageError(str(error)) from None
        can_compare |= trial.split == how and len(np.unique(asked.labels[test])) == 2
    if not can_compare:
        raise UsageError(
            f"--splits {how}: all windows to test on have the same answer, so there is nothing to learn: take more days"
        )


def facts(cases: CaseCounts) -> dict[str, Any]:
    """The entry "data" of config.json."""
    return {
        "source": cases.source,
        "sha256": cases.sha256,
        "simulated": cases.simulated,
        "countries": len(cases.countries),
        "days": len(cases.dates),
        "first_day": str(cases.dates[0]),
        "last_day": str(cases.dates[-1]),
    }


def notes(cases: CaseCounts) -> list[str]:
    """What a reader should know about the data."""
    constant = constant_series(cases.new_cases)
    names = [name for name, same in zip(cases.countries, constant, strict=True) if same]
    if not names:
        return list(cases.notes)
    return [*cases.notes, f"the daily count never changes, so that no correlation is defined: {', '.join(names)}"]


def kept(windows: Mapping[int, Windows]) -> dict[str, Any]:
    """How many pairs of country and day the models are asked about, and their different windows by length."""
    pairs = windows[max(windows)]
    different = {str(length): len(distinct(of_length)) for length, of_length in windows.items()}
    return {"pairs": len(pairs), "rises": int(pairs.labels.sum()), "different": different}


def introduce(cases: CaseCounts, in_c: np.ndarray, windows: Mapping[int, Windows], settings: RnnSettings) -> None:
    """Print what is about to be trained on what."""
    asked = windows[settings.lengths[0]]
    which = settings.windows if isinstance(settings.windows, str) else "all"  # the protocol table asks about subsets
    how, *further = notes(cases)  # the first says how the file was read, or why counts are simulated
    print(f"data: {cases.source}, {len(cases.countries)} countries, {cases.dates[0]} to {cases.dates[-1]}; {how}")
    for note in further:
        print(f"note: {note}")
    print(f"C: {in_c.sum()} of {len(in_c)} countries correlate above {settings.threshold} with another one")
    print(
        f"windows: {len(asked):,} pairs of country and day ({which}), {asked.labels.mean():.1%} rise, "
        f"each asked about with L = {', '.join(map(str, settings.lengths))}",
        flush=True,
    )
