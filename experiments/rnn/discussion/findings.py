"""The discussion of problem 1, written from the run's own numbers: no figure in it was typed by hand.

Each function below writes one paragraph, or nothing where the run lacks what it would speak of. Whether a
difference counts is decided in one place, ``rnn.compare.Difference.verdict``.
"""

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from data.atomic import write_bytes
from experiments.prose import listed, number, percent, sentence
from experiments.rnn.discussion.caveats import calibration, distinct_windows, limits, map_extremes, random_split
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.summary import (
    baselines_in,
    best_of,
    cells_in,
    compare,
    gain,
    mean_of,
    mean_over_cells,
    splits_in,
    with_test_error,
)
from experiments.rnn.words import MODEL_NAMES, SPLIT_PHRASES, counts_as, interval, the
from rnn.compare import Difference


def write_discussion(run_folder: str | os.PathLike[str]) -> Path:
    """Write discussion.md into a run folder from its tables; return the file's path."""
    run = open_run(run_folder)
    path = run.folder / "discussion.md"
    write_bytes(path, (discuss(run) + "\n").encode())
    return path


def discuss(run: SavedRnn) -> str:
    """The whole text as Markdown: a section for each question that the run can answer."""
    results = run.table("results.csv")
    sections = {
        "Do the networks know more than a rule?": against_baselines(run, results),
        "Which cell?": which_cell(results, run.map_length),
        "How long a window?": which_length(results),
        "What the random split hides": random_split(run, results),
        "Why repeated windows matter": distinct_windows(run, results),
        "Can the probabilities be believed?": calibration(run, results),
        "What the map shows": map_extremes(run),
        "What these numbers cannot say": limits(run, results),
    }
    parts = ["# Discussion: can a rise be foreseen?", opening(run)]
    parts += [f"## {heading}\n\n{text}" for heading, text in sections.items() if text]
    return "\n\n".join(parts)


def opening(run: SavedRnn) -> str:
    """What was asked, of which data."""
    data = run.config["data"]
    text = (
        f"From the daily new cases of the last L days, will the next day bring {run.event}? The data cover "
        f"{data['countries']} countries over {data['days']} days, {data['first_day']} to {data['last_day']}."
    )
    if run.has("countries.csv"):
        countries = run.table("countries.csv")
        kept = int((countries["in_c"] == "yes").sum())
        text += f" {kept} of them correlate above {run.threshold:g} with at least one other and make up the set C."
    if run.simulated:
        text = (
            "**The counts are simulated.** What follows shows how the experiment is read; it says nothing about "
            f"COVID-19.\n\n{text}"
        )
    return text


@dataclass(frozen=True)
class Match:
    """The cell and the baseline with the best accuracy on one split, and the gain of the one over the other."""

    cell: str
    baseline: str
    difference: Difference


def best_matches(run: SavedRnn, results: pd.DataFrame) -> dict[str, Match]:
    """The match of every split that was run, at the map's length."""
    length = run.map_length
    matches = {}
    for split in splits_in(results):
        cell, baseline = (
            best_of(results, models, length, split, "accuracy") for models in (cells_in(results), baselines_in(results))
        )
        if cell and baseline:
            matches[split] = Match(cell, baseline, _versus(run, results, cell, baseline, length, split))
    return matches


def against_baselines(run: SavedRnn, results: pd.DataFrame) -> str:
    """The main question, split by split at the map's length: the answer first, then its numbers."""
    length = run.map_length
    matches = best_matches(run, results)
    if not matches:
        return ""
    details = [_one_split(run, results, split, match) for split, match in matches.items()]
    answer = _answer(matches, length)
    if "reversal" in baselines_in(results):
        answer += " (The reversal rule below: what fell yesterday rises today, and nothing else does.)"
    return "\n\n".join([answer, *details])


def _answer(matches: dict[str, Match], length: int) -> str:
    """In plain words: does the best cell of each split beat the best baseline there?"""
    verdicts = [match.difference.verdict for match in matches.values()]
    if "unknown" in verdicts:
        return (
            f"One seed cannot tell skill from luck. Here is where the best cell at L = {length} stands beside the best "
            "baseline, without a verdict."
        )
    above = [SPLIT_PHRASES[split] for split, match in matches.items() if match.difference.verdict == "above"]
    not_above = _not_above({split: match for split, match in matches.items() if match.difference.verdict != "above"})
    if not above:
        return f"No. At L = {length} no cell beats the best baseline in accuracy: {not_above}."
    if set(verdicts) != {"above"}:
        return f"In part. At L = {length} the best cell beats the best baseline {listed(above)}, but {not_above}."
    largest = max(match.difference.mean for match in matches.values())
    size = "by a few points" if largest < 0.05 else "clearly"
    where = f"{listed(above)}, beyond what noise explains"
    return f"Yes, {size}: at L = {length} the best cell beats the best baseline {where}."


def _not_above(matches: dict[str, Match]) -> str:
    """Where the best cell does not beat the best baseline, and how; splits with one answer share it."""
    splits: dict[str, list[str]] = {}
    for split, match in matches.items():
        how = "is within noise of" if match.difference.verdict == "noise" else "falls short of"
        splits.setdefault(f"the best cell {how} {the(match.baseline)}", []).append(SPLIT_PHRASES[split])
    return "; ".join(f"{listed(phrases)} {answer}" for answer, phrases in splits.items())


