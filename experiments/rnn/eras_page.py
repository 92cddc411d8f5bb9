"""The eras as Markdown: a table for each question, with sentences that follow from its rows."""

from itertools import permutations
from typing import Any

import pandas as pd

from experiments.markdown import table
from experiments.prose import number, points, signed
from experiments.rnn.discussion.influence import WEEKDAYS
from experiments.rnn.tally import number_or_none, tally
from experiments.rnn.words import MODEL_NAMES
from rnn.compare import holm
from rnn.trial import NETS


def eras_page(scores: pd.DataFrame, gains: pd.DataFrame, weekdays: pd.DataFrame) -> str:
    """eras.md from the rows of eras.csv, gains.csv and weekdays.csv."""
    parts = [
        *("### What recurrence adds in each era", recurrence_finding(gains), _own_era(scores, gains)),
        *("### Taught in one era, asked in another", transfer_finding(scores), _transfer(scores)),
        *("### The week", weekday_finding(weekdays), _weekdays(weekdays)),
    ]
    return "\n\n".join(parts) + "\n"


def recurrence_finding(gains: pd.DataFrame) -> str:
    """In how many eras the net gains or loses AUC on the linear model, and by its longest window on its shortest."""
    rows = gains[gains["metric"] == "auc"]
    rows = rows.assign(holds=holm(rows["p"].to_numpy()))
    told = [
        f"{_pair(here.iloc[0])}: {tally(here, 'eras')}."
        for _, here in rows.groupby(["model", "other", "other_length"], sort=False)
    ]
    return f"{' '.join(told)} The {number(len(rows))} differences are corrected for their number by Holm's method."


def _pair(row: Any) -> str:
    if row["model"] == row["other"]:
        return f"{MODEL_NAMES[row['model']]}, L = {row['length']} against L = {row['other_length']}"
    return f"{MODEL_NAMES[row['model']]} against {MODEL_NAMES[row['other']]}"


def _own_era(scores: pd.DataFrame, gains: pd.DataFrame) -> str:
    """Taught and asked in the same era: accuracy of every model with the longest window, and the gains in AUC."""
    own = scores[(scores["taught"] == scores["asked"]) & (scores["metric"] == "accuracy")]
    longest = own[own["length"] == own["length"].max()]
    models = list(dict.fromkeys(longest["model"]))
    pairs = gains[gains["metric"] == "auc"]
    heads = [_pair(here.iloc[0]) for _, here in pairs.groupby(["model", "other", "other_length"], sort=False)]
    rows = []
    for era, here in longest.groupby("asked", sort=False):
        accuracy = here.set_index("model")["value"]
        mine = pairs[pairs["asked"] == era]
        first = here.iloc[0]
        rows.append(
            [str(era), f"{first['windows']:,}", f"{first['rises']:.3f}", *(f"{accuracy[m]:.3f}" for m in models)]
            + [_bracket(row) for row in mine.to_dict("records")]
        )
    header = ["era", "windows", "rises", *(MODEL_NAMES[model] for model in models), *(f"AUC: {head}" for head in heads)]
    return table(header, rows, "l" + "r" * (len(header) - 1))


def _bracket(row: Any) -> str:
    return f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"


def transfer_finding(scores: pd.DataFrame) -> str:
    """What the net loses in AUC, if it was taught in another era than it is asked about."""
    auc = _matrix(scores, "auc")
    values, eras = auc.to_numpy(), list(auc.index)
    lost = {
        (eras[taught], eras[asked]): values[asked, asked] - values[taught, asked]
        for taught, asked in permutations(range(len(eras)), 2)
    }
    mean, worst = sum(lost.values()) / len(lost), max(lost, key=lambda pair: lost[pair])
    better = sum(loss < 0 for loss in lost.values())
    way = "loses" if mean >= 0 else "gains"
    text = (
        f"Taught in another era than it is asked about, the net {way} {points(mean)} of AUC on average; in "
        f"{number_or_none(better)} of {number(len(lost))} pairs it does better than the net of the era itself."
    )
    if lost[worst] > 0:
        text += f" It loses most, {points(lost[worst])}, taught in {worst[0]} and asked about {worst[1]}."
    return text


def _transfer(scores: pd.DataFrame) -> str:
    """AUC of the quoted net: a row for each era that taught, a column for each that was asked about."""
    auc = _matrix(scores, "auc")
    rows = [[str(taught), *(f"{value:.3f}" for value in auc.loc[taught])] for taught in auc.index]
    header = ["taught \\ asked", *map(str, auc.columns)]
    return table(header, rows, "l" + "r" * len(auc.columns))


def _matrix(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The quoted net's score, eras taught by eras asked; other models have only their own era."""
    mine = scores[scores["model"].isin(NETS) & (scores["metric"] == metric)]
    quoted = mine[mine["taught"] != mine["asked"]].iloc[0]
    mine = mine[(mine["model"] == quoted["model"]) & (mine["length"] == quoted["length"])]
    eras = list(dict.fromkeys(mine["asked"]))
    return mine.pivot(index="taught", columns="asked", values="value").loc[eras, eras]


def weekday_finding(weekdays: pd.DataFrame) -> str:
    """In which era the share of rises differs most between weekdays, and what the net makes of it."""
    told = []
    for column, words in (("rises", "The share of rises"), ("accuracy", "The net's accuracy")):
        by_era = weekdays.groupby("asked", sort=False)[column]
        width = by_era.max() - by_era.min()
        era = str(width.idxmax())
        here = weekdays[weekdays["asked"] == era].set_index("weekday")[column]
        lowest, highest = str(here.idxmin()), str(here.idxmax())
        told.append(
            f"{words} differs most between weekdays in {era}: from {here.min():.2f} on a {lowest} to "
            f"{here.max():.2f} on a {highest}, and least in {width.idxmin()!s}, by {width.min():.2f}."
        )
    return " ".join(told)


def _weekdays(weekdays: pd.DataFrame) -> str:
    """Accuracy of the quoted net, and in brackets the share of rises: a row for each era, a column for each weekday."""
    names = [name for name in WEEKDAYS if (weekdays["weekday"] == name).any()]
    rows = []
    for era, here in weekdays.groupby("asked", sort=False):
        found = {row["weekday"]: f"{row['accuracy']:.2f} ({row['rises']:.2f})" for row in here.to_dict("records")}
        rows.append([str(era), *(found.get(name, "–") for name in names)])
    return table(["accuracy (rises)", *names], rows, "l" + "r" * len(names))
