"""What helps with an exercise: its three hints, and once it is solved a derivation beside a short solution."""

import inspect
import textwrap
from importlib import import_module

LEVELS = (1, 2, 3)


def hints(name: str, level: int) -> list[str]:
    """The hints of an exercise up to a level: what to think of, the formula in words, nearly the code."""
    return list(_module(name).HINTS[:level])


def derivation(name: str) -> str:
    """Where the gradients of an exercise come from."""
    return inspect.getdoc(_module(name)) or ""


def solution(name: str) -> str:
    """The code of a solution: the whole function or, where the forward pass is long, its function `gradients`."""
    lines = inspect.getsource(getattr(_module(name), name)).splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("    def gradients(")), None)
    if start is None:
        return "\n".join(lines)
    end = next(i for i, line in enumerate(lines) if i > start and line.startswith("    return "))
    return textwrap.dedent("\n".join(lines[start:end])).rstrip()


def _module(name):
    return import_module(f"..worked.{name}", __name__)
