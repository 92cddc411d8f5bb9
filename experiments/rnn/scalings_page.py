"""The scalings as Markdown: a table, and for each scaling what it loses and whether its properties explain that."""

from typing import Any

import pandas as pd

from experiments.markdown import table
from experiments.prose import listed, percent, points, sentence, signed
from experiments.rnn.words import SPLIT_NAMES, SPLIT_PHRASES
from rnn.compare import holm
from rnn.scaling import SMALL

FIRST = "log"
NAMES = {
    "log": "signed logarithm",
    "all_days": "counts, by mean and deviation of all training days",
    "window": "counts, by mean and deviation of the window",
    "log_window": "signed logarithm, by mean and deviation of the window",
    "log_relative": "signed logarithm, minus the last day's",
}
NOTHING = "no difference is shown"
MANY_STEPS, LITTLE_LEVEL = 0.25, 0.5  # more steps lost, or less of the level kept, than this may be why


def scalings_page(scores: pd.DataFrame, properties: pd.DataFrame) -> str:
    """scalings.md from the rows of scalings.csv and properties.csv."""
    auc = scores[scores["metric"] == "auc"]
    compared = auc[(auc["windows"] == "all") & (auc["scaling"] != FIRST)]
    compared = compared.assign(holds=holm(compared["p"].to_numpy()))
    told = [finding(name, compared, auc, properties) for name in NAMES if name in set(compared["scaling"])]
    about = f"The {len(compared)} differences of AUC are corrected for their number by Holm's method; points of AUC."
    return "\n\n".join([*told, about, _table(scores, properties)]) + "\n"


def finding(scaling: str, compared: pd.DataFrame, auc: pd.DataFrame, properties: pd.DataFrame) -> str:
    """What a scaling loses on each split, and what of it its measured properties explain."""
    told, worst = [], None
    for row in compared[compared["scaling"] == scaling].to_dict("records"):
        if row["holds"] and row["gain"] < 0 and (worst is None or row["gain"] < worst["gain"]):
            worst = row
        what = f"it {'gains' if row['gain'] > 0 else 'loses'} {points(row['gain'])}" if row["holds"] else NOTHING
        told.append(f"{SPLIT_PHRASES[row['split']]} {what}")
    text = f"**{sentence(NAMES[scaling])}**, beside the signed logarithm: {listed(told)}."
    if worst is None:
        return text
    parts = auc[(auc["scaling"] == scaling) & (auc["split"] == worst["split"])].set_index("windows")["gain"]
    return f"{text} {_why(properties.set_index('scaling').loc[scaling], parts)}"


def _why(properties: Any, gains: Any) -> str:
    """Which measured property is far from that of the logarithm, and whether the loss is where it should be then."""
    reasons = []
    if properties["steps_lost"] > MANY_STEPS:
        text = f"{percent(properties['steps_lost'])} of the steps between days are below {SMALL:g} to the net"
        reasons.append(text + _apart(gains, ("lost", "that lose most of their steps"), ("kept", "that keep them")))
    if properties["level_kept"] < LITTLE_LEVEL:
        text = f"its inputs explain {percent(properties['level_kept'])} of the window's level"
        reasons.append(text + _apart(gains, ("few", "of few cases"), ("many", "of many")))
    if not reasons:
        return "Neither the steps nor the level that it keeps explain it."
    return f"What may explain it: {'; '.join(reasons)}."


def _apart(gains: Any, first: tuple[str, str], second: tuple[str, str]) -> str:
    """Whether the first part of the windows loses more, as the property would have it; empty if one is too small."""
    if not {first[0], second[0]} <= set(gains.index):
        return ""
    one, other = gains[first[0]], gains[second[0]]
    as_expected = "and windows {} lose more ({}) than those {} ({})"
    not_so = "but windows {} do not lose more ({}) than those {} ({})"
    words = as_expected if one < other else not_so
    return ", " + words.format(first[1], signed(one), second[1], signed(other))


def _table(scores: pd.DataFrame, properties: pd.DataFrame) -> str:
    whole = scores[scores["windows"] == "all"]
    splits = list(dict.fromkeys(whole["split"]))
    at = {(row["split"], row["scaling"], row["metric"]): row for row in whole.to_dict("records")}
    rows = []
    for row in properties.to_dict("records"):
        cells = [NAMES[row["scaling"]], percent(row["steps_lost"]), percent(row["level_kept"])]
        for split in splits:
            values = [at[split, row["scaling"], metric] for metric in ("accuracy", "auc")]
            cells += [" / ".join(f"{value['value']:.3f}" for value in values), _bracket(values[1], row["scaling"])]
        rows.append(cells)
    header = ["the net sees", "steps lost", "level kept"]
    header += [f"{SPLIT_NAMES[split]}: {what}" for split in splits for what in ("accuracy / AUC", "AUC − logarithm's")]
    return table(header, rows, "l" + "r" * (len(header) - 1))


def _bracket(row: Any, scaling: str) -> str:
    return "–" if scaling == FIRST else f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"
