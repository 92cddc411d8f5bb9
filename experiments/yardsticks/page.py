"""The yardsticks as Markdown: their rows beside ours, with sentences that follow from them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from experiments.markdown import table
from experiments.prose import listed, signed
from experiments.rnn.tally import tally
from experiments.rnn.words import METRIC_NAMES, MODEL_NAMES, SPLIT_NAMES
from rnn.compare import holm

BOOSTING, TORCH, LINEAR = "boosting_", "torch_", "logistic_features"
ON = {"days": "on the days", "features": "on the features"}


def yardsticks_page(scores: pd.DataFrame, gains: pd.DataFrame, versions: Mapping[str, str]) -> str:
    """yardsticks.md from the rows of yardsticks.csv and gains.csv; ``versions`` are those of the packages, by name."""
    told = f"Beside {listed([f'{name} {version}' for name, version in versions.items()])}."
    return "\n\n".join([told, boosting_finding(gains), torch_finding(gains), _table(scores, gains)]) + "\n"


def name_of(model: str) -> str:
    """A model's name, those of the yardsticks too."""
    if model.startswith(BOOSTING):
        return f"gradient boosting {ON[model.removeprefix(BOOSTING)]}"
    if model.startswith(TORCH):
        return f"PyTorch's {MODEL_NAMES[model.removeprefix(TORCH)]}"
    return MODEL_NAMES[model]


def boosting_finding(gains: pd.DataFrame) -> str:
    """In how many examinations our net is better or worse than boosting."""
    rows = gains[(gains["metric"] == "auc") & gains["other"].str.startswith(BOOSTING)]
    rows = rows.assign(holds=holm(rows["p"].to_numpy()))
    told = [
        f"{MODEL_NAMES[here['model'].iloc[0]]} against {name_of(str(other))}: {tally(here, 'examinations')}."
        for other, here in rows.groupby("other", sort=False)
    ]
    return f"{' '.join(told)} The {len(rows)} differences are corrected for their number by Holm's method."


def torch_finding(gains: pd.DataFrame) -> str:
    """How far the scores of our nets and PyTorch's are apart at most."""
    rows = gains[gains["other"].str.startswith(TORCH)]
    apart = rows["gain"].abs().groupby(rows["metric"], sort=False).max()
    most = listed([f"{_small(apart[metric])} in {METRIC_NAMES[str(metric)]}" for metric in apart.index])
    return (
        "PyTorch's cells start from our weights and meet the same windows in the same order: over all nets, lengths "
        f"and splits the largest difference of a score from ours is {most}."
    )


def _small(value: float) -> str:
    """Six decimals, as many as the table of gains keeps."""
    return f"{value:.6f}" if value >= 1e-6 else "below 0.000001"


def _table(scores: pd.DataFrame, gains: pd.DataFrame) -> str:
    over = {
        (row["split"], row["length"], row["other"]): row for row in gains.query("metric == 'auc'").to_dict("records")
    }
    order = list(dict.fromkeys(model.removeprefix(TORCH) for model in scores["model"]))
    place = scores["model"].map(lambda model: order.index(model.removeprefix(TORCH)))  # PyTorch's follows ours
    setting = scores.groupby(["split", "length"], sort=False).ngroup()
    ordered = scores.assign(setting=setting, place=place).sort_values(["setting", "place"], kind="stable")
    rows = []
    for (split, length, model), here in ordered.groupby(["split", "length", "model"], sort=False):
        at = {row["metric"]: row for row in here.to_dict("records")}
        cells = [SPLIT_NAMES[str(split)], str(length), name_of(str(model))]
        cells += [f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" for row in at.values()]
        rows.append([*cells, _bracket(over.get((split, length, model)))])
    header = ["held out", "L", "model", *(METRIC_NAMES[str(metric)] for metric in scores["metric"].unique())]
    return table([*header, "AUC: our net − it"], rows, "lrl" + "r" * (len(header) - 2))


def _bracket(row: Any) -> str:
    return "–" if row is None else f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"
