"""The end of a command that prints: one line, not a traceback, where its output or a file cannot be written."""

import os
import sys
from collections.abc import Callable


def ended(command: Callable[[], int | None]) -> int:
    """Run a command and give its exit status: 2 and one line for an error of the system, 130 when interrupted.

    Letters that the terminal's encoding lacks are printed as question marks. A reader that has seen enough, as `head`
    has, ends the command without a word.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        try:
            status = command() or 0
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
        return status
    except BrokenPipeError:
        _silence()
        return 0
    except OSError as error:
        _silence()
        return _tell(ascii(f"{error.filename or 'output'}: {error.strerror or error}: cannot be written")[1:-1], 2)
    except KeyboardInterrupt:
        return _tell("interrupted", 130)


def _tell(line: str, status: int) -> int:
    print(line, file=sys.stderr)
    return status


def _silence() -> None:
    """Send what standard output still holds nowhere, or Python would meet the same error when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
