"""The protocol table, continued: what the validation cut chose, what it thinks of steps, and recalibrated nets."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.markdown import table
from experiments.prose import listed, number, signed
from experiments.rnn.tally import tally
from experiments.rnn.words import METRIC_NAMES, SPLIT_NAMES, SPLIT_PHRASES, model_name
from rnn.compare import holm

FEATURES = "logistic_features"
BETWEEN_CELLS = (("gru", "rnn"), ("gru", "lstm"), ("lstm", "rnn"))
QUOTED = ("accuracy", "auc", "log_loss", "brier")


class Chosen(NamedTuple):
    """The net of one split with the lowest mean log-loss on the validation cut."""

    split: str
    model: str
    length: int
    epochs: float
    loss: float


def chosen_nets(choices: pd.DataFrame) -> list[Chosen]:
    """One net a split, from the rows of choices.csv."""
    loss, epochs = _by_setting(choices, "validation_loss", "mean"), _by_setting(choices, "epochs", "median")
    splits = dict.fromkeys(split for split, _, _ in loss)
    best = [min((key for key in loss if key[0] == split), key=lambda key: loss[key]) for split in splits]
    return [Chosen(*key, epochs[key], loss[key]) for key in best]


def _by_setting(choices: pd.DataFrame, name: str, how: str) -> dict[tuple[str, str, int], float]:
    """By split, model and length: the mean or the median over the seeds of what the cut chose or measured."""
    rows = choices[choices["name"] == name].groupby(["split", "model", "length"], sort=False)["value"].agg(how)
    settings: list[Any] = list(rows.index)
    return {
        (str(split), str(model), int(length)): float(rows[split, model, length]) for split, model, length in settings
    }


def chosen_section(nets: list[Chosen], scores: pd.DataFrame, gains: pd.DataFrame) -> str:
    """Each split's chosen net beside the linear model with features at the same L, with verdicts."""
    at = scores.set_index(["split", "length", "model", "metric"])["value"]
    found = [_gain(gains, net, net.model, FEATURES, metric) for net in nets for metric in ("accuracy", "auc")]
    holds = iter(holm(np.array([row["p"] for row in found])))
    cells, words = [], []
    for net, pair in zip(nets, zip(found[::2], found[1::2], strict=True), strict=True):
        own, line = (
            [at[net.split, net.length, model, m] for m in ("accuracy", "auc")] for model in (net.model, FEATURES)
        )
        cells.append(
            [SPLIT_NAMES[net.split], model_name(net.model), str(net.length), f"{net.epochs:g}", f"{net.loss:.3f}"]
            + [f"{a:.3f} / {b:.3f}" for a, b in (own, line)] + [_bracket(row) for row in pair]
        )  # fmt: skip
        words.append(_verdict(net, pair, (next(holds), next(holds))))
    header = ["held out", "net", "L", "epochs (median)", "log-loss on the cut", "accuracy / ROC-AUC"]
    header += ["the linear model with features", "accuracy: net − linear model", "AUC: net − linear model"]
    about = (
        f"Distinct windows. The {number(len(found))} comparisons are corrected for their number by Holm's method. "
        + " ".join(words)
    )
    return f"{about}\n\n{table(header, cells, 'll' + 'r' * 7)}"


def _verdict(net: Chosen, pair: tuple[Any, Any], holds: tuple[bool, bool]) -> str:
    """One sentence on one split: where the chosen net is better, where worse, or that no difference is shown."""
    named = list(zip(("accuracy", "auc"), pair, holds, strict=True))
    better = [METRIC_NAMES[metric] for metric, row, held in named if held and row["gain"] > 0]
    worse = [METRIC_NAMES[metric] for metric, row, held in named if held and row["gain"] < 0]
    told = [f"better in {listed(better)}"] if better else []
    told += [f"worse in {listed(worse)}"] if worse else []
    where = SPLIT_PHRASES[net.split]
    if not told:
        return f"{where.capitalize()} no difference to the linear model with features is shown."
    return f"{where.capitalize()} the chosen net is {' and '.join(told)} than the linear model with features."


