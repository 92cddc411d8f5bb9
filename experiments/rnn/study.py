"""Problem 1: will a country report more new COVID-19 cases tomorrow than today? RNN, LSTM and GRU against baselines.

Correlates the countries, makes windows of the daily counts, trains every cell on every length, split and seed, and
draws what came out. All numbers are written to CSV files first; figures, map, tables and discussion are made from
those.

  python -m experiments rnn                                          the study, on the best data at hand
  python -m experiments rnn --data covid_19.csv --threshold 0.4      the course's file, a set C of its choice
  python -m experiments rnn --quick --out /tmp/look                  everything, small
  python -m experiments rnn --resume                                 continue a run that was stopped
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data.covid.choose import resolve_cases
from data.covid.counts import CaseCounts
from experiments.cli import add_run_arguments, add_settings, read_settings
from experiments.rnn import tables as csv_rnn
from experiments.rnn.redraw import redraw
from experiments.rnn.settings import RnnSettings
from experiments.rnn.sweep import EVERYTHING, Recipe, Result, Training, forecast, run_all, train_and_score
from experiments.rnn.world_map.table import mark_drawn, share_a_code
from experiments.run_folder import CONFIG, RunFolder, UsageError
from rnn.baselines import BASELINES
from rnn.correlation import best_partners, constant_series, correlated_set, correlation_matrix
from rnn.windows import Windows, comparable_windows, distinct


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/rnn"))
    add_settings(parser, RnnSettings)


def run(args: argparse.Namespace) -> None:
    settings = read_settings(RnnSettings, args)
    cases = resolve_cases(settings.data, settings.start, settings.end, settings.seed, counts=settings.counts)
    _check_cases(cases, settings.data)
    correlation = correlation_matrix(cases.new_cases)
    windows = _windows(cases.new_cases, correlation, settings)
    recipe = _recipe(settings, days=cases.new_cases.shape[1])
    plan = _plan(settings)
    _check_splits(plan, windows, recipe)

    settings_and_data = {"data": _facts(cases), **settings.recorded()}
    folder = RunFolder(args.out, "rnn", settings_and_data, resume=args.resume, force=args.force, data=settings.data)
    folder.config |= {"notes": _notes(cases), "kept": _kept(windows)}
    _introduce(cases, correlation, windows, folder.config)
    _write_data_tables(folder, cases, correlation, settings)

    work = {training: partial(train_and_score, training, windows[training.length], recipe) for training in plan}
    tested = run_all(work, folder, settings.jobs, partial(_write_results, folder))

    folder.config["map"] = choice = _best_net(tested, settings)
    folder.write_json(CONFIG, folder.config)
    chosen = windows[choice["length"]]
    _write_predictions(folder, tested, chosen, recipe, cases)
    _write_map(folder, cases, chosen, recipe, settings.jobs)

    print(redraw(folder.path))
    folder.finish()
    print(f"done in {folder.config['wall_seconds']:.0f} s: the results are in {folder.path}")


def _check_cases(cases: CaseCounts, source: str) -> None:
    """UsageError for what could not be correlated, tabulated or drawn, before anything is trained."""
    days = len(cases.dates)
    if days < 3:
        raise UsageError(f"--start {cases.dates[0]} --end {cases.dates[-1]}: {days} days, expected at least 3")
    if "country" in cases.countries:
        raise UsageError(f"--data {source}: a country is called 'country', as a column of the tables is: rename it")
    shared = share_a_code(cases.countries, csv_rnn.codes(cases.countries))
    if shared:
        raise UsageError(f"--data {source}: {shared}")


def _windows(new_cases: np.ndarray, correlation: np.ndarray, settings: RnnSettings) -> dict[int, Windows]:
    """The windows of every length, about the same pairs of country and day."""
    threshold, lengths = settings.threshold, settings.lengths
    in_c = correlated_set(correlation, threshold)
    if not in_c.any():
        _, coefficient = best_partners(correlation)
        highest = f"{np.nanmax(coefficient):.3f}" if np.isfinite(coefficient).any() else "undefined"
        raise UsageError(f"--threshold {threshold}: no two countries correlate above it, the highest is {highest}")
    days = new_cases.shape[1]
    if lengths[-1] >= days:
        raise UsageError(f"--lengths {lengths[-1]}: the data have {days} daily differences, choose fewer days")
    return comparable_windows(new_cases, lengths, in_c, settings.target, settings.windows)


def _recipe(settings: RnnSettings, days: int) -> Recipe:
    return Recipe(days, settings.hidden, settings.layers, settings.training(), settings.seed)


def _plan(settings: RnnSettings) -> list[Training]:
    """Every model, for every length, split and seed."""
    return [
        Training(model, length, split, seed)
        for length in settings.lengths
        for split in settings.splits
        for seed in range(settings.seeds)
        for model in (*settings.cells, *BASELINES)
    ]


def _check_splits(plan: list[Training], windows: dict[int, Windows], recipe: Recipe) -> None:
    """UsageError, before anything is written, if a split would leave nothing to train or to test on."""
    for training in plan:
        try:
            recipe.test_part(windows[training.length], training)
        except ValueError as error:
            raise UsageError(str(error)) from None


def _facts(cases: CaseCounts) -> dict[str, Any]:
    return {
        "source": cases.source,
        "sha256": cases.sha256,
        "simulated": cases.simulated,
        "countries": len(cases.countries),
        "days": len(cases.dates),
        "first_day": str(cases.dates[0]),
        "last_day": str(cases.dates[-1]),
    }


def _notes(cases: CaseCounts) -> list[str]:
    """What a reader should be told of the data."""
    constant = constant_series(cases.new_cases)
    names = [name for name, same in zip(cases.countries, constant, strict=True) if same]
    if not names:
        return list(cases.notes)
    return [*cases.notes, f"the daily count never changes, so that no correlation is defined: {', '.join(names)}"]


def _kept(windows: dict[int, Windows]) -> dict[str, Any]:
    """What the models are asked about: pairs of country and day, and by length how many different windows they have."""
    pairs = windows[max(windows)]
    different = {str(length): len(distinct(of_length)) for length, of_length in windows.items()}
    return {"pairs": len(pairs), "rises": int(pairs.labels.sum()), "different": different}


def _introduce(cases: CaseCounts, correlation: np.ndarray, windows: dict[int, Windows], config: dict[str, Any]) -> None:
    """Say what is about to be asked, before the long silence of training."""
    in_c = correlated_set(correlation, config["threshold"])
    asked = windows[config["lengths"][0]]
    how, *notes = config["notes"]  # the first says how the file was read, or why counts are simulated
    print(f"data: {cases.source}, {len(cases.countries)} countries, {cases.dates[0]} to {cases.dates[-1]}; {how}")
    for note in notes:
        print(f"note: {note}")
    print(f"C: {in_c.sum()} of {len(in_c)} countries correlate above {config['threshold']} with another one")
    print(
        f"windows: {len(asked):,} pairs of country and day ({config['windows']}), {asked.labels.mean():.1%} rise, "
        f"each asked about with L = {', '.join(map(str, config['lengths']))}",
        flush=True,
    )


def _write_data_tables(folder: RunFolder, cases: CaseCounts, correlation: np.ndarray, settings: RnnSettings) -> None:
    threshold, lengths, target = settings.threshold, settings.lengths, settings.target
    folder.write_csv("correlation.csv", csv_rnn.correlation_table(cases.countries, correlation), float_format="%.6f")
    folder.write_csv("countries.csv", csv_rnn.countries_table(cases.countries, correlation, threshold))
    folder.write_csv("windows.csv", csv_rnn.windows_table(cases.new_cases, correlation, threshold, lengths, target))


def _write_results(folder: RunFolder, done: dict[Training, Result]) -> None:
    folder.write_csv("results.csv", csv_rnn.results_table(done.values()))
    folder.write_csv("curves.csv", csv_rnn.curves_table(done.values()))
    folder.record_cost()  # now and then, so that a run which is stopped knows what it has taken


def _best_net(tested: dict[Training, Result], settings: RnnSettings) -> dict[str, Any]:
    """The cell and length with the best mean AUC on unseen countries, or on the first split that was run."""
    how = "country" if "country" in settings.splits else settings.splits[0]
    table = csv_rnn.results_table(tested.values())
    nets = table[(table["split"] == how) & (table["metric"] == "auc") & table["model"].isin(settings.cells)]
    mean = nets.groupby(["model", "length"], sort=False, as_index=False)["value"].mean().dropna()
    if mean.empty:
        raise UsageError(f"--splits {how}: no AUC is defined, all test labels are the same: take more data")
    best = mean.loc[mean["value"].idxmax()]
    return {
        "model": str(best["model"]),
        "length": int(best["length"]),
        "seeds": settings.seeds,
        "chosen_by": f"AUC, split {how}",
    }


def _write_predictions(
    folder: RunFolder, tested: dict[Training, Result], windows: Windows, recipe: Recipe, cases: CaseCounts
) -> None:
    pairs = [
        (result, windows.take(recipe.test_part(windows, training)))
        for training, result in tested.items()
        if training.length == windows.length
    ]
    folder.write_csv("predictions.csv", csv_rnn.predictions_table(pairs, cases))


def _write_map(folder: RunFolder, cases: CaseCounts, windows: Windows, recipe: Recipe, jobs: int) -> None:
    """Train the chosen net on all windows, once a seed, and ask it about the day after the data end."""
    latest = cases.new_cases[:, -windows.length :]
    choice = folder.config["map"]
    plan = [Training(choice["model"], windows.length, EVERYTHING, seed) for seed in range(choice["seeds"])]
    work = {training: partial(forecast, training, windows, latest, recipe) for training in plan}
    results = run_all(work, folder, jobs, report=lambda done: None)
    folder.write_csv("world_map.csv", mark_drawn(csv_rnn.map_table(cases, latest, results.values())))
