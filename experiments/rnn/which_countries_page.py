"""The answer sheets of `which_countries` as Markdown, with sentences that follow from their rows."""

from typing import Any

import pandas as pd

from experiments.markdown import table
from experiments.prose import signed
from experiments.rnn.words import MODEL_NAMES

WORDS = {
    "threshold": "C above",
    **dict.fromkeys(("days", "own days"), "C by the correlations of"),
    "countries": "training countries",
}
QUOTED = ("accuracy", "auc")


def countries_page(found: pd.DataFrame) -> str:
    """countries.md: a table for each question, with a sentence that follows from its rows."""
    parts = []
    for question in WORDS:
        here = found[(found["question"] == question) & found["metric"].isin(QUOTED)]
        lines = []
        for (model, value), pair in here.groupby(["model", "value"], sort=False):
            cells = [
                MODEL_NAMES[str(model)],
                _value(value),
                *(f"{n:,}" for n in pair.iloc[0][["countries", "windows"]]),
            ]
            for row in pair.to_dict("records"):
                cells += [f"{row['score']:.3f}", f"{signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}]"]
            lines.append(cells)
        header = ["model", WORDS[question], "countries taught", "windows taught"]
        header += [word for name in ("accuracy", "AUC") for word in (name, "change")]
        parts += [finding(question, here), table(header, lines, "l" + "r" * 7)]
        if question == "threshold":
            parts.append(choice_finding(found))
    return "\n\n".join(parts) + "\n"


def finding(question: str, rows: pd.DataFrame) -> str:
    """One sentence a question: what the last row differs from the first by, in AUC, for each model."""
    told = []
    for model in rows["model"].unique():
        mine = rows[(rows["model"] == model) & (rows["metric"] == "auc")].to_dict("records")
        first, last = mine[0], mine[-1]
        change = f"{signed(last['gain'])} [{signed(last['low'])}, {signed(last['high'])}] points of AUC"
        if last["low"] <= 0 <= last["high"]:
            verdict = f"no difference is shown ({change})"
        else:
            verdict = f"it {'gains' if last['gain'] > 0 else 'loses'} ({change})"
        told.append(
            f"{MODEL_NAMES[str(model)]} with {last['countries']} countries instead of {first['countries']}: {verdict}"
        )
    start = {
        "threshold": "Taught only the countries that correlate most, and asked about these",
        "days": "With a set C that saw no test day, and asked about the countries that are in it both ways",
        "own days": "With a set C that saw no test day, and asked about its own countries",
        "countries": "Taught fewer countries, and asked about countries never seen",
    }[question]
    return f"{start}: {'; '.join(told)}."


def choice_finding(found: pd.DataFrame) -> str:
    """Which threshold the validation cut would choose for each model, and what that is worth on the test days."""
    told = []
    for model in found["model"].unique():
        mine = found[found["model"] == model]
        cut = mine[(mine["question"] == "cut") & (mine["metric"] == "log_loss")]
        best = cut.loc[cut["score"].idxmin()]
        test = mine[(mine["question"] == "threshold") & (mine["metric"] == "auc")]
        lowest, chosen = test["value"].iloc[0], test[test["value"] == best["value"]].iloc[0]
        choice = f"{MODEL_NAMES[str(model)]}: C above {_value(best['value'])} (log-loss {best['score']:.4f})"
        told.append(choice if best["value"] == lowest else f"{choice}, {_worth(chosen)} on the test days")
    return f"A validation cut inside the training part would choose, for {'; '.join(told)}."


def _worth(row: Any) -> str:
    change = f"({signed(row['gain'])} [{signed(row['low'])}, {signed(row['high'])}] points of AUC)"
    if row["low"] <= 0 <= row["high"]:
        return f"which shows no difference {change}"
    return f"which {'gains' if row['gain'] > 0 else 'loses'} {change}"


def _value(value: Any) -> str:
    """A threshold or a number of countries with a true minus, or the name of a choice as it is."""
    try:
        return f"{float(value):g}".replace("-", "−")
    except ValueError:
        return str(value)
