"""What problem 1 found, for the top of the page: a sentence for each split, and the world map."""

import pandas as pd

from experiments.page.study import Part, Story, WorldMap
from experiments.prose import percent, sentence
from experiments.rnn.discussion.findings import best_matches
from experiments.rnn.saved import SavedRnn
from experiments.rnn.summary import mean_of
from experiments.rnn.words import MODEL_NAMES, SPLIT_PHRASES, counts_as, interval, the
from experiments.rnn.world_map.svg import LEGEND
from experiments.rnn.world_map.table import checked, coverage, title

MAP_ANCHOR = "world-map"
WHERE = {
    "country": "In countries that no network has seen",
    "time": "On days after the last day of training",
}
SPLITS_TOLD = tuple(WHERE)  # the random split puts neighbours of the training windows into the test set


def story(run: SavedRnn) -> Story:
    """The findings and the map, as far as the run has them."""
    return Story(_findings(run), _map(run))


def story_splits(results: pd.DataFrame) -> tuple[str, ...]:
    """The splits to tell first; any other only where the run has neither."""
    there = tuple(dict.fromkeys(results["split"]))
    return tuple(split for split in SPLITS_TOLD if split in there) or there[:1]


def _findings(run: SavedRnn) -> tuple[str, ...]:
    """For each split the cell that the validation cut chose beside the best baseline, whoever wins."""
    if not run.has("results.csv"):
        return ()
    results = run.table("results.csv")
    matches = best_matches(run, results)
    sentences = []
    for split in story_splits(results):
        if split in matches:
            cell, rule, gain = matches[split].cell, matches[split].baseline, matches[split].difference
            right = {
                model: percent(mean_of(results, model, run.map_length, split, "accuracy")) for model in (cell, rule)
            }
            sentences.append(
                f"{WHERE.get(split, sentence(SPLIT_PHRASES[split]))}, {the(cell)}, chosen on a validation cut, is "
                f"right on **{right[cell]}** of the days and the best baseline, {the(rule)}, on **{right[rule]}** "
                f"({interval(gain)}, {counts_as(gain)})."
            )
    if sentences:
        sentences[0] = f"Will tomorrow bring {run.event}? {sentences[0]}"
    return tuple(sentences)


def _map(run: SavedRnn) -> tuple[Part, ...]:
    if not (run.has("world_map.csv") and run.has("world_map.svg")):
        return ()
    world = checked(run.table("world_map.csv"))
    heading = title(world, run.event, MODEL_NAMES[run.map_model], run.map_length)
    caption = "Point at a country, or touch it, for its probability and its last counts."
    return (WorldMap(MAP_ANCHOR, run.folder / "world_map.svg", heading, coverage(world), LEGEND, caption),)
