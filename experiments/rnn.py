"""Problem 1: will a country report more new COVID-19 cases tomorrow than today? RNN, LSTM and GRU against baselines.

Correlates the countries, makes windows of the daily counts, trains every cell on every length, split and seed, and
draws what came out. All numbers are written to CSV files first; figures, map, tables and discussion are made from
those.

  python -m experiments rnn                                   the study, on the best data at hand
  python -m experiments rnn --data covid_19.csv --threshold 0.4
  python -m experiments rnn --quick --out /tmp/look           everything, small
  python -m experiments rnn --resume                          go on with a run that was stopped
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from data.choice import COURSE_END, COURSE_START, resolve_cases
from data.covid import CaseCounts
from experiments import csv_rnn
from experiments.report_rnn import draw_everything
from experiments.run_folder import CONFIG, RunFolder, UsageError, add_run_arguments
from experiments.trainings_rnn import EVERYTHING, Recipe, Result, Training, forecast, run_all, test_models
from rnn.baselines import BASELINES
from rnn.classifier import CELLS
from rnn.correlation import best_partners, constant_series, correlated_set, correlation_matrix
from rnn.splits import SPLITS
from rnn.train import Settings
from rnn.windows import TARGETS, Windows, comparable_windows

# What --quick makes smaller, unless asked for outright.
DEFAULTS = {"lengths": [3, 5, 7, 10, 14], "seeds": 3, "epochs": Settings.epochs}
QUICK = {"lengths": [3, 7], "seeds": 2, "epochs": 6}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/rnn"))
    add = parser.add_argument
    add("--data", default="auto", metavar="auto|simulated|PATH", help="a file or URL; auto: data/raw/, else a download, else simulated (%(default)s)")  # fmt: skip
    add("--start", default=str(COURSE_START), metavar="DAY", help="first day of the counts (%(default)s)")
    add("--end", default=str(COURSE_END), metavar="DAY", help="last day of the counts (%(default)s)")
    add("--cells", nargs="+", choices=CELLS, default=list(CELLS), help="recurrent cells (all three)")
    add("--lengths", nargs="+", type=int, metavar="L", help="days in a window (3 5 7 10 14; quick 3 7)")
    add("--threshold", type=float, default=0.7, metavar="R", help="C: countries in a pair correlated above it (%(default)s)")  # fmt: skip
    add("--target", choices=TARGETS, default="new-cases", help="what rises: the daily count or the total (%(default)s)")
    add("--windows", choices=("distinct", "all"), default="distinct", help="keep one of identical windows, or all (%(default)s)")  # fmt: skip
    add("--splits", nargs="+", choices=SPLITS, default=list(SPLITS), help="what is held out (all three)")
    add("--seeds", type=int, metavar="N", help="repetitions (3; quick 2)")
    add("--epochs", type=int, metavar="N", help=f"passes over the training part ({Settings.epochs}; quick 6)")
    add("--hidden", type=int, default=32, metavar="N", help="size of the hidden state (%(default)s)")
    add("--layers", type=int, default=1, metavar="N", help="stacked cells (%(default)s)")
    add("--batch-size", type=int, default=Settings.batch_size, metavar="N", help="windows in a step (%(default)s)")
    add("--learning-rate", type=float, default=Settings.learning_rate, metavar="X", help="Adam's, at the start (%(default)s)")  # fmt: skip
    add("--clip", type=float, default=Settings.clip, metavar="X", help="longest gradient (%(default)s)")
    add("--seed", type=int, default=0, metavar="N", help="all chance hangs on it (%(default)s)")
    add("--jobs", type=int, default=joblib.cpu_count(), metavar="N", help="processes; changes no result (%(default)s)")


def run(args: argparse.Namespace) -> None:
    settings = resolve(args)
    cases = resolve_cases(args.data, args.start, args.end, args.seed)
    new_cases = cases.new_cases
    correlation = correlation_matrix(new_cases)
    windows = _windows(new_cases, correlation, settings)
    recipe = Recipe(
        days=new_cases.shape[1],
        hidden=settings["hidden"],
        layers=settings["layers"],
        settings=Settings(
            settings["epochs"], settings["learning_rate"], settings["batch_size"], settings["clip"]
        ),
        seed=settings["seed"],
    )
    plan = _plan(settings)
    _check_splits(plan, windows, recipe)

    folder = RunFolder(args.out, settings | {"data": _facts(cases)}, resume=args.resume, force=args.force)
    folder.config["notes"] = _notes(cases, new_cases)
    _say_what_is_asked(cases, folder.config["notes"], correlation, windows, settings)
    _write_data_tables(folder, cases, new_cases, correlation, settings)
    tested = run_all(
        {training: partial(test_models, training, windows[training.length], recipe) for training in plan},
        folder,
        args.jobs,
        partial(_write_results, folder),
    )
    folder.config["map"] = choice = _best_net(tested, settings)
    folder.write_json(CONFIG, folder.config)
    _write_predictions(folder, tested, windows[choice["length"]], recipe, cases)
    _write_map(folder, cases, windows[choice["length"]], recipe, args.jobs)
    draw_everything(folder.path)
    folder.finish()


def resolve(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments that decide the results, defaults filled in.

    Raises:
        UsageError: a value out of its range.
    """
    given = vars(args)
    settings: dict[str, Any] = {"data": None}  # its place; what the data are is known once they are read
    for name in ("cells", "lengths", "threshold", "target", "windows", "splits", "seeds", "epochs", "hidden", "layers",
                 "batch_size", "learning_rate", "clip", "seed"):  # fmt: skip
        settings[name] = given[name]
    for name, value in (QUICK if args.quick else DEFAULTS).items():
        if settings[name] is None:
            settings[name] = value
    settings["cells"] = [cell for cell in CELLS if cell in args.cells]
    settings["splits"] = [split for split in SPLITS if split in args.splits]
    settings["lengths"] = sorted(set(settings["lengths"]))
    for name in ("seeds", "epochs", "hidden", "layers", "batch_size"):
        _require(name, settings[name], settings[name] >= 1, "at least 1")
    _require("jobs", args.jobs, args.jobs >= 1, "at least 1")
    _require("lengths", settings["lengths"], settings["lengths"][0] >= 1, "at least 1 day each")
    _require("seed", args.seed, args.seed >= 0, "0 or more")
    _require("threshold", args.threshold, -1 <= args.threshold < 1, "a correlation, at least -1 and below 1")
    for name in ("learning_rate", "clip"):
        _require(name, settings[name], 0 < settings[name] < np.inf, "a number above 0")
    return settings


