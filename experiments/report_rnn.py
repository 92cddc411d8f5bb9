"""Everything that is drawn or said from the CSV files of a run of problem 1."""

from pathlib import Path

def draw_everything(folder: Path) -> None:
    pass
