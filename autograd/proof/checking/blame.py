"""Which op is to blame? A wrong gradient of a whole function, traced to the op whose own backward is wrong.

The function runs once more, and every op in it is checked by itself, on the arrays that it got. The first op whose own
gradient is wrong is at fault. If there is none, the fault lies between the ops: a tensor was cut off from its history.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...apply import apply
from ...mode import no_grad, observing

Check = Callable[..., Any]


def find_culprit(run: Callable[[], Any], check: Check) -> tuple[str | None, str]:
    """The op at fault, or None, and what to say of it.

    Args:
        run: evaluates the function.
        check: raises an AssertionError if the gradient of a function of arrays, given with them, is wrong.
    """
    calls = _Calls()
    with observing(calls), no_grad():
        run()
    if len(calls.made) == 1:
        return calls.made[0][0].__name__, ""
    culprits = [rule.__name__ for rule, arrays, options in calls.made if _is_wrong(check, rule, arrays, options)]
    if not culprits:
        return None, f"each of the {len(calls.made)} ops by itself is right: is a tensor cut off between them?"
    names = list(dict.fromkeys(culprits))
    also = f", and in that of {', '.join(names[1:])}" if names[1:] else ""
    return names[0], f"the fault is in the backward of {names[0]}{also}"


def _is_wrong(check, rule, arrays, options) -> bool:
    """Whether an op's own gradient is wrong, for the arguments for which it has a vjp."""
    try:
        _, *vjps = rule(*_copies(arrays), **options)
        places = [i for i, vjp in enumerate(vjps[: len(arrays)]) if vjp is not None and _is_floating(arrays[i])]

        def function(*moved):
            given = _copies(arrays)
            for i, x in zip(places, moved, strict=True):
                given[i] = x
            return apply(rule, *given, **options)

        check(function, *[np.array(arrays[i], np.float64) for i in places])
    except AssertionError:
        return True
    except Exception:  # an op that cannot be checked by itself (outside its domain, at a kink) is no culprit
        return False
    return False


def _copies(arrays):
    """Fresh arrays for each call: an op may update some in place, as batch_norm does its running statistics."""
    return [a.copy() if isinstance(a, np.ndarray) else a for a in arrays]


def _is_floating(a):
    return isinstance(a, np.ndarray) and a.dtype.kind == "f"


class _Calls:
    """The observer of the engine: notes the rules that ran, and on what."""

    def __init__(self):
        self.made: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []

    def running(self, rule):
        def noted(*arrays, **options):
            self.made.append((rule, arrays, options))
            return rule(*arrays, **options)

        noted.__name__ = rule.__name__
        return noted

    def computed(self, op, value, node):
        pass

    def shown(self, array):
        return array
