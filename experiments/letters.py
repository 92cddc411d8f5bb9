"""Text from data files in letters that every viewer can show.

A name may hold anything: control characters make an SVG invalid, a lone surrogate cannot be written as UTF-8, and a
script that the figures' font lacks comes out as boxes. `readable` is for text that a browser shows with its own fonts,
`drawable` for text that becomes pixels.
"""

import unicodedata
from functools import cache
from pathlib import Path

import matplotlib
from anyascii import anyascii
from matplotlib.font_manager import get_font

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONT = FONTS / "DejaVuSans.ttf"  # comes with matplotlib, so every machine draws the same letters
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
# Left-to-right and right-to-left marks: one of them in a name turns round the text that follows it.
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def readable(text: str) -> str:
    r"""The text with � for each control character, lone surrogate, noncharacter and mark of direction.

    >>> readable("Fi\x07ji\n"), readable("\ud800")
    ('Fi�ji\n', '�')
    """
    return "".join(UNKNOWN if _is_harmful(letter) else letter for letter in text)


def drawable(text: str) -> str:
    """The text in letters that the figures' font has; others are transliterated into ASCII, or � where that fails.

    >>> drawable("Côte d'Ivoire, 中国")
    "Côte d'Ivoire, ZhongGuo"
    """
    known = _letters_of_the_font()
    return "".join(
        letter if letter in known or letter == "\n" else anyascii(letter) or UNKNOWN for letter in readable(text)
    )


def _is_harmful(letter: str) -> bool:
    kind = unicodedata.category(letter)
    noncharacter = kind == "Cn" and (ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF)
    return (kind == "Cc" and letter not in "\n\t") or kind == "Cs" or noncharacter or letter in DIRECTION_MARKS


@cache
def _letters_of_the_font() -> frozenset[str]:
    return frozenset(map(chr, get_font(FONT).get_charmap()))
