"""All figures of problem 1, drawn from a run folder alone."""

from pathlib import Path

import pandas as pd

from experiments.rnn.discussion.titles import headline_finding, length_finding
from experiments.rnn.figures.calibration import plot_calibration, plot_confusion
from experiments.rnn.figures.correlation import plot_all_correlations, plot_some_correlations
from experiments.rnn.figures.curves import plot_curves
from experiments.rnn.figures.influence import plot_influence
from experiments.rnn.figures.lengths import plot_headline, plot_lengths
from experiments.rnn.figures.windows import plot_threshold
from experiments.rnn.gains import Gains
from experiments.rnn.saved import SavedRnn
from experiments.rnn.summary import splits_in
from experiments.style import narrow

A_READABLE_DOZEN = 12
CHANGES = "correlation_of_changes.csv"


def draw_figures(run: SavedRnn) -> list[Path]:
    """Draw every figure for which the run has tables into its folder ``figures``; return the paths."""
    folder = run.folder / "figures"
    return _draw_correlations(run, folder) + _draw_charts(run, folder)


def draw_narrow_charts(run: SavedRnn) -> list[Path]:
    """Draw the charts once more for a telephone; only the matrix of all correlations has no such form."""
    folder = run.folder / "figures"
    with narrow():
        return _draw_charts(run, folder) + _draw_dozen(run, folder)


def _draw_charts(run: SavedRnn, folder: Path) -> list[Path]:
    drawn = _draw_results(run, folder)
    if run.has("influence.csv"):
        drawn.append(folder / "influence.png")
        plot_influence(run.table("influence.csv"), drawn[-1], model=run.map_model, simulated=run.simulated)
    if run.has("windows.csv"):
        path = folder / "threshold.png"
        plot_threshold(
            run.table("windows.csv"),
            run.table("countries.csv"),
            path,
            threshold=run.threshold,
            simulated=run.simulated,
        )
        drawn.append(path)
    if run.has("predictions.csv"):
        predictions = run.table("predictions.csv")
        for name, plot in (("calibration.png", plot_calibration), ("confusion.png", plot_confusion)):
            plot(predictions, folder / name, model=run.map_model, length=run.map_length, simulated=run.simulated)
            drawn.append(folder / name)
    return drawn


def busiest(world_map: pd.DataFrame, count: int) -> list[str]:
    """The countries with most new cases over the last days that world_map.csv lists, most first."""
    totals = world_map["last_days"].map(lambda days: sum(float(cases) for cases in days.split()))
    return list(world_map["country"][totals.sort_values(ascending=False, kind="stable").index[:count]])


def _draw_correlations(run: SavedRnn, folder: Path) -> list[Path]:
    if not run.has("correlation.csv"):
        return []
    correlation = run.correlation()
    drawn = [folder / "correlation_all.png"]
    of_changes = run.correlation(CHANGES) if run.has(CHANGES) else None
    plot_all_correlations(correlation, of_changes, drawn[0], threshold=run.threshold, simulated=run.simulated)
    return drawn + _draw_dozen(run, folder)


def _draw_dozen(run: SavedRnn, folder: Path) -> list[Path]:
    if not (run.has("correlation.csv") and run.has("world_map.csv")):
        return []
    correlation = run.correlation()
    if len(correlation) <= 2:
        return []
    chosen = busiest(run.table("world_map.csv"), A_READABLE_DOZEN)
    choice = f"the {len(chosen)} countries with most new cases in the last {run.map_length} days"
    path = folder / "correlation_dozen.png"
    plot_some_correlations(correlation, chosen, path, choice=choice, simulated=run.simulated)
    return [path]


def _draw_results(run: SavedRnn, folder: Path) -> list[Path]:
    if not run.has("results.csv"):
        return []
    results = run.table("results.csv")
    drawn = [folder / "headline.png", folder / "lengths.png"]
    gains = Gains(run.table("gains.csv"))
    best = headline_finding(results, gains, run.map_length)
    plot_headline(results, drawn[0], title=best, length=run.map_length, simulated=run.simulated)
    plot_lengths(results, drawn[1], title=length_finding(results, gains), simulated=run.simulated)
    if run.has("curves.csv"):
        curves = run.table("curves.csv")
        for split in splits_in(results):
            drawn.append(folder / f"curves_{split}.png")
            plot_curves(curves, results, drawn[-1], length=run.map_length, split=split, simulated=run.simulated)
    return drawn
