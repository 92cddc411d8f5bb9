"""The world map once more as a PNG, for readers whose viewer shows no SVG: same shapes, colours and legend.

pygal's own PNG needs the cairo library on the system; here matplotlib draws the package's outlines.
"""

import os
import textwrap

import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.patches import Patch

from experiments.rnn.world_map.shapes import country_shapes, view_box
from experiments.style import figure, headline


def plot_world_map(
    table: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    svg_map: str,
    heading: str,
    note: str,
    legend: dict[str, str],
    no_data: tuple[str, str],
    simulated: bool,
) -> None:
    """Fill each country's shape with the colour of its bin.

    ``table`` has columns code, drawn and bin (its place in ``legend``, which maps labels to colours); shapes of
    countries that are not drawn get ``no_data``'s colour. ``note`` stands under the map.
    """
    colours = list(legend.values())
    drawn = table[table["drawn"] == "yes"]
    fill = {code: colours[number] for code, number in zip(drawn["code"], drawn["bin"], strict=True)}
    left, top, width, height = view_box(svg_map)
    with figure(path, 9.0, 6.7, simulated=simulated) as fig:
        headline(fig, heading)
        # Legend and note have a row of their own: a map that keeps its proportions leaves them no fixed place.
        axes, below = fig.subplots(2, 1, height_ratios=(6.4, 1))
        for code, outlines in country_shapes(svg_map).items():
            colour = fill.get(code, no_data[1])
            axes.add_collection(PathCollection(outlines, facecolors=colour, edgecolors="#444444", linewidths=0.25))
        axes.set_xlim(left, left + width)
        axes.set_ylim(top + height, top)  # y points down in SVG
        axes.set_aspect("equal")
        axes.set_axis_off()
        handles = [
            Patch(facecolor=colour, edgecolor="#444444", linewidth=0.4, label=label)
            for label, colour in (*legend.items(), no_data)
        ]
        below.set_axis_off()
        below.legend(
            handles=handles, loc="upper center", ncols=len(handles), columnspacing=1.2, title="probability of a rise"
        )
        below.text(0.005, 0.0, textwrap.fill(note, 150), va="bottom", fontsize=7, color="#333333")
