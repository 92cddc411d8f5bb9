"""The second half of the discussion: what may flatter the numbers, and what they cannot say."""

import math

import numpy as np
import pandas as pd

from experiments.prose import listed, number, percent, points, sentence
from experiments.rnn.gains import Gains
from experiments.rnn.saved import SavedRnn
from experiments.rnn.summary import chosen_cell, mean_of, splits_in
from experiments.rnn.words import SPLIT_PHRASES, counts_as, interval, the
from rnn.metrics import calibration_error
from rnn.splits import SPLITS


def random_split(run: SavedRnn, results: pd.DataFrame, gains: Gains) -> str:
    """How much higher the course's random split scores than a split by country, and why that is no merit."""
    splits, length = splits_in(results), run.map_length
    if "random" not in splits or length < 2:
        return ""
    text = (
        f"Windows of {length} days that start one day apart share {length - 1} of their days. Drawn at random, some "
        "fall into the training set and their neighbours into the test set, so that a network may recognise what it "
        "should foresee."
    )
    cell = chosen_cell(results, length, "random")
    if "country" not in splits or cell is None:
        return text + " No other split was run to compare with; read the accuracy as an upper bound."
    leak = gains(cell, cell, length, "random", "accuracy", other_split="country")
    values = [percent(mean_of(results, cell, length, split, "accuracy")) for split in ("random", "country")]
    text += (
        f" {sentence(the(cell))} scores {values[0]} on random windows and {values[1]} on countries that it has never "
        f"seen: {interval(leak)}, {counts_as(leak)}."
    )
    text += {
        "above": " That much of its score is acquaintance, not foresight.",
        "below": " The random split is even the harder one here, so the overlap cannot have helped much.",
        "noise": " The danger is real, but in these numbers it does not show.",
        "uncertain": " That may be chance.",
        "undefined": "",
    }[leak.verdict]
    return text + " The split by country or by time is the one to quote."


def distinct_windows(run: SavedRnn, results: pd.DataFrame) -> str:
    """How many windows repeat an earlier one, and what keeping them would do."""
    if not run.has("windows.csv"):
        return ""
    windows = run.table("windows.csv")
    here = windows[np.isclose(windows["threshold"], run.threshold) & (windows["length"] == run.map_length)]
    if here.empty or not here["windows"].iloc[0]:
        return ""
    total, kept, rises = (int(here[name].iloc[0]) for name in ("windows", "distinct", "positives_distinct"))
    text = (
        f"At L = {run.map_length} the countries of C have {total:,} windows, but only {kept:,} of them "
        f"({percent(kept / total)}) are distinct; the others repeat an earlier one, as the rows of zeros before "
        f"a country's first case do. Of the distinct ones {percent(rises / max(kept, 1))} are followed by a rise."
    )
    majority = {split: mean_of(results, "majority", run.map_length, split, "accuracy") for split in splits_in(results)}
    if not np.isfinite(list(majority.values())).any():
        return text
    shares = listed([f"{percent(share)} {SPLIT_PHRASES[split]}" for split, share in majority.items()])
    always = f"always giving the more frequent answer is right on {shares}"
    if run.config["windows"] != "distinct":
        return (
            f"{text} This run kept repeated windows, and {always}: accuracy is to be read from there, and balanced "
            "accuracy and AUC are the fairer measures."
        )
    return (
        f"{text} {_kept(run, longest=int(windows['length'].max()))} So {always}. Left in, each repeat would count as "
        "one more examination passed."
    )


def _kept(run: SavedRnn, longest: int) -> str:
    """Which windows the models were asked about: one choice for all lengths, made by the longest."""
    if longest == run.map_length:
        return "This run kept the first of each before splitting."
    text = (
        f"Each example is the last {run.map_length} days of one country; country-days whose {longest}-day history "
        "repeats an earlier one are dropped before splitting"
    )
    kept = run.config.get("kept")
    if kept:
        text += (
            f", which leaves {kept['pairs']:,}, {percent(kept['rises'] / kept['pairs'])} of them with a rise, whose "
            f"windows of {run.map_length} days have {kept['different'][str(run.map_length)]:,} different contents"
        )
    return text + "."


def calibration(run: SavedRnn, results: pd.DataFrame, gains: Gains) -> str:
    """Whether what is called likely happens as often as it is called likely."""
    if not run.has("predictions.csv"):
        return ""
    predictions = run.table("predictions.csv")
    mine = predictions[(predictions["model"] == run.map_model) & (predictions["length"] == run.map_length)]
    parts = []
    for split in [split for split in SPLITS if (mine["split"] == split).any()]:
        here = mine[mine["split"] == split]
        said, happened = here["probability"].mean(), here["label"].mean()
        gap = calibration_error(here["label"].to_numpy(), here["probability"].to_numpy())
        parts.append(
            f"{sentence(SPLIT_PHRASES[split])}, {the(run.map_model)} gives a rise {percent(said)} on average, and "
            f"{percent(happened)} of the windows had one"
            + (f"; from tenth to tenth of probability it is off by {points(gap)}." if np.isfinite(gap) else ".")
        )
        if abs(said - happened) > 2 * math.sqrt(happened * (1 - happened) / _windows_in(here)):
            parts.append(
                f"It expects too {'many' if said > happened else 'few'} rises there: the ranking of the windows, and "
                "so the AUC, survives that, but a decision at one half does not."
            )
        loss = gains(run.map_model, "majority", run.map_length, split, "log_loss")
        if loss.verdict != "undefined":
            own, base = (
                mean_of(results, model, run.map_length, split, "log_loss") for model in (run.map_model, "majority")
            )
            verb = {"above": "less than", "below": "more than"}.get(loss.verdict, "against")
            parts.append(f"Its log-loss is {own:.3f} nats, {verb} the {base:.3f} of always quoting the base rate.")
    return " ".join(parts)


def _windows_in(predictions: pd.DataFrame) -> int:
    """Different windows among the rows; seeds and models repeat them."""
    return len(predictions[["country", "day"]].drop_duplicates())


def limits(run: SavedRnn, results: pd.DataFrame, gains: Gains) -> str:
    """What a careful reader should hold against all of the above."""
    seeds = results["seed"].nunique()
    held = [
        "Square brackets are 95 % intervals of a bootstrap that resamples countries, by time also the days, since the "
        "windows of one country are not independent of each other.",
        f"This text makes {number(len(gains.asked))} comparisons; a difference is called more than noise only if it "
        "remains so after Holm's correction for all of them.",
        f"Every score is a mean over {number(seeds)} seeds; a seed sets the initial weights and, except by time, the "
        "split."
        if seeds > 1
        else "There is one seed, and the intervals do not contain the luck of its initial weights and split.",
        "The number of epochs, the cell and the length for the map were chosen on a validation cut inside the training "
        "part; the baseline quoted beside a cell is the best of its test part, which favours the baseline.",
        "C is chosen by correlations over the whole period, test days included.",
        "A reported count is not an infection: weekends, changes of definition and late reports rise and fall too, "
        "and a tie counts as no rise.",
    ]
    if len(splits_in(results)) < len(SPLITS):
        held.append(f"Only the split {listed([SPLIT_PHRASES[s] for s in splits_in(results)])} was run.")
    return "\n".join(f"- {point}" for point in held)
