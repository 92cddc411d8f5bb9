"""The finding of a figure in one line, told for every split that was run."""

import pandas as pd

from experiments.rnn.gains import CELLS_MEAN, Gains
from experiments.rnn.summary import baselines_in, best_of, chosen_cell, splits_in
from experiments.rnn.words import MODEL_NAMES, SPLIT_PHRASES, interval, the


def length_finding(results: pd.DataFrame, gains: Gains) -> str:
    """What going from the shortest to the longest L does to the mean AUC of the cells, split by split."""
    lengths = sorted(int(length) for length in results["length"].unique())
    short, long = lengths[0], lengths[-1]
    if short == long:
        return f"One window length was run, L = {short} days"
    told = []
    for split in splits_in(results):
        change = gains(CELLS_MEAN, CELLS_MEAN, long, split, "auc", other_length=short)
        told.append(f"{interval(change) if change.verdict != 'undefined' else 'undefined'} {SPLIT_PHRASES[split]}")
    return f"L = {long} instead of {short} days changes the mean AUC of the cells by {', '.join(told)}"


def headline_finding(results: pd.DataFrame, gains: Gains, length: int) -> str:
    """The cell chosen on the validation cut against the best baseline in accuracy, split by split, whoever wins."""
    told = []
    for split in splits_in(results):
        cell = chosen_cell(results, length, split)
        baseline = best_of(results, baselines_in(results), length, split, "accuracy")
        if cell and baseline:
            gain = gains(cell, baseline, length, split, "accuracy")
            told.append(f"{SPLIT_PHRASES[split]} {interval(gain)} ({MODEL_NAMES[cell]} against {the(baseline)})")
    return f"Accuracy of the chosen cell minus that of the best baseline, L = {length} days: {'; '.join(told)}"
