"""All objects that a function can reach: in its closure, in the objects there, and so on.

A Python function uses more than its arguments: the variables in its closure, its defaults, the object whose method it
is. ``debug.py`` searches there for the arrays that a vjp has saved, ``replay.py`` for the random generators that a
function draws from.
"""

import functools
import types
from collections.abc import Iterator
from typing import Any

import numpy as np


def reach(start: Any, named_globals: bool = False) -> Iterator[Any]:
    """Walk from `start` through functions, containers and objects; yields each object once, `start` first.

    Args:
        named_globals: whether to follow the global names in the code of a function too.
    """
    seen, stack = set(), [start]
    while stack:
        thing = stack.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            yield thing
            stack.extend(_held_by(thing, named_globals))


def _held_by(thing, named_globals) -> list[Any]:
    if isinstance(thing, tuple | list | set | frozenset):
        return list(thing)
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, functools.partial):
        return [thing.func, thing.args, thing.keywords]
    if isinstance(thing, types.FunctionType):
        cells = [cell for cell in thing.__closure__ or () if cell != types.CellType()]  # skip those not yet filled
        held = [cell.cell_contents for cell in cells] + [thing.__defaults__, thing.__kwdefaults__]
        return held + (_globals_of(thing) if named_globals else [])
    if isinstance(thing, np.ndarray | type | types.ModuleType):
        return []
    return list(getattr(thing, "__dict__", {}).values())


def _globals_of(function) -> list[Any]:
    """The values of the global names in the code of a function and of the functions inside it.

    Functions of this package are skipped: it keeps no state in globals, and the walk through all of it would be long.
    """
    if (function.__module__ or "").startswith(f"{__package__}."):
        return []
    names, codes = set(), [function.__code__]
    for code in codes:  # grows on the way
        names |= set(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return [function.__globals__[name] for name in sorted(names) if name in function.__globals__]
