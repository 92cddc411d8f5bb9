"""The CSV tables of a run of problem 1, one observation a row; figures and text are made from them alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.covid.countries import country_code
from data.covid.counts import CaseCounts
from data.errors import DataError
from experiments.rnn.settings import RnnSettings
from experiments.rnn.world_map.table import mark_drawn
from experiments.runs.folder import RunFolder
from rnn.correlation import best_partners, correlated_set, correlation_matrix
from rnn.influence import slopes
from rnn.trained import TrainedNets
from rnn.trial import Recipe, Trial, TrialResult
from rnn.windows import Windows, distinct, make_windows

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


class Net(NamedTuple):
    """The net that draws the map, and what it was chosen by."""

    model: str
    length: int
    chosen_by: str


def write_data_tables(folder: RunFolder, cases: CaseCounts, correlation: np.ndarray, settings: RnnSettings) -> None:
    """counts.csv, correlation.csv, the same of the daily changes, countries.csv and windows.csv: data and set C."""
    threshold = settings.threshold
    folder.write_csv("counts.csv", counts_frame(cases), float_format="%.10g")
    folder.write_csv("correlation.csv", correlation_frame(cases.countries, correlation), float_format="%.6f")
    of_changes = correlation_matrix(np.diff(cases.new_cases))
    folder.write_csv("correlation_of_changes.csv", correlation_frame(cases.countries, of_changes), float_format="%.6f")
    folder.write_csv("countries.csv", countries_frame(cases.countries, correlation, threshold))
    counted = windows_frame(cases.new_cases, correlation, threshold, settings.lengths, settings.target)
    folder.write_csv("windows.csv", counted)


def counts_frame(cases: CaseCounts) -> pd.DataFrame:
    """New cases: a row for each country, a column for each day but the first, which has no day before it."""
    counts = pd.DataFrame(cases.new_cases, columns=[str(day) for day in cases.dates[1:]])
    counts.insert(0, "country", cases.countries)
    return counts


def write_results(folder: RunFolder, done: Mapping[Trial, TrialResult]) -> None:
    """results.csv and curves.csv of the trials so far, and the time and memory that they took."""
    folder.write_csv("results.csv", results_frame(done.values()))
    folder.write_csv("curves.csv", curves_frame(done.values()))
    folder.record_cost()


def write_predictions(
    folder: RunFolder, results: Mapping[Trial, TrialResult], windows: Windows, recipe: Recipe, cases: CaseCounts
) -> None:
    """predictions.csv: what every model of the windows' length predicted on its test part."""
    tested = [
        (result, windows.take(recipe.test_part(windows, trial)))
        for trial, result in results.items()
        if trial.length == windows.length
    ]
    folder.write_csv("predictions.csv", predictions_frame(tested, cases))


def write_map(
    folder: RunFolder,
    cases: CaseCounts,
    in_c: np.ndarray,
    latest: np.ndarray,
    forecasts: Mapping[Trial, TrialResult],
) -> pd.DataFrame:
    """world_map.csv: for every country the probability of a rise on the day after the data; returns the table."""
    table = mark_drawn(map_frame(cases, in_c, latest, forecasts.values()))
    folder.write_csv("world_map.csv", table)
    return table


def best_net(results: Mapping[Trial, TrialResult], settings: RnnSettings) -> Net:
    """The cell and length with the lowest mean log-loss on the validation cut, of the split by time if it was run.

    The map looks ahead, and so does that cut; no test set has a say.
    """
    split = "time" if "time" in settings.splits else settings.splits[0]
    table = results_frame(results.values())
    nets = table[(table["split"] == split) & (table["metric"] == "validation_loss")]
    mean = nets.groupby(["model", "length"], sort=False, as_index=False)["value"].mean()
    best = mean.loc[mean["value"].idxmin()]
    return Net(str(best["model"]), int(best["length"]), f"log-loss on the validation cut, split {split}")


def correlation_frame(countries: tuple[str, ...], correlation: np.ndarray) -> pd.DataFrame:
    """correlation.csv: one row and one column a country; empty where undefined."""
    table = pd.DataFrame(correlation.round(6), columns=list(countries))
    table.insert(0, "country", countries)
    return table


def countries_frame(countries: tuple[str, ...], correlation: np.ndarray, threshold: float) -> pd.DataFrame:
    """countries.csv: whether a country is in C, and the partner that it correlates with most."""
    partner, coefficient = best_partners(correlation)
    return pd.DataFrame(
        {
            "country": countries,
            "code": codes(countries),
            "in_c": np.where(correlated_set(correlation, threshold), "yes", "no"),
            "partner": ["" if p < 0 else countries[p] for p in partner],
            "correlation": coefficient.round(6),
        }
    )


