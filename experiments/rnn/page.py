"""Problem 1 on the page: what each of its items asked, and which figures and numbers of the run answer it."""

from pathlib import Path

import pandas as pd

from data.atomic import visible_files
from experiments.markdown import table
from experiments.page.facts import command_of, data_facts, run_facts
from experiments.page.study import (
    Folded,
    Gallery,
    Highlights,
    Item,
    Part,
    Pointer,
    Study,
    discussion,
    figures_in,
    link_discussion,
)
from experiments.prose import escaped, percent
from experiments.rnn.markdown_tables import results_markdown, windows_markdown
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.story import MAP_ANCHOR, story, story_splits
from experiments.rnn.summary import chosen_cell, mean_of, over_seeds
from experiments.rnn.tomorrow import tomorrow
from experiments.rnn.words import MODEL_NAMES, SPLIT_NAMES, SPLIT_PHRASES
from experiments.rnn.world_map.table import checked, shown
from rnn.baselines import BASELINES
from rnn.classifier import CELLS
from rnn.splits import SPLITS

ACCURACIES = ("train_accuracy", "accuracy")
STRONGEST = 10  # pairs in the table of correlations
DISCUSSED = {  # headings of discussion.md by item
    "ii": ("Why repeated windows matter",),
    "iii": ("Do the networks know more than a rule?", "What the random split hides"),
    "iv": ("Which cell?", "How long a window?", "What does the net look at?"),
    "v": ("Can the probabilities be believed?", "What the map shows", "What came of the map"),
}


def study(folder: Path) -> Study:
    """Read a finished run folder of problem 1."""
    run = open_run(folder)
    figures = figures_in(folder)
    # In this order: the last one takes the figures that are left.
    answers = (_correlation, _windows, _accuracy, _cells, _map, _discussion)
    items = [answer(run, figures) for answer in answers]
    return Study(
        name="rnn",
        command=command_of(run.config, "rnn"),
        facts=_facts(run),
        story=story(run),
        highlights=_highlights(run),
        stamp="Simulated data: an invented epidemic, not real counts." if run.simulated else "",
        notes=tuple(run.config["notes"]),
        items=link_discussion(items, DISCUSSED),
        tables=tuple(visible_files(folder, "*.csv")),
    )


def _facts(run: SavedRnn) -> tuple[tuple[str, str], ...]:
    data, config = run.config["data"], run.config
    lengths = ", ".join(str(length) for length in config["lengths"])
    return (
        *data_facts(data),
        ("Counts", f"{data['countries']} countries, {data['days']} days, {data['first_day']} to {data['last_day']}"),
        ("Question", f"does tomorrow bring {run.event}?"),
        ("Trained", f"L = {lengths} days, {config['epochs']} epochs, seeds: {config['seeds']}"),
        *run_facts(config),
    )


def _highlights(run: SavedRnn) -> tuple[Highlights, ...]:
    """Test accuracy of the chosen cell and of the baselines, for each split that asks something new."""
    if not run.has("results.csv"):
        return ()
    results = run.table("results.csv")
    return tuple(
        Highlights(f"Test accuracy {SPLIT_PHRASES[split]}, L = {run.map_length} days", _accuracies(results, run, split))
        for split in story_splits(results)
    )


def _accuracies(results: pd.DataFrame, run: SavedRnn, split: str) -> tuple[tuple[str, str], ...]:
    means = {model: mean_of(results, model, run.map_length, split, "accuracy") for model in (*CELLS, *BASELINES)}
    cell = chosen_cell(results, run.map_length, split)
    names = {model: MODEL_NAMES[model] for model in reversed(BASELINES)}
    if cell:
        names = {cell: f"{MODEL_NAMES[cell]}, the chosen cell"} | names
    return tuple((percent(means[model]), name) for model, name in names.items() if not pd.isna(means[model]))


