"""A made-up run folder in the format that training writes: small, seeded, with skill that the caller sets."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.rnn.gains import CELLS_MEAN, COLUMNS
from experiments.runs.saved import FORMAT
from rnn.metrics import LOWER_IS_BETTER, METRICS
from rnn.trial import NETS

COUNTRIES = {
    "France": "fr",
    "Italy": "it",
    "Germany": "de",
    "US": "us",
    "Brazil": "br",
    "Korea, South": "kr",
    "China": "cn",
    "India": "in",
    "Australia": "au",
    "Namibia": "na",
    "Egypt": "eg",
    "Canada": "ca",
    "Spain": "es",
    "Qatar": "qa",
    "Diamond Princess": "",
}
CELLS = ("rnn", "lstm", "gru")
LEVELS = {  # accuracy, balanced accuracy, auc, log-loss, Brier of the baselines
    "majority": (0.52, 0.50, 0.50, 0.693, 0.250),
    "reversal": (0.63, 0.63, 0.62, 0.660, 0.235),
    "logistic": (0.64, 0.64, 0.70, 0.630, 0.220),
}


def write_run(
    folder: Path,
    *,
    gain: float = 0.03,
    scatter: float = 0.004,
    cells: tuple[str, ...] = CELLS,
    splits: tuple[str, ...] = ("time", "country", "random"),
    lengths: tuple[int, ...] = (3, 5, 7),
    seeds: tuple[int, ...] = (0, 1, 2),
    countries: dict[str, str] | None = None,
    simulated: bool = True,
) -> Path:
    """Write a whole run whose cells beat the best baseline's accuracy by ``gain`` +- ``scatter`` over seeds."""
    countries = COUNTRIES if countries is None else countries
    rng = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "format": FORMAT,
        "study": "rnn",
        "environment": {},
        "finished": True,
        "data": {"source": "sample", "simulated": simulated, "countries": len(countries), "days": 82},
        "cells": list(cells),
        "lengths": list(lengths),
        "splits": list(splits),
        "seeds": len(seeds),
        "epochs": 12,
        "notes": [],
        "threshold": 0.7,
        "target": "new-cases",
        "windows": "distinct",
        "map": {"model": cells[-1], "length": lengths[-1], "seeds": len(seeds)},
    }
    config["data"] |= {"first_day": "2020-01-22", "last_day": "2020-04-12"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    _write_countries(folder, countries, lengths, rng)
    settings = [(length, split, seed) for length in lengths for split in splits for seed in seeds]
    _write_results(folder, settings, cells, gain, scatter, rng)
    write_gains(folder)
    _write_curves(folder, settings, cells, rng)
    _write_predictions(folder, [s for s in settings if s[0] == lengths[-1]], cells, list(countries), rng)
    _write_map(folder, countries, lengths[-1], rng)
    return folder


def _write_countries(folder: Path, countries: dict[str, str], lengths: tuple[int, ...], rng) -> None:
    names = list(countries)
    wave = np.sin(np.linspace(0, 6, 40))
    series = wave * rng.uniform(-0.5, 2, (len(names), 1)) + rng.standard_normal((len(names), 40)) * 0.4
    correlation = np.corrcoef(series)
    correlation[-1], correlation[:, -1] = np.nan, np.nan  # a constant series
    table = pd.DataFrame(correlation.round(6), index=pd.Index(names, name="country"), columns=names)
    table.to_csv(folder / "correlation.csv", float_format="%.6f")
    (0.1 * table).to_csv(folder / "correlation_of_changes.csv", float_format="%.6f")
    off_diagonal = np.nan_to_num(correlation, nan=-1) - 3 * np.eye(len(names))
    best = off_diagonal.max(axis=1)
    partners = [names[i] for i in off_diagonal.argmax(axis=1)]
    best[-1], partners[-1] = np.nan, ""
    pd.DataFrame(
        {
            "country": names,
            "code": list(countries.values()),
            "in_c": np.where(best > 0.7, "yes", "no"),
            "partner": partners,
            "correlation": best.round(6),
        }
    ).to_csv(folder / "countries.csv", index=False)
    rows = [
        (threshold, count := int((best > threshold).sum()), length, 70 * count, 30 * count + length, 14 * count)
        for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
        for length in lengths
    ]
    header = ["threshold", "countries", "length", "windows", "distinct", "positives_distinct"]
    pd.DataFrame(rows, columns=header).to_csv(folder / "windows.csv", index=False)


def _write_results(folder: Path, settings, cells, gain: float, scatter: float, rng) -> None:
    rows = []
    for length, split, seed in settings:
        luck = 0.01 * rng.standard_normal()  # what makes one split easier than another, for every model alike
        for model, level in LEVELS.items():
            values = np.array(level) + np.array([1, 1, 1, -1, -0.3]) * luck
            rows += [(model, length, split, seed, "train_accuracy", level[0] + 0.01)]
            rows += [(model, length, split, seed, m, v) for m, v in zip(METRICS, values, strict=True)]
        for number, model in enumerate(cells):
            own = gain + 0.003 * number + 0.002 * (length > 3) + scatter * rng.standard_normal() + luck
            values = (0.64 + own, 0.64 + own, 0.69 + own, 0.63 - own, 0.22 - 0.3 * own)
            rows += [(model, length, split, seed, "train_accuracy", 0.67 + own)]
            rows += [(model, length, split, seed, "epochs", 7.0 + seed)]
            rows += [(model, length, split, seed, "validation_loss", 0.63 - own)]
            rows += [(model, length, split, seed, m, v) for m, v in zip(METRICS, values, strict=True)]
    header = ["model", "length", "split", "seed", "metric", "value"]
    pd.DataFrame(rows, columns=header).to_csv(folder / "results.csv", index=False)


def write_gains(folder: Path) -> None:
    """gains.csv from results.csv: paired over seeds, with the spread of the seeds in place of a bootstrap."""
    results = pd.read_csv(folder / "results.csv")
    by_seed = results.pivot_table(index=["model", "length", "split", "metric"], columns="seed", values="value")
    seeds = {key: by_seed.loc[key].to_numpy() for key in by_seed.index}
    for length, split in {key[1:3] for key in seeds}:
        for metric in METRICS:
            own = [values for key, values in seeds.items() if key[0] in NETS and key[1:] == (length, split, metric)]
            if own:
                seeds[CELLS_MEAN, length, split, metric] = np.mean(own, axis=0)
    rows = []
    for first, a in seeds.items():
        for second, b in seeds.items():
            if first[3] == second[3] and first[3] in METRICS and first != second and len(a) == len(b):
                gain = (b - a if first[3] in LOWER_IS_BETTER else a - b).mean()
                error = 2.2 * max((a - b).std(), 1e-4) / np.sqrt(len(a)) if len(a) > 1 else 0.02
                p = math.erfc(abs(gain) / error / math.sqrt(2))
                rows.append((*first[:3], *second, gain, gain - 2 * error, gain + 2 * error, p))
    pd.DataFrame(rows, columns=COLUMNS).to_csv(folder / "gains.csv", index=False)


def _write_curves(folder: Path, settings, cells, rng) -> None:
    rows = []
    for model in cells:
        for length, split, seed in settings:
            for epoch in range(1, 13):
                learnt = 1 - np.exp(-epoch / 3)
                for part, gap in (("train", 0.0), ("test", 0.012)):
                    noise = 0.003 * rng.standard_normal()
                    loss = 0.693 - 0.08 * learnt + gap * learnt + noise
                    accuracy = 0.52 + 0.15 * learnt - gap * learnt + noise
                    rows.append((model, length, split, seed, epoch, part, loss, accuracy))
    header = ["model", "length", "split", "seed", "epoch", "part", "loss", "accuracy"]
    pd.DataFrame(rows, columns=header).to_csv(folder / "curves.csv", index=False, float_format="%.6f")


def _write_predictions(folder: Path, settings, cells, names: list[str], rng) -> None:
    parts = []
    for model in cells:
        for length, split, seed in settings:
            probability = rng.beta(3, 3, 300)
            parts.append(
                pd.DataFrame(
                    {
                        "model": model,
                        "length": length,
                        "split": split,
                        "seed": seed,
                        "country": rng.choice(names, 300),
                        "day": "2020-04-01",
                        "probability": probability,
                        "label": (rng.random(300) < probability).astype(int),
                        "decision": (probability.round(6) >= 0.5).astype(int),
                    }
                )
            )
    pd.concat(parts).to_csv(folder / "predictions.csv", index=False, float_format="%.6f")


def _write_map(folder: Path, countries: dict[str, str], length: int, rng) -> None:
    pd.DataFrame(
        {
            "country": list(countries),
            "code": list(countries.values()),
            "in_c": ["no" if name == "China" else "yes" for name in countries],
            "probability": rng.uniform(0.05, 0.95, len(countries)).round(6),
            "drawn": ["yes" if code and code != "qa" else "no" for code in countries.values()],
            "last_days": [" ".join(map(str, rng.integers(0, 900, length))) for _ in countries],
            "day": "2020-04-13",
        }
    ).to_csv(folder / "world_map.csv", index=False)
