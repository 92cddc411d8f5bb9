"""The protocol table as Markdown: a row with a verdict for each examination, then all scores of the main ones."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.markdown import table
from experiments.prose import signed
from experiments.rnn.protocol_choices import (
    cells_section,
    chosen_nets,
    chosen_section,
    steps_section,
    variants_section,
)
from experiments.rnn.words import METRIC_NAMES, MODEL_NAMES, SPLIT_NAMES
from rnn.baselines import BASELINES
from rnn.compare import holm
from rnn.metrics import METRICS
from rnn.trial import NETS

RULES = tuple(name for name in BASELINES if not name.startswith("logistic") and name != "majority")
SHOWN = ("majority", "logistic", "logistic_features", "rnn", "lstm", "gru", "gru_steps")
LIKE_WITH_LIKE = (("gru", "logistic"), ("gru_steps", "logistic_features"))  # a net and a line that see the same days
WHAT = {"distinct": "distinct", "nonzero": "with a case", "all": "all"}
IN_FULL = (7, 14)  # lengths whose scores are all listed


def protocol_page(scores: pd.DataFrame, gains: pd.DataFrame, choices: pd.DataFrame, config: dict[str, Any]) -> str:
    """protocol.md from the rows of protocol.csv, gains.csv and choices.csv."""
    data = config["data"]
    judged = gains[gains["metric"].isin(("accuracy", "auc"))]
    judged = judged[[pair in LIKE_WITH_LIKE for pair in zip(judged["model"], judged["other"], strict=True)]]
    judged = judged.assign(holds=holm(judged["p"].to_numpy()))
    parts = [
        f"Data: {data['source']}, {data['countries']} countries, {data['first_day']} to {data['last_day']}; C at "
        f"{config['threshold']:g}; {config['seeds']} seeds; country-days asked about: "
        + ", ".join(f"{WHAT[keep]} {count:,}" for keep, count in config["pairs"].items())
        + ".",
        "A net's epochs are chosen on a validation cut inside its training part. Every model learns from the "
        f"{WHAT[config['train_on']]} windows of that part. Square brackets are 95 % intervals of {config['draws']:,} "
        f"bootstrap draws of countries (by time also of days). The table makes {len(judged)} comparisons; a verdict "
        "counts only what holds after Holm's correction for all of them.",
        "### Accuracy, and what recurrence adds in AUC",
        _verdicts(scores, judged),
    ]
    if "distinct" in scores["windows"].unique() and len(choices):
        here, differences = (rows[rows["windows"] == "distinct"] for rows in (scores, gains))
        nets = chosen_nets(choices)
        parts += ["### The net that the validation cut chooses", chosen_section(nets, here, differences)]
        if cells := cells_section(differences):
            parts += ["### Which cell", cells]
        if steps := steps_section(choices, differences):
            parts += ["### Three features a day, or one", steps]
        parts += ["### Recalibrated on the cut, averaged over the seeds", variants_section(nets, here, differences)]
    if "distinct" in scores["windows"].unique():
        for split in scores["split"].unique():
            here = scores[(scores["windows"] == "distinct") & (scores["split"] == split)]
            for length in [length for length in IN_FULL if length in here["length"].unique()]:
                parts += [f"### Distinct windows, {SPLIT_NAMES[split]}, L = {length}", _in_full(here, length)]
    return "\n\n".join(parts) + "\n"


def _verdicts(scores: pd.DataFrame, judged: pd.DataFrame) -> str:
    present = [model for model in SHOWN if (scores["model"] == model).any()]
    header = ["windows", "held out", "L", "best rule", *(MODEL_NAMES[model] for model in present)]
    header += [f"AUC: {MODEL_NAMES[a]} − {MODEL_NAMES[b]}" for a, b in LIKE_WITH_LIKE] + ["verdict"]
    rows = []
    examinations = scores[["windows", "split", "length"]].drop_duplicates()
    for keep, split, length in examinations.itertuples(index=False, name=None):
        here = _where(scores, keep, split, length)
        accuracy = here[here["metric"] == "accuracy"].set_index("model")["value"]
        rules = accuracy[accuracy.index.isin(RULES)]
        best = f"{rules.max():.3f} ({MODEL_NAMES[str(rules.idxmax())]})" if len(rules) else "–"
        mine = _where(judged, keep, split, length).set_index(["model", "other", "metric"])
        cells = [WHAT[keep], SPLIT_NAMES[split], str(length), best]
        cells += [f"{accuracy[model]:.3f}" if model in accuracy else "–" for model in present]
        cells += [_gain(mine, pair) for pair in LIKE_WITH_LIKE]
        rows.append([*cells, verdict(mine)])
    return table(header, rows, "ll" + "r" * (len(header) - 3) + "l")


def _where(table: pd.DataFrame, keep: str, split: str, length: int) -> pd.DataFrame:
    return table[(table["windows"] == keep) & (table["split"] == split) & (table["length"] == length)]


def _gain(rows: pd.DataFrame, pair: tuple[str, str]) -> str:
    if (*pair, "auc") not in rows.index:
        return "–"
    row: Any = rows.xs((*pair, "auc"))
    return f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"


def verdict(rows: pd.DataFrame) -> str:
    """One line: what the net adds to the linear model that sees the same, in accuracy and in AUC.

    ``rows`` is indexed by model, other and metric and has the columns gain and holds.
    """
    words = []
    for (net, line), seen in zip(LIKE_WITH_LIKE, ("on the days", "with features"), strict=True):
        if (net, line, "auc") in rows.index:
            found = {metric: _sign(rows.xs((net, line, metric))) for metric in ("accuracy", "auc")}
            better = [METRIC_NAMES[metric] for metric, sign in found.items() if sign > 0]
            worse = [METRIC_NAMES[metric] for metric, sign in found.items() if sign < 0]
            told = [f"net better in {' and '.join(better)}"] if better else []
            told += [f"net worse in {' and '.join(worse)}"] if worse else []
            words.append(f"{seen}: {', '.join(told) or 'no difference shown'}")
    return "; ".join(words)


def _sign(row: Any) -> int:
    return int(np.sign(row["gain"])) if row["holds"] else 0


def _in_full(scores: pd.DataFrame, length: int) -> str:
    """Every model's five scores, with the interval and the spread over seeds."""
    here = scores[scores["length"] == length].set_index(["model", "metric"])
    order = [*BASELINES, *NETS]
    models = [model for model in order if (model, "accuracy") in here.index]
    rows = [[MODEL_NAMES[model], *(_score(here.xs((model, metric))) for metric in METRICS)] for model in models]
    return table(["model", *(METRIC_NAMES[metric] for metric in METRICS)], rows, "l" + "r" * len(METRICS))


def _score(row: Any) -> str:
    spread = f" ± {row['sd']:.3f}" if np.isfinite(row["sd"]) and row["sd"] > 0 else ""
    return f"{row['value']:.3f}{spread} [{row['low']:.3f}, {row['high']:.3f}]"