def _correlation(run: SavedRnn, figures: Gallery) -> Item:
    parts: list[Part] = [
        "Pearson's coefficient of the daily new cases, "
        "Correlation(X, Y) = Cov(X, Y) / (√Var(X) √Var(Y)), for every pair of countries."
    ]
    parts += figures.take(
        "correlation_all",
        "Heat map of the correlation coefficients of all pairs of countries, similar ones side by side",
        "Every pair of countries. Neighbours are similar; red is positive, blue negative, grey undefined.",
    )
    parts += figures.take(
        "correlation_dozen",
        "Heat map with numbers: the correlation coefficients of the countries with most new cases",
        "The same, large enough to read the numbers.",
    )
    if run.has("countries.csv"):
        parts.append(_strongest_pairs(run.table("countries.csv")))
    return Item(
        "i", "Correlation of two countries",
        "Compute the correlation coefficient between two countries and plot it for all pairs.", tuple(parts),
    )  # fmt: skip


def _strongest_pairs(countries: pd.DataFrame) -> str:
    """The highest coefficients; a pair that is each other's best partner is one row."""
    ranked = countries.dropna(subset="correlation").sort_values("correlation", ascending=False, kind="stable")
    pairs: dict[frozenset[str], float] = {}
    for country, partner, correlation in zip(ranked["country"], ranked["partner"], ranked["correlation"], strict=True):
        pairs.setdefault(frozenset((country, partner)), correlation)
    rows = [[*(escaped(name) for name in sorted(pair)), f"{correlation:.3f}"] for pair, correlation in pairs.items()][
        :STRONGEST
    ]
    return "The strongest pairs of best partners:\n\n" + table(["country", "partner", "correlation"], rows, "llr")


def _windows(run: SavedRnn, figures: Gallery) -> Item:
    parts: list[Part] = []
    if run.has("countries.csv"):
        countries = run.table("countries.csv")
        inside = int((countries["in_c"] == "yes").sum())
        parts.append(
            f"C holds the {inside} of {len(countries)} countries that correlate above {run.threshold:g} with at least "
            f"one other. Each run of L days of a country of C is a sequence; its label is 1 if the day after it brings "
            f"{run.event}."
        )
    parts += figures.take(
        "threshold",
        "Left: size of the set C against the threshold. Right: the countries left out, by their best correlation",
        "How many countries the threshold keeps, and the best correlation of those that it leaves out.",
    )
    if kept := run.config.get("kept"):
        parts.append(
            f"The models are asked about {kept['pairs']:,} pairs of country and day, the same for every L; "
            f"{percent(kept['rises'] / kept['pairs'])} of them are a rise. The tables below count each L by itself."
        )
    if run.has("windows.csv"):
        windows = run.table("windows.csv")
        own = windows[windows["threshold"].round(9) == round(run.threshold, 9)]
        if len(own):
            parts.append("Sequences at the run's threshold:\n\n" + windows_markdown(own))
        parts.append(Folded("Sequences at every threshold", windows_markdown(windows)))
    return Item(
        "ii", "The set C and sequences of length L",
        "Collect the countries that correlate highly with another one in a set C, set an interval L, cut every series "
        "of C into sequences of L days, and label each by whether the next day increases.", tuple(parts),
    )  # fmt: skip


def _accuracy(run: SavedRnn, figures: Gallery) -> Item:
    parts: list[Part] = []
    if run.has("results.csv"):
        parts.append(_accuracy_table(over_seeds(run.table("results.csv")), run.map_length))
    for split in SPLITS:
        parts += figures.take(
            f"curves_{split}",
            f"Loss and accuracy by epoch of each cell on training and test windows, split {SPLIT_NAMES[split]}",
            f"Loss and accuracy over the epochs, split {SPLIT_NAMES[split]}, with the baselines as grey lines.",
        )
    return Item(
        "iii", "A recurrent network: accuracy of training and test",
        "Build a recurrent neural network that predicts the label of a sequence, and show the accuracy of training "
        "and test.",
        tuple(parts),
    )  # fmt: skip


