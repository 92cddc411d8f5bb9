"""Which mistake was made? Compares a wrong answer with known broken backward passes, and measures the hints.

`known_mistake` compares the gradients of an answer with those of every mutant of the op (``proof/mutations``). If they
agree on all samples up to rounding, the answer makes the mutant's mistake.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from ..node import unbroadcast
from ..proof.checking.cotangents import random_signs, random_stream
from ..proof.mutations import MUTANTS
from ..proof.mutations.mutant import Mutant
from ..rules import RULES
from .catalogue import EXERCISES, Exercise
from .wrong_answers import ATTEMPTS, Attempt

NAMED, MISLED, NOTHING = "named", "misled", "nothing said"
OUTCOMES = (NAMED, MISLED, NOTHING)


def known_mistake(exercise: Exercise, function: Callable[..., Any], position: int) -> str | None:
    """Describe the mistake in one argument's gradient, if a mutant makes the same one; else None."""
    answer = _gradients(exercise, function, position)
    right = _gradients(exercise, exercise.solution, position)
    if not answer or _same(answer, right):
        return None
    engines = RULES.get(exercise.known_as(), exercise.solution)  # its arguments may have other names: table is x
    name = list(inspect.signature(engines).parameters)[position]
    for mutant in MUTANTS:
        if isinstance(mutant, Mutant) and mutant.op == exercise.known_as() and _breaks(mutant, name):
            gradients = _gradients(exercise, exercise.cut(mutant.rule), position)
            if _same(answer, gradients) and not _same(gradients, right):
                return mutant.bug
    return None


def _breaks(mutant, argument):
    return mutant.arguments == "all" or argument in mutant.arguments.split(", ")


def _gradients(exercise, function, position) -> list[np.ndarray]:
    """The gradient of one argument on every sample, under random cotangents; empty if any sample fails."""
    rng, found = random_stream(1), []
    for sample in exercise.samples:
        arrays = sample.draw(np.random.default_rng(0))
        try:
            with np.errstate(all="ignore"):
                value, *gradients = function(*arrays, **sample.options)
                share = np.asarray(gradients[position](random_signs(rng, np.shape(value))))
            found.append(unbroadcast(share, arrays[position].shape))
        except Exception:  # `checking.judge` reports exceptions to the reader
            return []
    return found


def _same(some, others) -> bool:
    """Whether all gradients are equal up to rounding."""
    pairs = zip(some, others, strict=False)
    return len(some) == len(others) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12 * np.abs(b).max(initial=0)) for a, b in pairs
    )


@dataclass(frozen=True)
class Diagnosis:
    """A wrong answer and the remark that the checker made on it."""

    attempt: Attempt
    remark: str

    @property
    def outcome(self) -> str:
        """Whether the remark names the mistake, hints at a different one, or gives no hint."""
        if any(word in self.remark for word in self.attempt.words):
            return NAMED
        return MISLED if "hint: " in self.remark else NOTHING


def answer(attempt: Attempt) -> Callable[..., Any]:
    """The correct solution of the exercise with one gradient replaced by the wrong one."""
    solution = EXERCISES[attempt.exercise].solution
    position = list(inspect.signature(solution).parameters).index(attempt.argument)

    @wraps(solution)
    def function(*arrays, **options):
        y, *gradients = solution(*arrays, **options)
        gradients[position] = lambda g: np.asarray(attempt.gradient(g, y, *arrays, **options))
        return y, *gradients

    return function


def show_diagnoses(diagnoses: Sequence[Diagnosis]) -> bool:
    """Print a table by exercise and the mistakes not named. True if at least 80 % are named and no hint misleads."""
    print(f"{'wrong answers to':24}{'tried':>7}" + "".join(f"{outcome:>14}" for outcome in OUTCOMES))
    for name in dict.fromkeys(d.attempt.exercise for d in diagnoses):
        _show_row(name, [d for d in diagnoses if d.attempt.exercise == name])
    _show_row("in all", diagnoses)
    for d in diagnoses:
        if d.outcome != NAMED:
            print(f"{d.outcome}: {d.attempt.exercise} ({d.attempt.argument}), {d.attempt.mistake}: {d.remark}")
    named = sum(d.outcome == NAMED for d in diagnoses)
    misled = sum(d.outcome == MISLED for d in diagnoses)
    print(f"{named} of {len(diagnoses)} mistakes named ({100 * named / len(diagnoses):.0f} %), {misled} misled")
    return named >= 0.8 * len(diagnoses) and not misled


def _show_row(name, diagnoses):
    counts = [sum(d.outcome == outcome for d in diagnoses) for outcome in OUTCOMES]
    print(f"{name:24}{len(diagnoses):>7}" + "".join(f"{count:>14}" for count in counts))


def diagnose_all() -> list[Diagnosis]:
    """Check every wrong answer and collect the remarks."""
    from .checking import judge  # imported late: checking imports this module

    verdicts = [judge(EXERCISES[attempt.exercise], answer(attempt)) for attempt in ATTEMPTS]
    return [Diagnosis(a, verdict.remarks[a.argument]) for a, verdict in zip(ATTEMPTS, verdicts, strict=True)]
