"""Everything that is drawn or said about a run of problem 1, made again from its saved tables alone."""

import os

from experiments.rnn.discussion.findings import write_discussion
from experiments.rnn.figures.draw import draw_figures, draw_narrow_charts
from experiments.rnn.markdown_tables import write_tables
from experiments.rnn.saved import open_run
from experiments.rnn.world_map.film import write_film
from experiments.rnn.world_map.svg import write_world_map


def redraw(run_folder: str | os.PathLike[str]) -> str:
    """Write figures, world map, tables and discussion into a run folder; return the map's line of coverage."""
    run = open_run(run_folder)
    draw_figures(run)
    draw_narrow_charts(run)
    covered = write_world_map(run) if run.has("world_map.csv") else "no map: the run has no world_map.csv"
    write_film(run)
    write_tables(run)
    write_discussion(run_folder)
    return covered
