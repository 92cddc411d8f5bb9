"""Problem 1: will a country report more new COVID-19 cases tomorrow than today? RNN, LSTM and GRU against baselines.

Correlates the countries, makes windows of the daily counts, trains every cell on every length, split and seed, and
draws the results. All numbers are written to CSV files first; figures, map, tables and discussion are made from those.

  python -m experiments rnn                                          the study, on the best data at hand
  python -m experiments rnn --data covid_19.csv --threshold 0.4      the course's file, a set C of its choice
  python -m experiments rnn --data covid_19.csv --score series.csv   how the map did on the day after
  python -m experiments rnn --quick --out /tmp/look                  everything, small
  python -m experiments rnn --resume                                 continue a run that was stopped
"""

import argparse
from functools import partial
from pathlib import Path

from data.covid.choose import resolve_cases
from experiments.cli import add_run_arguments, add_settings, read_settings
from experiments.rnn import preparation, tables
from experiments.rnn.gains import gains_frame
from experiments.rnn.models import all_are_kept, load_rnn, trials_of_map
from experiments.rnn.redraw import redraw
from experiments.rnn.settings import RnnSettings
from experiments.rnn.sweep import run_all
from experiments.rnn.world_map.next_day import find_next_day, scored_frame
from experiments.runs.folder import RunFolder
from rnn.correlation import correlation_matrix
from rnn.trial import Recipe, forecast, train_and_score


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/rnn"))
    add_settings(parser, RnnSettings)


def run(args: argparse.Namespace, draw: bool = True) -> None:
    """Train, forecast and report; without `draw`, leave out figures, map, tables and discussion."""
    # The settings: flags, defaults filled in, all of them checked.
    settings = read_settings(RnnSettings, args)

    # The data: daily new cases of every country.
    cases = resolve_cases(settings.data, settings.start, settings.end, settings.seed, counts=settings.counts)
    preparation.check_cases(cases, cases.source)

    # What happened on the day after, if a file knows: it scores the map and has no part in anything before.
    happened = find_next_day(settings.score, settings.data, cases)

    # The correlation of all pairs of countries, and the set C of those that correlate highly with another one.
    correlation = correlation_matrix(cases.new_cases)
    in_c = preparation.make_set_c(correlation, settings.threshold)

    # Windows of every length, about the same country-days; a trial is one model, length, split and seed.
    windows = preparation.make_all_windows(cases.new_cases, in_c, settings, settings.windows)
    trials = preparation.all_trials(settings)
    recipe = Recipe(cases.new_cases.shape[1], settings.hidden, settings.layers, settings.training(), settings.seed)

    # The last chance to refuse: nothing is written yet.
    preparation.check_splits(trials, windows, recipe)

    # The run folder, with settings and facts in config.json, and the tables of the data.
    config = {"data": preparation.facts(cases), **settings.recorded()}
    folder = RunFolder(args.out, "rnn", config, resume=args.resume, force=args.force, data=settings.data)
    if folder.finished and all_are_kept(folder) and (happened is None or (folder.path / "scored.csv").is_file()):
        print(redraw(folder.path))
        print(f"this run was finished: its figures and texts are made again, its tables are left alone: {folder.path}")
        return
    folder.record(notes=preparation.notes(cases), kept=preparation.kept(windows))
    preparation.introduce(cases, in_c, windows, settings)
    tables.write_data_tables(folder, cases, correlation, settings)

    # Train and score every model, on all cores. What is finished is not done again.
    work = {trial: partial(train_and_score, trial, windows[trial.length], recipe) for trial in trials}
    results = run_all(work, folder, settings.jobs, partial(tables.write_results, folder))

    # Every model beside every other one, with intervals over countries and days.
    folder.write_csv("gains.csv", gains_frame(results, windows, recipe, settings.jobs))

    # The map: every cell is trained again on all windows of the best length, once a seed, and kept in models/; the best
    # one is asked about the day after the data end.
    net = tables.best_net(results, settings)
    asked, latest = windows[net.length], cases.new_cases[:, -net.length :]
    folder.record(map={**net._asdict(), "seeds": settings.seeds})
    tables.write_predictions(folder, results, asked, recipe, cases)
    retrained = trials_of_map(settings.cells, net.length, settings.seeds)
    forecasts = run_all({t: partial(forecast, t, asked, latest, recipe) for t in retrained}, folder, settings.jobs)
    of_map = {trial: result for trial, result in forecasts.items() if trial.model == net.model}
    world_map = tables.write_map(folder, cases, in_c, latest, of_map)
    if happened is not None:
        folder.write_csv("scored.csv", scored_frame(world_map, of_map, happened))
        folder.record(scored_by=happened.source)

    # What the kept nets look at: the slope of their answers in each of the last days.
    kept = {cell: load_rnn(folder.path, cell) for cell in settings.cells}
    folder.write_csv("influence.csv", tables.influence_frame(kept, asked))

    # Figures, map, tables and discussion, from the saved files alone.
    if draw:
        print(redraw(folder.path))
    folder.finish()
    print(f"done in {folder.config['wall_seconds']:.0f} s: the results are in {folder.path}")
