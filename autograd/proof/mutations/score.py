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
    """What the check said of a mutant; `error` is None if it said nothing."""

    mutant: AnyMutant
    error: GradientError | None

    @property
    def caught(self) -> bool:
        """Whether the check found the gradient wrong."""
        return self.error is not None

    @property
    def explained(self) -> bool:
        """Whether the hint told the kind of the mistake."""
        return self.error is not None and self.error.pattern in self.mutant.kinds


def examine(mutant: AnyMutant, seed: int = 0) -> Outcome:
    """Check a mutant: on every sample of its op, until one shows it."""
    if isinstance(mutant, EngineMutant):
        return Outcome(mutant, mutant.check())
    drawn = [(sample, sample.draw(np.random.default_rng(seed))) for sample in SAMPLES[mutant.op]]
    # Along one direction it shows quickly which sample is worth a look at every element.
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
    """The sums over mutants of one kind, or over all."""

    mutants: int
    caught: int
    known: int  # kinds that a hint could name
    explained: int


def score(outcomes: Sequence[Outcome]) -> Score:
    """Add up."""
    known = [o for o in outcomes if o.mutant.has_hint]
    return Score(len(outcomes), sum(o.caught for o in outcomes), len(known), sum(o.explained for o in known))


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """The score for each kind, a mutant of two kinds counting as one of its first."""
    kinds = {kind: [o for o in outcomes if o.mutant.kinds[0] == kind] for kind in (*PATTERNS, *UNKNOWN)}
    return {kind: score(some) for kind, some in kinds.items() if some}


def show_score(outcomes: Sequence[Outcome]) -> None:
    """Print the score by kind and in all, and the mutants whose hint missed."""
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
    """Print what was done to each mutant, and what the check said."""
    for o in outcomes:
        print(f"{_told(o.mutant)}\n    {o.error or 'NOT CAUGHT'}\n")


def _told(m) -> str:
    return f"{m.op} ({m.arguments}), {m.kind}: {m.bug}"
