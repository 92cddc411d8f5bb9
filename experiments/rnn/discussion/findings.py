"""The discussion of problem 1, written from the run's own numbers: no figure in it was typed by hand.

Each function below writes one paragraph, or nothing where the run lacks what it would speak of. Every difference is
looked up in gains.csv. The text is written twice: first to count the differences that it quotes, then with verdicts
corrected for their number.
"""

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from data.atomic import write_bytes
from experiments.prose import listed, number, percent, sentence
from experiments.rnn.discussion.caveats import calibration, distinct_windows, limits, random_split
from experiments.rnn.discussion.influence import right_by_weekday, what_it_looks_at
from experiments.rnn.discussion.world_map import map_extremes, what_came
from experiments.rnn.gains import CELLS_MEAN, Gain, Gains
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.summary import baselines_in, best_of, cells_in, chosen_cell, mean_of, splits_in
from experiments.rnn.words import MODEL_NAMES, SPLIT_PHRASES, counts_as, interval, the


def write_discussion(run_folder: str | os.PathLike[str]) -> Path:
    """Write discussion.md into a run folder from its tables; return the file's path."""
    run = open_run(run_folder)
    path = run.folder / "discussion.md"
    write_bytes(path, (discuss(run) + "\n").encode())
    return path


def discuss(run: SavedRnn) -> str:
    """The whole text as Markdown: a section for each question that the run can answer."""
    results, gains = run.table("results.csv"), judged_gains(run)
    parts = ["# Discussion: can a rise be foreseen?", opening(run)]
    parts += [f"## {heading}\n\n{text}" for heading, text in _sections(run, results, gains).items() if text]
    return "\n\n".join(parts)


def judged_gains(run: SavedRnn) -> Gains:
    """The gains of a run, whose verdicts are corrected for the number of comparisons that the discussion makes."""
    gains = Gains(run.table("gains.csv"))
    _sections(run, run.table("results.csv"), gains)
    gains.correct()
    return gains


def _sections(run: SavedRnn, results: pd.DataFrame, gains: Gains) -> dict[str, str]:
    return {
        "Do the networks know more than a rule?": against_baselines(run, results, gains),
        "Which cell?": which_cell(results, gains, run.map_length),
        "How long a window?": which_length(results, gains),
        "What the random split hides": random_split(run, results, gains),
        "Why repeated windows matter": distinct_windows(run, results),
        "What does the net look at?": " ".join(filter(None, (what_it_looks_at(run), right_by_weekday(run)))),
        "Can the probabilities be believed?": calibration(run, results, gains),
        "What the map shows": map_extremes(run),
        "What came of the map": what_came(run),
        "What these numbers cannot say": limits(run, results, gains),
    }


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
    """The cell that the validation cut of one split chose, the baseline that does best in its test, and the gain."""

    cell: str
    baseline: str
    difference: Gain


def best_matches(run: SavedRnn, results: pd.DataFrame, gains: Gains | None = None) -> dict[str, Match]:
    """The match of every split that was run, at the map's length."""
    gains = gains or judged_gains(run)
    length = run.map_length
    matches = {}
    for split in splits_in(results):
        cell = chosen_cell(results, length, split)
        baseline = best_of(results, baselines_in(results), length, split, "accuracy")
        if cell and baseline:
            matches[split] = Match(cell, baseline, gains(cell, baseline, length, split, "accuracy"))
    return matches


def against_baselines(run: SavedRnn, results: pd.DataFrame, gains: Gains) -> str:
    """The main question, split by split at the map's length: the answer first, then its numbers."""
    length = run.map_length
    matches = best_matches(run, results, gains)
    if not matches:
        return ""
    details = [_one_split(results, gains, length, split, match) for split, match in matches.items()]
    answer = _answer(matches, length)
    if "reversal" in baselines_in(results):
        answer += " (The reversal rule below: what fell yesterday rises today, and nothing else does.)"
    return "\n\n".join([answer, *details])


def _answer(matches: dict[str, Match], length: int) -> str:
    """In plain words: does the cell chosen on each split beat the best baseline there?"""
    verdicts = [match.difference.verdict for match in matches.values()]
    above = [SPLIT_PHRASES[split] for split, match in matches.items() if match.difference.verdict == "above"]
    not_above = _not_above({split: match for split, match in matches.items() if match.difference.verdict != "above"})
    if not above:
        return (
            f"No. At L = {length} the cell chosen on the validation cut beats the best baseline nowhere: {not_above}."
        )
    if set(verdicts) != {"above"}:
        return f"In part. At L = {length} the chosen cell beats the best baseline {listed(above)}, but {not_above}."
    largest = max(match.difference.value for match in matches.values())
    size = "by a few points" if largest < 0.05 else "clearly"
    where = f"{listed(above)}, beyond what noise explains"
    return f"Yes, {size}: at L = {length} the chosen cell beats the best baseline {where}."


