"""The shapes, bins and tooltips of a run's world map, read from its SVG, for the page to draw anew.

The SVG's own style sheet would restyle the page, and nothing else that the file may hold belongs there. So only what is
known to be harmless is taken: path data, circles, transforms, the number of a country's bin and its tooltip.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from experiments.runs.folder import UsageError
from experiments.runs.saved import read_text

PATH_DATA = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE\s,.+-]+")
NUMBERS = re.compile(r"[0-9eE\s.+-]+")
TRANSFORM = re.compile(r"((translate|matrix)\([0-9eE\s,.+-]+\)\s*)*")


class Outline(NamedTuple):
    """An SVG path: its data and the transforms that move it, "" for none."""

    data: str
    transform: str


class Circle(NamedTuple):
    """A circle that makes a small island visible."""

    cx: str
    cy: str
    r: str


class Area(NamedTuple):
    """A country: the number of its bin, its tooltip, its shapes."""

    bin: int
    note: str
    paths: list[Outline]
    circles: list[Circle]


class MapShapes(NamedTuple):
    """A map's view box and its countries."""

    view_box: str
    countries: list[Area]


def read_map(path: Path) -> MapShapes:
    """The map in an SVG that ``experiments.rnn.world_map.svg`` wrote; UsageError if the file is no such map."""
    try:
        root = ElementTree.fromstring(read_text(path))
        countries = list(_countries(root))
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise UsageError(f"{path}: not an SVG ({error}); draw the run's figures again") from None
    inner = next((svg for svg in root.iter() if _name(svg) == "svg" and svg is not root), None)
    box = inner.get("viewBox", "") if inner is not None else ""
    if not countries or not NUMBERS.fullmatch(box):
        raise UsageError(f"{path}: holds no countries; draw the run's figures again")
    return MapShapes(box, countries)


def _countries(root: ElementTree.Element) -> Iterator[Area]:
    for group in root.iter():
        words = group.get("class", "").split()
        number = next((int(word[-1]) for word in words if re.fullmatch(r"color-[0-8]", word)), None)
        if _name(group) == "g" and "country" in words and number is not None:
            note = "".join(child.text or "" for child in group if _name(child) == "title")
            yield Area(number, note, list(_paths(group, "")), list(_circles(group)))


def _paths(element: ElementTree.Element, outer: str) -> Iterator[Outline]:
    """Every path at or below an element, with the transforms on the way down to it."""
    own = element.get("transform", "")
    transform = f"{outer} {own}".strip() if TRANSFORM.fullmatch(own) else outer
    if _name(element) == "path" and PATH_DATA.fullmatch(element.get("d", "")):
        yield Outline(element.get("d", ""), transform)
    for child in element:
        yield from _paths(child, transform)


def _circles(group: ElementTree.Element) -> Iterator[Circle]:
    for element in group.iter():
        circle = Circle(*(element.get(name, "") for name in Circle._fields))
        if _name(element) == "circle" and all(map(NUMBERS.fullmatch, circle)):
            yield circle


def _name(element: ElementTree.Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