def _accuracy_table(summary: pd.DataFrame, length: int) -> str:
    """Training and test accuracy of the plain RNN and of the baselines that it has to beat."""
    here = summary[summary["length"] == length].set_index(["model", "split", "metric"])["mean"]
    rows = [
        [SPLIT_NAMES[split], MODEL_NAMES[model], *(_percent(here.get((model, split, metric))) for metric in ACCURACIES)]
        for split in SPLITS
        for model in ("rnn", *BASELINES)
        if (model, split, "accuracy") in here.index
    ]
    header = ["split", "model", "training", "test"]
    return f"Accuracy at L = {length} days, mean over the seeds:\n\n" + table(header, rows, "llrr")


def _percent(value: float | None) -> str:
    return "–" if value is None or pd.isna(value) else percent(value)


def _cells(run: SavedRnn, figures: Gallery) -> Item:
    parts: list[Part] = []
    parts += figures.take(
        "headline",
        "Test accuracy and AUC of every model with its spread over seeds, a column of panels for each split",
        f"Every model at L = {run.map_length}, beside the baselines; bars are one standard deviation over seeds.",
    )
    parts += figures.take(
        "lengths",
        "Test scores against the window length L, a line for each cell, a column of panels for each split",
        "The effect of L. Every length is asked about the same pairs of country and day.",
    )
    parts += figures.take(
        "influence",
        "Mean slope of each cell's answer in each of the last days, with its sign and its size",
        "What the nets look at: the slope of the logit in the logarithm of each day's count.",
    )
    parts += figures.take(
        "confusion",
        f"Confusion matrices of the {MODEL_NAMES[run.map_model]}, one for each split",
        "How often each answer was right: what happened by row, what was predicted by column.",
    )
    if run.has("results.csv"):
        summary = over_seeds(run.table("results.csv"))
        for split in SPLITS:
            here = summary[summary["split"] == split]
            if len(here):
                parts.append(Folded(f"All scores, {SPLIT_NAMES[split]}", results_markdown(here)))
    return Item(
        "iv", "LSTM and GRU, and the effect of L",
        "Implement different recurrent networks, LSTM and GRU, and change the interval L to analyse its effect.",
        tuple(parts),
    )  # fmt: skip


def _map(run: SavedRnn, figures: Gallery) -> Item:
    parts: list[Part] = []
    if run.has("world_map.csv"):
        world = checked(run.table("world_map.csv"))
        if run.has("world_map.svg"):
            parts.append(Pointer("The map stands at the top of this page.", MAP_ANCHOR))
        parts += tomorrow(run)
        parts.append(Folded(f"All {len(world)} countries", _probabilities(world)))
    parts += figures.take(
        "world_map_days",
        "An animation: the world map of the net's probabilities on several days of the test by time",
        "Days of the test by time, one after the other: the net was trained on the days before them. "
        "Grey countries were not asked about.",
    )
    parts += figures.take(
        "calibration",
        "Observed share of rises against predicted probability on the test windows, one panel for each split",
        "Calibration: on the diagonal, the predicted probability is the observed share of rises.",
    )
    return Item(
        "v", "Probabilities on a world map",
        "Compute the probability for each country and plot it on a world map with pygal.", tuple(parts),
    )  # fmt: skip


def _probabilities(world: pd.DataFrame) -> str:
    ranked = world.sort_values("probability", ascending=False, kind="stable")
    rows = [
        [escaped(country), _shown(probability), escaped(days.replace(" ", ", "))]
        for country, probability, days in zip(
            ranked["country"], ranked["probability"], ranked["last_days"], strict=True
        )
    ]
    return table(["country", "probability of a rise", "new cases in the last days"], rows, "lrr")


def _shown(probability: float) -> str:
    return "–" if pd.isna(probability) else shown(probability)


def _discussion(run: SavedRnn, figures: Gallery) -> Item:
    return Item("vi", "Discussion", "Discuss the results.", (*discussion(run.folder), *figures.rest()))
