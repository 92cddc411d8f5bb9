"""The run's world map as part of the page: shapes, bins and tooltips taken from its SVG, and nothing else.

The SVG's own style sheet would restyle the page, and whatever else a file holds has no business there; so the map is
built anew from what is known to be harmless. Its colours and its legend are the page's own (`legend`, `map_css`).
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from experiments.rnn.world_map.svg import COLOURS, NO_DATA_COLOUR
from experiments.run_folder import UsageError

PATH_DATA = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE\s,.+-]+")
NUMBERS = re.compile(r"[0-9eE\s.+-]+")


def inline_map(path: Path, label: str) -> str:
    """An ``<svg>`` element for HTML; UsageError if the file is no map of ours.

    Args:
        path: the SVG that ``experiments.rnn.world_map.svg`` wrote.
        label: what a screen reader says of the map as a whole.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        raise UsageError(f"{path}: not an SVG ({error}); make the run's figures again") from None
    countries = list(_countries(root))
    inner = next((svg for svg in root.iter() if _name(svg) == "svg" and svg is not root), None)
    box = inner.get("viewBox", "") if inner is not None else ""
    if not countries or not NUMBERS.fullmatch(box):
        raise UsageError(f"{path}: holds no countries; make the run's figures again")
    return f'<svg viewBox="{box}" role="img" aria-label="{escape(label)}">\n{"".join(countries)}</svg>'


def legend(labels: tuple[str, ...]) -> str:
    """A list of the bins, each with a swatch of its colour."""
    swatch = (
        '<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect class="bin-{}" width="1" height="1"/></svg>'
    )
    rows = (f"<li>{swatch.format(number)}{escape(label)}</li>" for number, label in enumerate(labels))
    return f'<ul class="legend">{"".join(rows)}</ul>'


def map_css() -> str:
    """One rule a bin, in the colours of the SVG."""
    return "".join(f".bin-{number}{{fill:{colour}}}\n" for number, colour in enumerate((*COLOURS, NO_DATA_COLOUR)))


def _countries(root: ElementTree.Element) -> Iterator[str]:
    """Each country as a group with its bin, its tooltip and its outlines."""
    for group in root.iter():
        words = group.get("class", "").split()
        number = next((word.removeprefix("color-") for word in words if re.fullmatch(r"color-[0-8]", word)), None)
        if _name(group) == "g" and "country" in words and number is not None:
            note = "".join(child.text or "" for child in group if _name(child) == "title")
            shapes = "".join(map(_shape, group.iter()))
            yield f'<g class="bin-{number}"><title>{escape(note)}</title>{shapes}</g>\n'


def _shape(element: ElementTree.Element) -> str:
    """A path, or the circle that makes a small island visible; "" for anything else."""
    if _name(element) == "path" and PATH_DATA.fullmatch(element.get("d", "")):
        return f'<path d="{element.get("d")}"/>'
    numbers = {name: element.get(name, "") for name in ("cx", "cy", "r")}
    if _name(element) == "circle" and all(map(NUMBERS.fullmatch, numbers.values())):
        return '<circle cx="{cx}" cy="{cy}" r="{r}"/>'.format_map(numbers)
    return ""


def _name(element: ElementTree.Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
