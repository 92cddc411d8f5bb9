"""Help with an exercise: three hints and, once it is solved, a derivation and a short solution."""

import inspect
import textwrap
from importlib import import_module

LEVELS = (1, 2, 3)


def hints(name: str, level: int) -> list[str]:
    """The hints of an exercise up to a level: 1 where to start, 2 the formula in words, 3 nearly the code."""
    return list(_module(name).HINTS[:level])


def derivation(name: str) -> str:
    """The derivation of the gradients of an exercise."""
    return inspect.getdoc(_module(name)) or ""


def solution(name: str) -> str:
    """The code of a solution: the whole function, or only its inner `gradients` if it has one."""
    lines = inspect.getsource(getattr(_module(name), name)).splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("    def gradients(")), None)
    if start is None:
        return "\n".join(lines)
    end = next(i for i, line in enumerate(lines) if i > start and line.startswith("    return "))
    return textwrap.dedent("\n".join(lines[start:end])).rstrip()


def _module(name):
    return import_module(f"..worked.{name}", __name__)
