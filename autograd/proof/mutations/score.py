"""How many mutants does the gradient check catch, and how many does it explain?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..checking.hints import PATTERNS
from ..checking.report import GradientError
from ..gradcheck import check_rule
from ..samples import SAMPLES
from .engine import EngineMutant
from .mutant import UNKNOWN, Mutant

AnyMutant = Mutant | EngineMutant


@dataclass(frozen=True)
class Outcome:
    """The result of checking a mutant; `error` is None if the check passed."""

    mutant: AnyMutant
    error: GradientError | None

    @property
    def caught(self) -> bool:
        """Whether the check found the gradient wrong."""
        return self.error is not None

    @property
    def explained(self) -> bool:
        """Whether the hint named the kind of mistake."""
        return self.error is not None and self.error.pattern in self.mutant.kinds


def examine(mutant: AnyMutant, seed: int = 0) -> Outcome:
    """Check a mutant on the samples of its op, until one fails."""
    if isinstance(mutant, EngineMutant):
        return Outcome(mutant, mutant.check())
    drawn = [(sample, sample.draw(np.random.default_rng(seed))) for sample in SAMPLES[mutant.op]]
    # A check along one direction is fast: it finds the samples that need a check of every element.
    suspicious = [pair for pair in drawn if _error(mutant, *pair, mode="directional")]
    for sample, arrays in suspicious or drawn:
        if error := _error(mutant, sample, arrays):
            return Outcome(mutant, error)
    return Outcome(mutant, None)


def _error(mutant, sample, arrays, **settings) -> GradientError | None:
    try:
        check_rule(mutant.rule, arrays, sample.options, **settings)
    except GradientError as error:
        return error
    return None


@dataclass(frozen=True)
class Score:
    """Counts over the mutants of one kind, or over all."""

    mutants: int
    caught: int
    known: int  # mutants of a kind for which a hint exists
    explained: int


def score(outcomes: Sequence[Outcome]) -> Score:
    """Count the mutants, those caught, those with a known kind, and those explained."""
    known = [o for o in outcomes if o.mutant.has_hint]
    return Score(len(outcomes), sum(o.caught for o in outcomes), len(known), sum(o.explained for o in known))


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """The score of each kind. A mutant of two kinds counts under the first."""
    kinds = {kind: [o for o in outcomes if o.mutant.kinds[0] == kind] for kind in (*PATTERNS, *UNKNOWN)}
    return {kind: score(some) for kind, some in kinds.items() if some}


def show_score(outcomes: Sequence[Outcome]) -> None:
    """Print the score by kind and in total, and the mutants that were not caught or not explained."""
    ops = len({o.mutant.op for o in outcomes if isinstance(o.mutant, Mutant)})
    print(f"{'kind of mistake':18}{'mutants':>8}{'caught':>8}{'hint right':>12}")
    for kind, row in by_kind(outcomes).items():
        print(f"{kind:18}{row.mutants:>8}{row.caught:>8}{row.explained if row.known else '-':>12}")
    total = score(outcomes)
    print(f"{'in all':18}{total.mutants:>8}{total.caught:>8}{f'{total.explained} of {total.known}':>12}\n")
    for o in outcomes:
        if o.mutant.has_hint and o.error is not None and not o.explained:
            print(f"hint missed: {_told(o.mutant)}; said {o.error.hint or 'nothing'}")
    for o in outcomes:
        if not o.caught:
            print(f"NOT CAUGHT: {_told(o.mutant)}")
    print(
        f"{total.caught} of {total.mutants} broken backward passes of {ops} ops and the engine caught; the hint names "
        f"the mistake in {total.explained} of {total.known} ({100 * total.explained / max(total.known, 1):.0f} %)"
    )


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print the mistake in each mutant and what the check reported."""
    for o in outcomes:
        print(f"{_told(o.mutant)}\n    {o.error or 'NOT CAUGHT'}\n")


def _told(m) -> str:
    return f"{m.op} ({m.arguments}), {m.kind}: {m.bug}"
