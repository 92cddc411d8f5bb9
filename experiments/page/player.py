"""A part of the page that a visitor plays with: what it shows and the data that its script works on.

The script finds the part by its name and makes it visible; without JavaScript, and in print, it stays hidden.
"""

import base64
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Player:
    """``name`` is that of its script, ``text`` Markdown, ``data`` JSON values."""

    kind: ClassVar[str] = "player"
    name: str
    heading: str
    text: str
    data: dict[str, Any]


def packed(array: np.ndarray, deflated: bool = False) -> dict[str, Any]:
    """An array of float32, int8 or uint8 as the scripts read it (numbers.js): little-endian bytes in base64."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    content = zlib.compress(little.tobytes(), 9) if deflated else little.tobytes()
    facts = {"type": little.dtype.str, "shape": list(little.shape), "data": base64.b64encode(content).decode()}
    return facts | {"deflated": True} if deflated else facts
