"""Numbers, lists and names as they stand in a sentence."""

import re

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def percent(share: float) -> str:
    """0.6567 -> "65.7 %"."""
    return f"{100 * share:.1f} %"


def points(share: float) -> str:
    """A difference of shares in percentage points, without its sign: -0.021 -> "2.1 points"."""
    text = f"{abs(100 * share):.1f}"
    return "1 point" if text == "1.0" else f"{text} points"


def signed(share: float) -> str:
    """A difference of shares in points with its sign: -0.021 -> "−2.1"."""
    return f"{100 * share:+.1f}".replace("-", "−")


def number(count: int) -> str:
    """Small counts as words, others as digits with commas: 3 -> "three", 13394 -> "13,394"."""
    return SMALL[count] if 0 <= count < len(SMALL) else f"{count:,}"


def duration(seconds: float) -> str:
    """Seconds in the unit that fits: "under 1 s", "40 s", "7 min", "3.2 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 9.5 else f"{seconds:.1f} s" if seconds >= 1 else "under 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def escaped(name: str) -> str:
    r"""A name from a data file, so that Markdown and HTML show it as it is: "Taiwan*" -> "Taiwan\*"."""
    return re.sub(r"([\\`*_{}\[\]<>&|#])", r"\\\1", name)


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