def _require(name, value, holds, expected):
    if not holds:
        raise UsageError(f"--{name.replace('_', '-')} is {value}, expected {expected}")


def _windows(new_cases: np.ndarray, correlation: np.ndarray, settings: dict[str, Any]) -> dict[int, Windows]:
    """The windows of every length, about the same pairs of country and day."""
    threshold, lengths = settings["threshold"], settings["lengths"]
    in_c = correlated_set(correlation, threshold)
    if not in_c.any():
        highest = np.nanmax(best_partners(correlation)[1], initial=-1)
        raise UsageError(f"--threshold {threshold}: no two countries correlate above it, the most is {highest:.3f}")
    days = new_cases.shape[1]
    if lengths[-1] >= days:
        raise UsageError(f"--lengths {lengths[-1]}: the data have {days} daily differences, choose fewer days")
    return comparable_windows(new_cases, lengths, in_c, settings["target"], settings["windows"])


def _plan(settings: dict[str, Any]) -> list[Training]:
    """Every model, for every length, split and seed."""
    return [
        Training(model, length, split, seed)
        for length in settings["lengths"]
        for split in settings["splits"]
        for seed in range(settings["seeds"])
        for model in (*settings["cells"], *BASELINES)
    ]


def _check_splits(plan: list[Training], windows: dict[int, Windows], recipe: Recipe) -> None:
    """UsageError, before anything is written, if a split would leave nothing to train or to test on."""
    for training in plan:
        try:
            recipe.test_part(windows[training.length], training)
        except ValueError as error:
            raise UsageError(f"--lengths {training.length}: {error}") from None


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


