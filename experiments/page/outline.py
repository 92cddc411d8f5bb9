"""Outlines of few bytes: a coast's short curves as straight lines between whole numbers.

On a map that is 2,754 units wide a unit is less than half a pixel of any screen, so nothing is seen of it.
"""

import re
from itertools import pairwise

KNOWN = re.compile(r"[MmLlHhVvCcZz0-9eE\s,.+-]+")
TOKEN = re.compile(r"[A-DF-Za-df-z]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
NUMBERS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6}  # that a command takes, and takes again
Point = tuple[float, float]


def simplified(data: str, digits: int = 0) -> str:
    """SVG path data as lines with coordinates of ``digits`` decimals; unchanged if it holds arcs or the like.

    Rounded are the places, not the steps between them, so errors do not add up. Shapes that become a point vanish.
    """
    if not KNOWN.fullmatch(data):
        return data
    return "".join(_written(points, closed, digits) for points, closed in _shapes(TOKEN.findall(data)))


def _shapes(tokens: list[str]) -> list[tuple[list[Point], bool]]:
    """The corners of each shape, and whether it was closed."""
    shapes: list[tuple[list[Point], bool]] = []
    here, start, command, i = (0.0, 0.0), (0.0, 0.0), "", 0
    while i < len(tokens):
        if tokens[i].isalpha():
            command, i = tokens[i], i + 1
        if command in "zZ":
            shapes[-1] = (shapes[-1][0], True)
            here, command = start, "m" if i < len(tokens) and not tokens[i].isalpha() else command
            continue
        count = NUMBERS[command.lower()]
        numbers = [float(token) for token in tokens[i : i + count]]
        i += count
        here = _end(command, numbers, here)
        if command in "mM":
            start, command = here, "l" if command == "m" else "L"
            shapes.append(([here], False))
        else:
            if shapes[-1][1]:  # what follows a closed shape without a move begins another one there
                shapes.append(([start], False))
            shapes[-1][0].append(here)
    return shapes


def _end(command: str, numbers: list[float], here: Point) -> Point:
    """Where a command leads to from here."""
    base = here if command.islower() else (0.0, 0.0)
    if command in "hH":
        return base[0] + numbers[0], here[1]
    if command in "vV":
        return here[0], base[1] + numbers[0]
    return base[0] + numbers[-2], base[1] + numbers[-1]


def _written(points: list[Point], closed: bool, digits: int) -> str:
    scale = 10**digits
    rounded = [(round(x * scale), round(y * scale)) for x, y in points]
    corners = [point for i, point in enumerate(rounded) if i == 0 or point != rounded[i - 1]]
    if len(corners) < 2:
        return ""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners)]
    lines = "".join(_pair(dx / scale, dy / scale, first=i == 0) for i, (dx, dy) in enumerate(steps))
    return f"M{corners[0][0] / scale:g},{corners[0][1] / scale:g}l{lines}{'z' * closed}"


def _pair(x: float, y: float, first: bool) -> str:
    """Two numbers; a minus also parts them."""
    texts = [f"{x:g}", f"{y:g}"]
    space = "" if first or texts[0].startswith("-") else " "
    return space + texts[0] + ("" if texts[1].startswith("-") else ",") + texts[1]
