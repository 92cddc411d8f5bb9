"""How often is the gradient check fooled? The confusion table over the functions of ``bank.py``.

A *false alarm* is a right gradient that is called wrong; a *miss* is a wrong one that passes. Where the check says that
it cannot judge, it is neither.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import bank
from .bank import Entry
from .checking.report import GradientError
from .gradcheck import gradcheck

AGREES, WRONG, CANNOT_JUDGE = "agrees", "wrong", "cannot judge"
OUTCOMES = (AGREES, WRONG, CANNOT_JUDGE)


@dataclass(frozen=True)
class Trial:
    """One function of the bank, whether its gradient is right, and what the check said."""

    entry: Entry
    is_right: bool
    outcome: str
    message: str = ""

    @property
    def is_mistake(self) -> bool:
        """A false alarm or a miss."""
        return self.outcome == (WRONG if self.is_right else AGREES)


def try_entry(entry: Entry, is_right: bool) -> Trial:
    """Check one function."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gradcheck(entry.function, *entry.inputs)
    except GradientError as error:
        return Trial(entry, is_right, WRONG, str(error))
    except ValueError as error:
        return Trial(entry, is_right, CANNOT_JUDGE, str(error))
    return Trial(entry, is_right, AGREES)


def try_all() -> list[Trial]:
    """Check every function of the bank."""
    return [try_entry(e, True) for e in bank.right()] + [try_entry(e, False) for e in bank.wrong()]


def show_confusion(trials: Sequence[Trial]) -> bool:
    """Print the table by family, and each function misjudged or not judged; whether the check was never fooled."""
    print(f"{'gradients':12}{'of functions':20}{'tried':>7}" + "".join(f"{outcome:>14}" for outcome in OUTCOMES))
    for is_right, truth in ((True, "right"), (False, "wrong")):
        some = [t for t in trials if t.is_right == is_right]
        for family in dict.fromkeys(t.entry.family for t in some):
            _show_row(truth, family, [t for t in some if t.entry.family == family])
        _show_row(truth, "in all", some)
    for t in trials:
        if t.is_mistake or t.outcome == CANNOT_JUDGE:
            kind = t.outcome if not t.is_mistake else "FALSE ALARM" if t.is_right else "MISSED"
            print(f"{kind}: {t.entry.family}, {t.entry.name}{': ' if t.message else ''}{t.message}")
    alarms = sum(t.is_mistake for t in trials if t.is_right)
    misses = sum(t.is_mistake for t in trials if not t.is_right)
    print(f"{alarms} false alarms, {misses} misses")
    return not alarms and not misses


def _show_row(truth, family, trials):
    counts = [sum(t.outcome == outcome for t in trials) for outcome in OUTCOMES]
    print(f"{truth:12}{family:20}{len(trials):>7}" + "".join(f"{count:>14}" for count in counts))
