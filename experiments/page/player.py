"""A part of the page that a visitor plays with: what it shows and the data that its script works on.

The script finds the part by its name and makes it visible. Without JavaScript, and in print, a still part of the page
stands in its place.

Arrays travel as text of base 85: five letters for four bytes, where base 64 needs five and a third.
"""

import base64
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

# The digits of `base64.b85encode`, but for three that HTML would have to escape.
SAFE = bytes.maketrans(b"<>&", b",./")


@dataclass(frozen=True)
class Player:
    """``name`` is that of its script, ``text`` Markdown, ``data`` JSON values; ``still`` is the part that stands in."""

    kind: ClassVar[str] = "player"
    name: str
    heading: str
    text: str
    data: dict[str, Any]
    still: Any


def packed(array: np.ndarray, *, step: float | None = None, deflated: bool = False) -> dict[str, Any]:
    """An array of float32, int32, int16, int8 or uint8 as the scripts read it (numbers.js), in little-endian bytes.

    Args:
        step: the scripts get ``step`` times the values, as floats.
        deflated: compress it, first the low bytes of all numbers, then the high ones, which are alike.
    """
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    content = little.tobytes()
    if deflated:
        planes = np.frombuffer(content, np.uint8).reshape(-1, little.itemsize).T
        content = zlib.compress(planes.tobytes(), 9)
    text = base64.b85encode(content, pad=True).translate(SAFE).decode()
    facts: dict[str, Any] = {"type": little.dtype.str, "shape": list(little.shape), "bytes": len(content), "data": text}
    if step is not None:
        facts["step"] = step
    return facts | {"deflated": True} if deflated else facts
