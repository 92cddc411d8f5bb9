"""What the nets of the map look at: the mean slope of their answer in each of the last days."""

import os

import pandas as pd

from experiments.rnn.discussion.influence import influence_finding
from experiments.rnn.summary import cells_in
from experiments.rnn.words import MODEL_NAMES
from experiments.style import GREY, MODEL_COLOURS, MODEL_MARKERS, figure, headline


def plot_influence(influence: pd.DataFrame, path: str | os.PathLike[str], *, model: str, simulated: bool) -> None:
    """Left the mean slope, with its sign; right its mean size. ``influence`` has the columns of influence.csv."""
    with figure(path, 9.2, 4.0, simulated=simulated) as fig:
        headline(fig, influence_finding(influence, model))
        signed, size = fig.subplots(1, 2)
        signed.axhline(0, color=GREY, linewidth=1.1)
        for cell in cells_in(influence):
            rows = influence[influence["model"] == cell].sort_values("days_back")
            look = {"color": MODEL_COLOURS[cell], "marker": MODEL_MARKERS[cell], "markersize": 4}
            signed.plot(rows["days_back"], rows["slope"], **look)
            size.plot(rows["days_back"], rows["size"], **look, label=MODEL_NAMES[cell])
        signed.set_ylabel("mean slope (logit per e-fold of cases)")
        size.set_ylabel("mean size of the slope (same unit)")
        size.set_ylim(0)
        size.legend(loc="upper left")
        for axes in (signed, size):
            axes.set_xlabel("days before the one that is asked about")
            axes.set_xticks(sorted(influence["days_back"].unique()))
            axes.invert_xaxis()  # time runs to the right
