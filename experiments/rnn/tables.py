"""The tables of a run of problem 1, one observation a row; figures and text are made from them alone."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from data.covid.countries import country_code
from data.covid.counts import CaseCounts
from data.errors import DataError
from experiments.rnn.sweep import Result
from rnn.correlation import best_partners, correlated_set
from rnn.windows import Windows, distinct, make_windows

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def correlation_table(countries: tuple[str, ...], correlation: np.ndarray) -> pd.DataFrame:
    """correlation.csv: one row and one column a country; empty where undefined."""
    table = pd.DataFrame(correlation.round(6), columns=list(countries))
    table.insert(0, "country", countries)
    return table


def countries_table(countries: tuple[str, ...], correlation: np.ndarray, threshold: float) -> pd.DataFrame:
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


def windows_table(
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


def results_table(results: Iterable[Result]) -> pd.DataFrame:
    """results.csv: every score of every training."""
    rows = [
        (t.model, t.length, t.split, t.seed, metric, value)
        for t, scores in ((result.training, result.scores) for result in results)
        for metric, value in scores.items()
    ]
    table = pd.DataFrame(rows, columns=["model", "length", "split", "seed", "metric", "value"])
    return table.round({"value": 6})


def curves_table(results: Iterable[Result]) -> pd.DataFrame:
    """curves.csv: loss and accuracy of both parts after every epoch."""
    rows = [
        (t.model, t.length, t.split, t.seed, r.epoch, r.part, r.loss, r.accuracy)
        for t, records in ((result.training, result.records) for result in results)
        for r in records
    ]
    columns = ["model", "length", "split", "seed", "epoch", "part", "loss", "accuracy"]
    return pd.DataFrame(rows, columns=columns).round({"loss": 6, "accuracy": 6})


def predictions_table(tested: Iterable[tuple[Result, Windows]], cases: CaseCounts) -> pd.DataFrame:
    """predictions.csv: probability, label and decision of each test window, from pairs of a result and its windows."""
    names, dates = np.array(cases.countries), cases.dates.astype(str)
    parts = [
        pd.DataFrame(
            {
                "model": result.training.model,
                "length": result.training.length,
                "split": result.training.split,
                "seed": result.training.seed,
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


def map_table(cases: CaseCounts, latest: np.ndarray, results: Iterable[Result]) -> pd.DataFrame:
    """world_map.csv, its column `drawn` still empty: for every country, the mean over seeds of its probability.

    latest: (countries, L), the last L daily new cases that the probabilities are about.
    """
    return pd.DataFrame(
        {
            "country": cases.countries,
            "code": codes(cases.countries),
            "probability": np.mean([result.probability for result in results], axis=0).round(6),
            "drawn": "",
            "last_days": [" ".join(map(str, days)) for days in latest],
            "day": str(cases.dates[-1] + 1),
        }
    )