def codes(countries: Iterable[str]) -> list[str]:
    """ISO 3166-1 alpha-2 codes in lower case, empty for ships and for names that nobody knows."""
    return [_code(name) or "" for name in countries]


def _code(name):
    try:
        return country_code(name)
    except DataError:
        return None


def windows_frame(
    new_cases: np.ndarray, correlation: np.ndarray, threshold: float, lengths: Sequence[int], target: str
) -> pd.DataFrame:
    """windows.csv: how many windows each threshold and length would give, each length counted by itself."""
    rows = []
    for one in sorted({*THRESHOLDS, threshold}):
        in_c = correlated_set(correlation, one)
        for length in lengths:
            windows = make_windows(new_cases, length, in_c, target)
            kept = distinct(windows)
            rows.append((one, int(in_c.sum()), length, len(windows), len(kept), int(kept.labels.sum())))
    return pd.DataFrame(rows, columns=["threshold", "countries", "length", "windows", "distinct", "positives_distinct"])


def results_frame(results: Iterable[TrialResult]) -> pd.DataFrame:
    """results.csv: every score of every trial, and of a net what the validation cut chose and measured."""
    rows = [
        (t.model, t.length, t.split, t.seed, metric, value)
        for t, scores in ((result.trial, result.scores | result.choice) for result in results)
        for metric, value in scores.items()
    ]
    table = pd.DataFrame(rows, columns=["model", "length", "split", "seed", "metric", "value"])
    return table.round({"value": 6})


def curves_frame(results: Iterable[TrialResult]) -> pd.DataFrame:
    """curves.csv: loss and accuracy of both parts after every epoch."""
    rows = [
        (t.model, t.length, t.split, t.seed, r.epoch, r.part, r.loss, r.accuracy)
        for t, records in ((result.trial, result.records) for result in results)
        for r in records
    ]
    columns = ["model", "length", "split", "seed", "epoch", "part", "loss", "accuracy"]
    return pd.DataFrame(rows, columns=columns).round({"loss": 6, "accuracy": 6})


def predictions_frame(tested: Iterable[tuple[TrialResult, Windows]], cases: CaseCounts) -> pd.DataFrame:
    """predictions.csv: probability, label and decision of each test window, from pairs of a result and its windows."""
    names, dates = np.array(cases.countries), cases.dates.astype(str)
    parts = [
        pd.DataFrame(
            {
                "model": result.trial.model,
                "length": result.trial.length,
                "split": result.trial.split,
                "seed": result.trial.seed,
                "country": names[windows.country],
                "day": dates[windows.day + 1],  # column t of the differences belongs to date t + 1
                "probability": result.probability,
                "label": windows.labels.astype(int),
                "decision": result.decision,
            }
        )
        for result, windows in tested
    ]
    return pd.concat(parts, ignore_index=True)


def influence_frame(nets: Mapping[str, TrainedNets], windows: Windows) -> pd.DataFrame:
    """influence.csv: by cell and by days before the one asked about, the mean slope of the logit and its mean size."""
    rows = []
    for model, of_model in nets.items():
        found = np.stack([slopes(net, windows.values) for net in of_model.nets])
        of_days = zip(found.mean(axis=(0, 1)), np.abs(found).mean(axis=(0, 1)), strict=True)
        rows += [(model, windows.length - day, slope, size) for day, (slope, size) in enumerate(of_days)]
    return pd.DataFrame(rows, columns=["model", "days_back", "slope", "size"]).round(6)


def map_frame(cases: CaseCounts, in_c: np.ndarray, latest: np.ndarray, results: Iterable[TrialResult]) -> pd.DataFrame:
    """world_map.csv, its column `drawn` still empty: for every country, the mean over seeds of its probability.

    in_c: (countries,) True in the set C; on the others no net was trained.
    latest: (countries, L), the last L daily new cases that the probabilities are about.
    """
    return pd.DataFrame(
        {
            "country": cases.countries,
            "code": codes(cases.countries),
            "in_c": np.where(in_c, "yes", "no"),
            "probability": np.mean([result.probability for result in results], axis=0).round(6),
            "drawn": "",
            "last_days": [" ".join(map(str, days)) for days in latest],
            "day": str(cases.dates[-1] + 1),
        }
    )
