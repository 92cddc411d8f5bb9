"""The tables of problem 1 as Markdown: every cell, length and split beside the baselines."""

from pathlib import Path

import numpy as np
import pandas as pd

from data.atomic import write_bytes
from experiments.rnn.discussion.influence import weekday_frame
from experiments.rnn.saved import SavedRnn
from experiments.rnn.summary import over_seeds, splits_in
from experiments.rnn.words import METRIC_NAMES, MODEL_NAMES, SPLIT_NAMES, the
from rnn.baselines import BASELINES
from rnn.classifier import CELLS
from rnn.metrics import LOWER_IS_BETTER, METRICS, reliability
from rnn.splits import SPLITS

OVERLAP = "Windows overlap here: a test window mostly shares days with training windows."


def write_tables(run: SavedRnn) -> Path:
    """Write tables.md into the run folder from results.csv and windows.csv; return its path."""
    results = run.table("results.csv")
    parts = ["# Tables", _reading_aid(results)]
    if run.simulated:
        parts.insert(1, "**Simulated data:** an invented epidemic, not real counts.")
    summary = over_seeds(results)
    for split in SPLITS:
        here = summary[summary["split"] == split]
        if len(here):
            parts.append(f"## Split {SPLIT_NAMES[split]}" + (f"\n\n{OVERLAP}" if split == "random" else ""))
            parts.append(results_markdown(here))
    if run.has("predictions.csv"):
        parts += [f"## Calibration of {the(run.map_model)}, L = {run.map_length}", reliability_markdown(run)]
        parts += ["## By weekday of the day asked about", weekday_markdown(run)]
    if run.has("windows.csv"):
        parts += ["## Windows by threshold and length", windows_markdown(run.table("windows.csv"))]
    path = run.folder / "tables.md"
    write_bytes(path, ("\n\n".join(parts) + "\n").encode())
    return path


def results_markdown(summary: pd.DataFrame) -> str:
    """One split's Markdown table; ``summary`` has columns model, length, metric, mean, sd (see over_seeds)."""
    metrics = [metric for metric in ("train_accuracy", *METRICS) if (summary["metric"] == metric).any()]
    lines = [_row(["L (days)", "model", *(METRIC_NAMES[metric] for metric in metrics)])]
    lines.append(_row(["---:", "---", *["---:"] * len(metrics)]))
    for length in sorted(summary["length"].unique()):
        here = summary[summary["length"] == length]
        best = {metric: _best(here, metric) for metric in metrics}
        for model in (*CELLS, *BASELINES):
            mine = here[here["model"] == model].set_index("metric")
            if len(mine):
                cells = [_value(mine, metric, model == best[metric]) for metric in metrics]
                lines.append(_row([str(length), MODEL_NAMES[model], *cells]))
    return "\n".join(lines)


def reliability_markdown(run: SavedRnn) -> str:
    """Predicted and observed share of rises by tenth of probability, split by split; windows are of one seed."""
    table = run.table("predictions.csv")
    mine = table[(table["model"] == run.map_model) & (table["length"] == run.map_length)]
    lines = [_row(["split", "predicted", "observed", "± if calibrated", "windows"]), _row(["---", *["---:"] * 4])]
    for split in splits_in(mine):
        here = mine[mine["split"] == split]
        seeds = here["seed"].nunique()
        bins = reliability(here["label"].to_numpy(), here["probability"].to_numpy(), seeds)
        for predicted, observed, count, error in zip(
            bins.predicted, bins.observed, bins.count, bins.error, strict=True
        ):
            shares = [f"{predicted:.3f}", f"{observed:.3f}", f"{error:.3f}", f"{count / seeds:,.0f}"]
            lines.append(_row([SPLIT_NAMES[split], *shares]))
    return "\n".join(lines)


def weekday_markdown(run: SavedRnn) -> str:
    """Rises, mean probability and accuracy of the map's net by weekday, split by split."""
    header = ["split", "weekday", "windows", "rises", "mean probability", "accuracy"]
    lines = [_row(header), _row(["---", "---", *["---:"] * 4])]
    for row in weekday_frame(run).to_dict("records"):
        shares = [f"{row[name]:.3f}" for name in ("rises", "probability", "accuracy")]
        lines.append(_row([SPLIT_NAMES[row["split"]], row["weekday"], f"{row['windows']:,}", *shares]))
    return "\n".join(lines)


def windows_markdown(windows: pd.DataFrame) -> str:
    """windows.csv as a Markdown table, with the share of distinct windows and of rises among them."""
    lines = [_row(["threshold", "countries in C", "L (days)", "windows", "distinct", "rises among distinct"])]
    lines.append(_row(["---:"] * 6))
    for row in windows.sort_values(["threshold", "length"]).to_dict("records"):
        distinct = f"{row['distinct']:,} ({_share(row['distinct'], row['windows'])})"
        rises = f"{row['positives_distinct']:,} ({_share(row['positives_distinct'], row['distinct'])})"
        counts = [str(row["countries"]), str(row["length"]), f"{row['windows']:,}"]
        lines.append(_row([f"{row['threshold']:g}", *counts, distinct, rises]))
    return "\n".join(lines)


def _reading_aid(results: pd.DataFrame) -> str:
    seeds = results["seed"].nunique()
    spread = "one seed, so no spread is given" if seeds == 1 else f"mean ± standard deviation over {seeds} seeds"
    return (
        f"Test values, {spread}; bold is the best mean at that length. Lower is better for log-loss and Brier "
        "score, higher for the others. The reversal rule predicts a rise after a fall and no rise otherwise."
    )


def _best(summary: pd.DataFrame, metric: str) -> str | None:
    means = summary[summary["metric"] == metric].set_index("model")["mean"].dropna()
    if metric == "train_accuracy" or means.empty:
        return None
    return str(means.idxmin() if metric in LOWER_IS_BETTER else means.idxmax())


def _value(rows: pd.DataFrame, metric: str, best: bool) -> str:
    if metric not in rows.index or not np.isfinite(rows["mean"][metric]):
        return "–"
    mean, spread = rows["mean"][metric], rows["sd"][metric]
    text = f"**{mean:.3f}**" if best else f"{mean:.3f}"
    return f"{text} ± {spread:.3f}" if np.isfinite(spread) else text


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
