"""The one error that data readers raise for a mistake in a file or an argument."""

import unicodedata


class DataError(ValueError):
    """Bad input, said in one line: what was wrong, where (file, row, column), what was expected, what to do.

    The command line prints the message alone and exits with status 2; no traceback reaches the user. Control
    characters are escaped, so a hostile file name or server cannot write to the terminal.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    r"""`text` with every character escaped that a terminal obeys or that UTF-8 cannot hold.

    >>> printable("a\rb\x1b[31m")
    'a\\rb\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if is_harmless(c) else c.encode("unicode_escape").decode() for c in text)


def is_harmless(character: str) -> bool:
    """Whether a character is safe in a name: no control or format character, no half of a surrogate pair."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
