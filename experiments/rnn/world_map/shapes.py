"""The outlines of the countries, read from the SVG that a map package brings, as matplotlib paths.

SVG path data is a little language of pen strokes (W3C, "Scalable Vector Graphics 1.1", section 8.3): a letter says
what to do, capital for absolute places and small for places relative to the pen, and the numbers say where. Only
the strokes that the map packages use are known here. Points are complex numbers x + yi, so that "relative to the
pen" is a sum.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Z": 0}


def country_shapes(svg_map: str) -> dict[str, list[Path]]:
    """Outlines by country code, in the units of the SVG (y points down)."""
    shapes: dict[str, list[Path]] = {}
    for element in ElementTree.fromstring(svg_map).iter():
        words = element.get("class", "").split()
        if "country" in words:
            shapes.setdefault(words[0], []).extend(_outlines(element, Affine2D()))
    return shapes


def view_box(svg_map: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of the part of the plane that the SVG shows."""
    left, top, width, height = map(float, NUMBER.findall(ElementTree.fromstring(svg_map).attrib["viewBox"]))
    return left, top, width, height


def parse_path(strokes: str) -> Path:
    """An SVG path's ``d`` attribute as a matplotlib path; raises ValueError for a stroke that is not known."""
    points: list[complex] = []
    codes: list[np.uint8] = []
    pen = start = handle = 0j  # handle: the second control point of the curve just drawn
    for command, numbers in _strokes(strokes):
        origin = pen if command.islower() else 0j
        at = [origin + complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
        kind = command.upper()
        if kind == "Z":
            points.append(start)
            codes.append(Path.CLOSEPOLY)
            pen = handle = start
            continue
        if kind == "H":
            at = [complex(origin.real + numbers[0], pen.imag)]
        elif kind == "V":
            at = [complex(pen.real, origin.imag + numbers[0])]
        elif kind == "S":
            at = [2 * pen - handle, *at]  # a smooth curve leaves in the direction in which the last one arrived
        code = {"M": Path.MOVETO, "C": Path.CURVE4, "S": Path.CURVE4}.get(kind, Path.LINETO)
        points += at
        codes += [code] * len(at)
        pen = at[-1]
        handle = at[-2] if code == Path.CURVE4 else pen
        start = pen if kind == "M" else start
    vertices = np.array([(point.real, point.imag) for point in points], dtype=np.float64).reshape(-1, 2)
    return Path(vertices, codes)


def _outlines(element: ElementTree.Element, outer: Transform) -> Iterator[Path]:
    """Every path and circle at or below ``element``, moved by the transforms on the way down to it."""
    transform = _transform(element.get("transform", "")) + outer
    kind = element.tag.rpartition("}")[2]
    if kind == "path":
        yield parse_path(element.attrib["d"]).transformed(transform)
    elif kind == "circle":
        x, y, radius = (float(element.get(name, 0)) for name in ("cx", "cy", "r"))
        yield Path.circle((x, y), radius).transformed(transform)
    for child in element:
        yield from _outlines(child, transform)


def _transform(text: str) -> Affine2D:
    name, numbers = text.partition("(")[0].strip(), [float(number) for number in NUMBER.findall(text)]
    if not text:
        return Affine2D()
    if name == "translate":
        return Affine2D().translate(numbers[0], numbers[1] if len(numbers) > 1 else 0.0)
    if name == "matrix":
        return Affine2D.from_values(*numbers)
    raise ValueError(f"map shapes: unknown transform {text!r}; expected translate(...) or matrix(...)")


def _strokes(text: str) -> Iterator[tuple[str, list[float]]]:
    """Split path data into single strokes: a letter followed by several sets of numbers repeats itself."""
    for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", re.sub(r"(?<=\d)[eE](?=[-+\d])", "E", text)):
        size = ARGUMENTS.get(command.upper())
        numbers = [float(number) for number in NUMBER.findall(rest)]
        if size is None:
            raise ValueError(f"map shapes: unknown path command {command!r} in {text[:40]!r}")
        if size == 0:
            yield command, []
            continue
        if not numbers or len(numbers) % size:
            raise ValueError(
                f"map shapes: {command!r} takes {size} numbers at a time, got {len(numbers)}: {rest[:40]!r}"
            )
        for first in range(0, len(numbers), size):
            yield command, numbers[first : first + size]
            # Further pairs after "move to" mean "line to".
            command = {"M": "L", "m": "l"}.get(command, command)