def _notes(cases: CaseCounts, new_cases: np.ndarray) -> list[str]:
    """What a reader should be told of the data."""
    notes = list(cases.notes)
    constant = [name for name, same in zip(cases.countries, constant_series(new_cases), strict=True) if same]
    if constant:
        notes.append(f"the daily count never changes in {', '.join(constant)}: their correlations are undefined")
    return notes


def _say_what_is_asked(cases, notes, correlation, windows, settings):
    """A few lines before the long silence of training."""
    in_c = correlated_set(correlation, settings["threshold"])
    one = windows[settings["lengths"][0]]
    lengths = ", ".join(map(str, settings["lengths"]))
    print(f"data: {cases.source}, {len(cases.countries)} countries, {cases.dates[0]} to {cases.dates[-1]}")
    for note in notes:
        print(f"note: {note}")
    print(f"C: {in_c.sum()} of {len(in_c)} countries correlate above {settings['threshold']} with another one")
    print(
        f"windows: {len(one):,} pairs of country and day ({settings['windows']}), {one.labels.mean():.1%} rise; "
        f"each asked with L = {lengths}",
        flush=True,
    )


def _write_data_tables(folder, cases, new_cases, correlation, settings):
    threshold, lengths = settings["threshold"], settings["lengths"]
    folder.write_csv("correlation.csv", csv_rnn.correlation_table(cases.countries, correlation), float_format="%.6f")
    folder.write_csv("countries.csv", csv_rnn.countries_table(cases.countries, correlation, threshold))
    table = csv_rnn.windows_table(new_cases, correlation, threshold, lengths, settings["target"])
    folder.write_csv("windows.csv", table)


def _write_results(folder: RunFolder, done: dict[Training, Result]) -> None:
    folder.write_csv("results.csv", csv_rnn.results_table(done.values()))
    folder.write_csv("curves.csv", csv_rnn.curves_table(done.values()))


def _best_net(tested: dict[Training, Result], settings: dict[str, Any]) -> dict[str, Any]:
    """The cell and length with the best mean AUC on unseen countries (or on the first split that was run)."""
    how = "country" if "country" in settings["splits"] else settings["splits"][0]
    table = csv_rnn.results_table(tested.values())
    mine = table[(table["split"] == how) & (table["metric"] == "auc") & table["model"].isin(settings["cells"])]
    mean = mine.groupby(["model", "length"])["value"].mean()
    model, length = mean.idxmax()
    return {"model": model, "length": int(length), "seeds": settings["seeds"], "chosen_by": f"auc, split by {how}"}


def _write_predictions(folder, tested, windows, recipe, cases):
    pairs = [
        (result, windows.take(recipe.test_part(windows, training)))
        for training, result in tested.items()
        if training.length == windows.length
    ]
    folder.write_csv("predictions.csv", csv_rnn.predictions_table(pairs, cases))


def _write_map(folder: RunFolder, cases: CaseCounts, windows: Windows, recipe: Recipe, jobs: int) -> None:
    """Train the chosen net on all windows, once a seed, and ask it about the day after the data end."""
    choice = folder.config["map"]
    latest = cases.new_cases[:, -windows.length :]
    work = {
        training: partial(forecast, training, windows, latest, recipe)
        for seed in range(choice["seeds"])
        for training in [Training(choice["model"], windows.length, EVERYTHING, seed)]
    }
    results = run_all(work, folder, jobs, report=lambda done: None)
    folder.write_csv("world_map.csv", csv_rnn.map_table(cases, latest, results.values()))
