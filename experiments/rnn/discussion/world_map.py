"""The discussion of problem 1, its last pages: what the map shows, and what came of it."""

import numpy as np
import pandas as pd

from experiments.prose import escaped, listed, number, percent, sentence
from experiments.rnn.gains import Gain
from experiments.rnn.saved import SavedRnn
from experiments.rnn.words import counts_as, interval, the
from rnn.compare import Estimate, draw, estimate, resampled
from rnn.metrics import evaluate
from rnn.windows import Windows

COUNTRIES_OF_THE_MAP = 6  # stream of random numbers, beside those of `rnn.trial`


def map_extremes(run: SavedRnn) -> str:
    """The ends of the map, and how much of it is the reversal rule in colour."""
    if not run.has("world_map.csv"):
        return ""
    table = run.table("world_map.csv").dropna(subset="probability").sort_values("probability", kind="stable")
    if len(table) < 2:
        return ""
    ends = min(3, len(table) // 2)
    low, high = table.head(ends), table.tail(ends)[::-1]
    text = (
        f"The map is drawn by {the(run.map_model)} at L = {run.map_length}, trained once more on all windows. For "
        f"{table['day'].iloc[0]} it finds a rise most likely in {_with_probability(high)}, and least likely in "
        f"{_with_probability(low)}. Half or more is given to {int((table['probability'] >= 0.5).sum())} of "
        f"{len(table)} countries.{_outside(table)} How far such probabilities can be believed on days to come is what "
        "the split by time measures."
    )
    if run.config["target"] != "new-cases" or run.map_length < 2:
        return text
    last = table["last_days"].map(lambda days: [float(cases) for cases in days.split()][-2:])
    fell = last.map(lambda pair: pair[1] < pair[0])
    agree = float((fell == (table["probability"] >= 0.5)).mean())
    text += (
        f" {sentence(number(int(fell.sum())))} countries reported fewer cases on the last day than on the day before; "
        f"the reversal rule, which looks at nothing else, is on the same side of one half in {percent(agree)}."
    )
    if agree > 0.75:
        text += (
            " The map is thus largely that rule in shades: a deep colour is less the forecast of an outbreak than a "
            "sign that the last count was out of line with the days before it."
        )
    return text


def _outside(table: pd.DataFrame) -> str:
    outside = int((table["in_c"] == "no").sum())
    if not outside:
        return ""
    return f" On the {number(outside)} countries outside C, drawn with a dashed outline, no net was trained."


def what_came(run: SavedRnn) -> str:
    """The map beside what happened on its day, for runs that know."""
    if not run.has("scored.csv"):
        return ""
    table = run.table("scored.csv")
    if table["rose"].nunique() < 2:
        return ""
    day, rose = run.table("world_map.csv")["day"].iloc[0], table["rose"].mean()
    said, corrected = table["probability"].mean(), table["recalibrated"].mean()
    scores = forecast_scores(table)
    own, rule = scores["map"], scores["reversal"]
    accuracy, auc = (_verdict(table, metric, run.config.get("seed", 0)) for metric in ("accuracy", "auc"))
    constant = rose * (1 - rose)
    text = (
        f"{run.config['scored_by']} knows what {day} brought to {len(table)} of the countries: "
        f"{percent(rose)} of them reported more new cases than the day before, and the map had given them "
        f"{percent(said)} on average. At one half it was right on {percent(own['accuracy'])}, the reversal rule on "
        f"{percent(rule['accuracy'])}: {accuracy}. Its AUC is {own['auc']:.3f} against "
        f"{rule['auc']:.3f} of the rule: {auc}. Its Brier score is {own['brier']:.3f}; whoever had "
        f"known the share of rises and nothing else would have {constant:.3f}."
    )
    fixed = scores["recalibrated"]
    change = "better" if fixed["brier"] < own["brier"] else "worse" if fixed["brier"] > own["brier"] else "the same"
    text += (
        f" Corrected as the validation cut asks, the average is {percent(corrected)}, the accuracy "
        f"{percent(fixed['accuracy'])} and the Brier score {fixed['brier']:.3f}, which is {change}."
    )
    for inside, words in (("yes", "in C"), ("no", "outside C")):
        part = table[table["in_c"] == inside]
        if 0 < len(part) < len(table):
            right = ((part["probability"] >= 0.5) == part["rose"]).mean()
            text += f" {sentence(words)} it was right on {percent(right)} of {len(part)}."
    return text + " This is one day: all countries share its weekday and its news, so it proves little by itself."


def forecast_scores(scored: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The five scores of the map, of its recalibrated form, and of the reversal rule, from the rows of scored.csv."""
    rose = scored["rose"].to_numpy(dtype=bool)
    return {name: evaluate(rose, p, p >= 0.5) for name, p in _forecasts(scored).items()}


def _forecasts(scored: pd.DataFrame) -> dict[str, np.ndarray]:
    columns = {"map": "probability", "recalibrated": "recalibrated", "reversal": "fell"}
    return {name: scored[column].to_numpy(dtype=np.float64) for name, column in columns.items()}


def _verdict(scored: pd.DataFrame, metric: str, seed: int) -> str:
    """The map minus the reversal rule, with the interval over the countries, and what it amounts to."""
    rose = scored["rose"].to_numpy(dtype=bool)
    asked = Windows(np.zeros((len(rose), 1)), rose, np.arange(len(rose)), np.zeros(len(rose), dtype=int))
    drawn = draw(asked, None, np.random.default_rng([seed, COUNTRIES_OF_THE_MAP]))
    forecasts, whole = _forecasts(scored), forecast_scores(scored)
    own, rule = (
        resampled(asked, forecasts[name], forecasts[name] >= 0.5, drawn)[metric] for name in ("map", "reversal")
    )
    at: Estimate = estimate(whole["map"][metric] - whole["reversal"][metric], own - rule)
    gain = Gain(at.value, at.low, at.high, at.p < 0.05)
    return f"{interval(gain)}, {counts_as(gain)}"


def _with_probability(rows: pd.DataFrame) -> str:
    return listed([f"{escaped(row['country'])} ({percent(row['probability'])})" for _, row in rows.iterrows()])
