"""Everything that is drawn or said about a run of problem 1, made again from its saved tables alone."""

import os

from experiments.discussion_rnn import write_discussion
from experiments.figures.rnn import draw_figures
from experiments.saved_rnn import open_run
from experiments.tables_rnn import write_tables
from experiments.world_map import write_world_map


def redraw(run_folder: str | os.PathLike[str]) -> str:
    """Write figures, world map, tables and discussion into a run folder; return the map's line of coverage."""
    run = open_run(run_folder)
    draw_figures(run)
    covered = write_world_map(run) if run.has("world_map.csv") else "no map: the run has no world_map.csv"
    write_tables(run)
    write_discussion(run_folder)
    return covered
