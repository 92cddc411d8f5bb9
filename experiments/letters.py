"""Text from data files in letters that every viewer can show.

A name may hold anything: control characters make an SVG invalid, a lone surrogate cannot be written as UTF-8, and a
script that the figures' font lacks comes out as boxes. `readable` is for text that a browser shows with its own fonts,
`drawable` for text that becomes pixels.
"""

import re
from functools import cache
from pathlib import Path

import matplotlib
from anyascii import anyascii
from matplotlib.font_manager import get_font

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONT = FONTS / "DejaVuSans.ttf"  # comes with matplotlib, so every machine draws the same letters
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # all but tab and newline
SURROGATES = r"\ud800-\udfff"
NONCHARACTERS = r"\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
# Left-to-right and right-to-left marks: one of them in a name reverses the text that follows it.
DIRECTION_MARKS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
HARMFUL = re.compile(f"[{CONTROL}{SURROGATES}{NONCHARACTERS}{DIRECTION_MARKS}]")


def readable(text: str) -> str:
    r"""The text with � for each control character, lone surrogate, noncharacter and direction mark.

    >>> readable("Fi\x07ji\n"), readable("\ud800")
    ('Fi�ji\n', '�')
    """
    return HARMFUL.sub(UNKNOWN, text)


def drawable(text: str) -> str:
    """The text in letters that the figures' font has; others are transliterated into ASCII, or � where that fails.

    >>> drawable("Côte d'Ivoire, 中国")
    "Côte d'Ivoire, ZhongGuo"
    """
    known = _letters_of_the_font()
    return "".join(
        letter if letter in known or letter == "\n" else anyascii(letter) or UNKNOWN for letter in readable(text)
    )


@cache
def _letters_of_the_font() -> frozenset[str]:
    return frozenset(map(chr, get_font(FONT).get_charmap()))
