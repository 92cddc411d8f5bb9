"""The picture for docs/04-broadcasting.md: copied forward, summed backward."""

from pathlib import Path

import numpy as np

from ..style import figure, headline
from .grids import BLUE, GREEN, ORANGE, arrow, grid, note, sheet, tint

COLUMNS = [tint(ORANGE), tint(BLUE), tint(GREEN)]


def plot_broadcasting(path: Path) -> None:
    """Forward, a row of three numbers is copied to two rows; backward, the columns of g are added."""
    b, g = np.array([[10, 20, 30]]), np.array([[1, 2, 3], [0.5, 0.5, 0.5]])
    with figure(path, 7.2, 3.0) as fig:
        headline(fig, "What was copied forward is summed backward")
        axes = sheet(fig, 21, 7.6)
        note(axes, 5, 0.5, "forward: b (3,) beside x (2, 3)")
        grid(axes, 3.5, 1.3, b, [COLUMNS])
        grid(axes, 3.5, 4.2, np.repeat(b, 2, axis=0), [COLUMNS] * 2)
        note(axes, 2.9, 1.8, "b")
        note(axes, 2.5, 5.2, "as if")
        note(axes, 16, 0.5, "backward: g (2, 3), and b is owed (3,)")
        grid(axes, 14.5, 1.3, g, [COLUMNS] * 2)
        grid(axes, 14.5, 5.2, g.sum(0)[None], [COLUMNS])
        note(axes, 13.9, 2.3, "g")
        note(axes, 13.4, 5.7, "dL/db")
        for k in range(3):
            arrow(axes, (4 + k, 2.35), (4 + k, 4.15))
            arrow(axes, (15 + k, 3.35), (15 + k, 5.15))
        note(axes, 7.3, 3.25, "copy")
        note(axes, 18.2, 4.25, "sum")
        note(axes, 10.5, 7.1, "each number of b influences the loss through both of its copies, so both pay it back", 8)
