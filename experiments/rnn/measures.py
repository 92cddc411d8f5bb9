"""The numbers of a run of problem 1 as other commands put them beside those of other runs."""

import pandas as pd

from experiments.rnn.saved import SavedRnn
from experiments.rnn.summary import baselines_in, best_of, splits_in, values_by_seed
from experiments.rnn.words import METRIC_NAMES, MODEL_NAMES, SPLIT_PHRASES
from experiments.runs.measure import Measure
from rnn.metrics import METRICS


def numbers(run: SavedRnn) -> pd.DataFrame:
    """Every score: model, length, split, repetition, metric, value."""
    return run.table("results.csv").rename(columns={"seed": "repetition"})


def headline(run: SavedRnn) -> dict[str, Measure]:
    """The net of the map beside the best baseline, at its length, by split: means, with the spread over seeds."""
    results, model, length = run.table("results.csv"), run.map_model, run.map_length
    found = {"net of the map": Measure(f"{model}, L={length}", f"{MODEL_NAMES[model]}, L = {length}")}
    for split in splits_in(results):
        for metric in METRICS:
            name = f"{METRIC_NAMES[metric]}, {SPLIT_PHRASES[split]}"
            found[name] = _over_seeds(results, model, length, split, metric)
            best = best_of(results, baselines_in(results), length, split, metric)
            if best:
                found[f"{name}, best baseline"] = _over_seeds(results, best, length, split, metric, MODEL_NAMES[best])
    return found


def _over_seeds(results: pd.DataFrame, model: str, length: int, split: str, metric: str, label: str = "") -> Measure:
    values = values_by_seed(results, model, length, split, metric)
    if values.empty:
        return Measure("", "–")
    spread = f" ± {values.std(ddof=1):.3f}" if values.nunique() > 1 else ""
    return Measure(round(float(values.mean()), 6), f"{values.mean():.3f}{spread}{f' ({label})' if label else ''}")