def _one_split(run: SavedRnn, results: pd.DataFrame, split: str, match: Match) -> str:
    """Accuracy of the best cell beside every baseline, then the same question asked of the ranking (AUC)."""
    length, cell, baselines = run.map_length, match.cell, baselines_in(results)
    levels = [f"{the(model)} {percent(mean_of(results, model, length, split, 'accuracy'))}" for model in baselines]
    text = (
        f"**{sentence(SPLIT_PHRASES[split])}**, {the(cell)} is right on "
        f"{percent(mean_of(results, cell, length, split, 'accuracy'))} of the test windows; {listed(levels)}. Compared "
        f"with the best baseline, {the(match.baseline)}, that is {interval(match.difference)}, "
        f"{counts_as(match.difference)}."
    )
    if match.baseline != "reversal" and "reversal" in baselines:
        over_rule = _versus(run, results, cell, "reversal", length, split)
        text += f" Against the reversal rule it is {interval(over_rule)}, {counts_as(over_rule)}."
    ranker = best_of(results, cells_in(results), length, split, "auc")
    rival = best_of(results, baselines, length, split, "auc")
    if ranker and rival:
        in_auc = compare(results, ranker, rival, length, split, "auc")
        text += (
            f" In ranking the windows from unlikely to likely, {the(ranker)} reaches an AUC of "
            f"{mean_of(results, ranker, length, split, 'auc'):.3f} against {the(rival)}'s "
            f"{mean_of(results, rival, length, split, 'auc'):.3f} ({interval(in_auc)}, {counts_as(in_auc)})."
        )
    return text


def _versus(run: SavedRnn, results: pd.DataFrame, model: str, other: str, length: int, split: str) -> Difference:
    """Gain in accuracy; by time, where every seed meets the same test days, with the test set's own scatter."""
    difference = compare(results, model, other, length, split, "accuracy")
    if split != "time" or not run.has("predictions.csv"):
        return difference
    predictions = run.table("predictions.csv")
    here = predictions[(predictions["length"] == length) & (predictions["split"] == split)]
    return with_test_error(difference, here, model, other)


def which_cell(results: pd.DataFrame, length: int) -> str:
    """The order of the cells on each split, and whether it means anything."""
    cells = cells_in(results)
    if len(cells) < 2:
        return ""
    parts, lasts = [], set()
    told_apart: list[str] = []
    alike: list[str] = []
    for split in splits_in(results):
        means = {cell: mean_of(results, cell, length, split, "auc") for cell in cells}
        if not np.isfinite(list(means.values())).all():  # only one class occurs in the test part
            continue
        first, *_, last = order = sorted(cells, key=lambda cell: -means[cell])
        difference = compare(results, first, last, length, split, "auc")
        names = listed([f"{MODEL_NAMES[cell]} ({means[cell]:.3f})" for cell in order])
        parts.append(
            f"{sentence(SPLIT_PHRASES[split])} the order by AUC is {names}; first and last are "
            f"{interval(difference)} apart, {counts_as(difference)}."
        )
        lasts.add(last)
        (told_apart if difference.verdict == "above" else alike).append(SPLIT_PHRASES[split])
    return " ".join([*parts, _ranking(lasts, told_apart, alike)]) if parts else ""


def _ranking(lasts: set[str], told_apart: list[str], alike: list[str]) -> str:
    """What the orders on the single splits amount to: only one that holds on all of them is a ranking."""
    if not told_apart:
        return "That is no ranking: another set of seeds may well turn the order round."
    if alike or len(lasts) > 1:
        where = f" {listed(told_apart)} but not {listed(alike)}" if alike else ""
        return (
            f"First and last can be told apart{where}, and the pair was chosen for being the best and the worst at "
            "hand. That is too little to call one cell better than another."
        )
    return (
        f"{sentence(the(lasts.pop()))} comes last on every split, beyond what noise explains; how far is exaggerated, "
        "since the pair compared was chosen for being the best and the worst at hand."
    )


def which_length(results: pd.DataFrame) -> str:
    """AUC against L, averaged over the cells, on the first split, step by step."""
    lengths = sorted(int(length) for length in results["length"].unique())
    if len(lengths) < 2:
        return ""
    split, cells = splits_in(results)[0], cells_in(results)
    by_length = {length: mean_over_cells(results, cells, length, split) for length in lengths}
    if any(values.empty for values in by_length.values()):  # only one class occurs in the test part
        return ""
    levels = listed([f"{by_length[length].mean():.3f} at L = {length}" for length in lengths])
    text = (
        f"Every length is asked about the same pairs of country and day, so L changes what is known and not what is "
        f"asked. {sentence(SPLIT_PHRASES[split])}, the AUC averaged over the {number(len(cells))} cells is {levels}."
    )
    if len(cells) == 1:
        text = text.replace("averaged over the one cells", f"of the {MODEL_NAMES[cells[0]]}")
    whole = gain(by_length[lengths[-1]], by_length[lengths[0]], "auc")
    text += f" From the shortest to the longest window it changes by {interval(whole)}, {counts_as(whole)}."
    if len(lengths) > 2:
        steps = {(short, long): gain(by_length[long], by_length[short], "auc") for short, long in pairwise(lengths)}
        (short, long), step = max(steps.items(), key=lambda item: item[1].mean)
        text += f" The largest single step is from L = {short} to {long}, {interval(step)}, {counts_as(step)}."
        if long != lengths[-1]:
            rest = gain(by_length[lengths[-1]], by_length[long], "auc")
            text += f" From there to L = {lengths[-1]} it is {interval(rest)}, {counts_as(rest)}."
    return text