def cells_section(gains: pd.DataFrame) -> str:
    """Which cell: the differences in AUC between cells on the same inputs, in every examination."""
    auc = gains[gains["metric"] == "auc"]
    rows = auc[[pair in BETWEEN_CELLS for pair in zip(auc["model"], auc["other"], strict=True)]]
    if rows.empty:
        return ""
    rows = rows.assign(holds=holm(rows["p"].to_numpy()), pair=rows["model"] + " " + rows["other"])
    names = {pair: " − ".join(map(model_name, pair.split())) for pair in dict.fromkeys(rows["pair"])}
    told = [f"{names[pair]}: {tally(rows[rows['pair'] == pair], 'examinations')}." for pair in names]
    cells = []
    for (split, length), here in rows.groupby(["split", "length"], sort=False):
        found = {row["pair"]: _bracket(row) for row in here.to_dict("records")}
        cells.append([SPLIT_NAMES[str(split)], str(length), *(found.get(pair, "–") for pair in names)])
    about = f"{' '.join(told)} The {number(len(rows))} differences are corrected for their number by Holm's method."
    header = ["held out", "L", *(f"AUC: {name}" for name in names.values())]
    return f"{about}\n\n{table(header, cells, 'l' + 'r' * (len(header) - 1))}"


def steps_section(choices: pd.DataFrame, gains: pd.DataFrame) -> str:
    """Each day as one number or as three: what the cut prefers, and what that gains in the test."""
    loss = _by_setting(choices, "validation_loss", "mean")
    cells: list[list[str]] = []
    prefers, found = [], []
    for split, cell, length in sorted(loss):
        steps = f"{cell}_steps"
        if (split, steps, length) in loss:
            pair = loss[split, cell, length], loss[split, steps, length]
            row = _gain(gains, Chosen(split, steps, length, 0, 0), steps, cell, "auc")
            prefers.append(pair[1] < pair[0])
            found.append(row)
            cells.append(
                [SPLIT_NAMES[split], model_name(cell), str(length), *(f"{x:.4f}" for x in pair), _bracket(row)]
            )
    if not cells:
        return ""
    holds = holm(np.array([row["p"] for row in found]))
    wins = sum(bool(held) and row["gain"] > 0 for held, row in zip(holds, found, strict=True))
    losses = sum(bool(held) and row["gain"] < 0 for held, row in zip(holds, found, strict=True))
    about = (
        f"The cut prefers steps in {sum(prefers)} of {len(cells)} examinations. In the test steps gain "
        f"AUC in {wins} and lose it in {losses}, after correction for all of them."
    )
    header = ["held out", "cell", "L", "log-loss on the cut: days", "steps", "AUC: steps − days"]
    return f"{about}\n\n{table(header, cells, 'llrrrr')}"


def variants_section(nets: list[Chosen], scores: pd.DataFrame, gains: pd.DataFrame) -> str:
    """The chosen nets as they are, recalibrated on the cut, and by time averaged over the seeds."""
    at = scores.set_index(["split", "length", "model", "metric"])["value"]
    cells = []
    for net in nets:
        for model in (net.model, *(f"{net.model}:{how}" for how in ("recalibrated", "averaged", "both"))):
            if (net.split, net.length, model, "accuracy") in at.index:
                values = [f"{at[net.split, net.length, model, metric]:.3f}" for metric in QUOTED]
                over = [_gain(gains, net, model, net.model, "log_loss")] if model != net.model else [None]
                over += [_gain(gains, net, model, FEATURES, metric) for metric in ("accuracy", "auc")]
                cells.append(
                    [SPLIT_NAMES[net.split], model_name(model), str(net.length), *values, *map(_bracket, over)]
                )
    header = ["held out", "model", "L", *(METRIC_NAMES[metric] for metric in QUOTED)]
    header += ["log-loss saved (0.01 nats)", "accuracy: minus features", "AUC: minus features"]
    return table(header, cells, "ll" + "r" * 8)


def _gain(gains: pd.DataFrame, net: Chosen, model: str, other: str, metric: str) -> Any:
    mine = gains[(gains["split"] == net.split) & (gains["length"] == net.length) & (gains["metric"] == metric)]
    return mine[(mine["model"] == model) & (mine["other"] == other)].iloc[0]


def _bracket(row: Any) -> str:
    return "–" if row is None else f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"