def _not_above(matches: dict[str, Match]) -> str:
    """Where the chosen cell does not beat the best baseline, and how; splits with one answer share it."""
    splits: dict[str, list[str]] = {}
    for split, match in matches.items():
        words = {"below": "falls short of", "uncertain": "is not reliably above or below"}
        how = words.get(match.difference.verdict, "is within noise of")
        splits.setdefault(f"the chosen cell {how} {the(match.baseline)}", []).append(SPLIT_PHRASES[split])
    return "; ".join(f"{listed(phrases)} {answer}" for answer, phrases in splits.items())


def _one_split(results: pd.DataFrame, gains: Gains, length: int, split: str, match: Match) -> str:
    """Accuracy of the chosen cell beside every baseline, then the same question asked of the ranking (AUC)."""
    cell, baselines = match.cell, baselines_in(results)
    levels = [f"{the(model)} {percent(mean_of(results, model, length, split, 'accuracy'))}" for model in baselines]
    text = (
        f"**{sentence(SPLIT_PHRASES[split])}**, {the(cell)} is right on "
        f"{percent(mean_of(results, cell, length, split, 'accuracy'))} of the test windows; {listed(levels)}. Compared "
        f"with the best baseline, {the(match.baseline)}, that is {interval(match.difference)}, "
        f"{counts_as(match.difference)}."
    )
    if match.baseline != "reversal" and "reversal" in baselines:
        over_rule = gains(cell, "reversal", length, split, "accuracy")
        text += f" Against the reversal rule it is {interval(over_rule)}, {counts_as(over_rule)}."
    rival = best_of(results, baselines, length, split, "auc")
    if rival:
        in_auc = gains(cell, rival, length, split, "auc")
        text += (
            f" In ranking the windows from unlikely to likely, it reaches an AUC of "
            f"{mean_of(results, cell, length, split, 'auc'):.3f} against "
            f"{mean_of(results, rival, length, split, 'auc'):.3f} of {the(rival)} ({interval(in_auc)}, "
            f"{counts_as(in_auc)})."
        )
    return text


def which_cell(results: pd.DataFrame, gains: Gains, length: int) -> str:
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
        difference = gains(first, last, length, split, "auc")
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
        return "That is no ranking: other countries or days may well reverse the order."
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


def which_length(results: pd.DataFrame, gains: Gains) -> str:
    """AUC against L, averaged over the cells, on every split."""
    lengths = sorted(int(length) for length in results["length"].unique())
    if len(lengths) < 2:
        return ""
    cells = cells_in(results)
    whose = f"averaged over the {number(len(cells))} cells" if len(cells) > 1 else f"of the {MODEL_NAMES[cells[0]]}"
    told = [_length_on(results, gains, lengths, split, whose) for split in splits_in(results)]
    if not any(told):
        return ""
    start = "Every length is asked about the same country-days, so L changes what is known and not what is asked."
    return " ".join([start, *filter(None, told)])


def _length_on(results: pd.DataFrame, gains: Gains, lengths: list[int], split: str, whose: str) -> str:
    """One split: the levels, the change from the shortest to the longest window, and the largest step."""
    level = {
        length: float(np.mean([mean_of(results, cell, length, split, "auc") for cell in cells_in(results)]))
        for length in lengths
    }
    if not np.isfinite(list(level.values())).all():  # only one class occurs in the test part
        return ""

    def gain(long: int, short: int) -> Gain:
        return gains(CELLS_MEAN, CELLS_MEAN, long, split, "auc", other_length=short)

    whole = gain(lengths[-1], lengths[0])
    text = (
        f"{sentence(SPLIT_PHRASES[split])}, the AUC {whose} is "
        f"{listed([f'{level[length]:.3f} at L = {length}' for length in lengths])}; from the shortest to the longest "
        f"window it changes by {interval(whole)}, {counts_as(whole)}."
    )
    if len(lengths) > 2:
        short, long = max(pairwise(lengths), key=lambda step: level[step[1]] - level[step[0]])
        step = gain(long, short)
        text += f" The largest single step is from L = {short} to {long}, {interval(step)}, {counts_as(step)}."
    return text
