"""Standard streams that do not end a run: letters that the terminal's encoding lacks are written in ASCII.

A table of results holds a minus sign and a multiplication sign. On a terminal of code page 1252, or in a log file of
ASCII, Python would raise UnicodeEncodeError at the last line of a long run.
"""

import codecs
import os
import sys

from anyascii import anyascii

HANDLER = "transliterate"


def transliterate(error: UnicodeError) -> tuple[str, int]:
    """An error handler of `codecs`: the letters that cannot be encoded, in ASCII, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(anyascii(letter) or "?" for letter in letters), error.end


def make_streams_safe() -> None:
    """Let standard output and standard error transliterate what they cannot encode; a closed one goes nowhere."""
    codecs.register_error(HANDLER, transliterate)
    # Where the shell closed a stream (`>&-`), Python has None, and the next file opened would take its place.
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a stream that a program put in its place may lack it
            stream.reconfigure(errors=HANDLER)
