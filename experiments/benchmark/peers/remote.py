"""Sides that run in another process, which also takes the time."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, cast

from ..sides import Clock, Results, Side
from .wire import array_of


class Process:
    """A running peer, which answers to `wire.py`'s requests; it ends when nothing refers to it.

    Args:
        name: of the peer, for messages.
        arguments: what Python runs, such as ["program.py"].
        folder: where it runs.
        environment: variables that it gets beside those of this process.
    """

    def __init__(self, name: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]):
        self.name, self.numbers, pipe = name, count(), subprocess.PIPE
        command, variables = [sys.executable, *arguments], os.environ | environment
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=variables, cwd=folder)
        self.questions, self.answers = cast(IO[str], self.process.stdin), cast(IO[str], self.process.stdout)

    def ask(self, request: Mapping[str, Any]) -> Any:
        """The answer to a request. Raises RuntimeError if the process has ended."""
        try:
            print(json.dumps(request), file=self.questions, flush=True)
        except BrokenPipeError:  # its last words are on the error output
            answer = ""
        else:
            answer = self.answers.readline()
        if not answer:
            raise RuntimeError(f"{self.name}'s process ended with status {self.process.wait()}")
        return json.loads(answer)

    def __del__(self):
        """Close the pipes: the process ends at the end of its input."""
        for pipe in (self.answers, self.questions):
            with suppress(OSError):
                pipe.close()
        self.process.wait()


class Remote(Side):
    """One side of a process. `begin` says what it computes, in words that the program of the process knows."""

    def __init__(self, process: Process, begin: Mapping[str, Any]):
        self.process, self.number = process, next(process.numbers)
        self._ask({"begin": begin})

    def step(self) -> None:
        self._ask({"step": True})

    def seconds(self, steps: int, clock: Clock) -> float:
        return self._ask({"steps": steps, "clock": clock.__name__})

    def results(self) -> Results:
        return {name: array_of(text) for name, text in self._ask({"results": True}).items()}

    def _ask(self, request):
        return self.process.ask({"side": self.number, **request})

    def __del__(self):
        """Let the process forget the side and its arrays."""
        with suppress(RuntimeError):
            self._ask({"end": True})
