"""The error that a gradient check raises: where the gradient is wrong, by how much, whose fault it is, and a hint."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .compare import Comparison
from .hints import PATTERNS, Hint, recognise
from .report import GradientError


def complaint(
    comparisons: Sequence[Comparison], known: dict[str, Any], blame: Callable[[], tuple[str | None, str]]
) -> GradientError | None:
    """The error to raise, about the first argument that is wrong; None if all are right.

    Args:
        known: `cotangents` and `factors` for `hints.recognise`.
        blame: gives the op at fault, and a remark.
    """
    wrong = [c for c in comparisons if c.wrong.any()]
    if not wrong:
        return None
    c, count = wrong[0], int(wrong[0].wrong.sum())
    absolute, relative = c.absolute, c.relative
    worst = int(np.argmax(np.where(c.wrong, np.nan_to_num(relative, nan=np.inf), -1)))  # of the wrong ones
    index = c.directions[worst] if c.is_full else None
    analytic, numeric = float(c.analytic[worst]), float(c.numeric[worst])
    oracle = "the complex step" if c.verdicts[worst].by_complex else "central differences"
    pattern, hint = _best_hint(wrong, comparisons, known)
    op, remark = blame()
    share = f"{count} of {len(c.directions)} are wrong"
    message = (
        f"the gradient of argument {c.argument} is wrong "
        f"{'along a random direction' if index is None else f'at index {index}'}: "
        f"backward gives {analytic:.9g}, {oracle} {numeric:.9g} "
        f"(error {absolute[worst]:.2e} absolute, {relative[worst]:.2e} relative; {share})"
    )
    if wrong[1:]:
        message += f"; wrong too: {', '.join(str(o.argument) for o in wrong[1:])}"
    message += f"; {remark}" if remark else ""
    message += f"; hint: {hint}" if hint else ""
    return GradientError(
        message,
        op=op,
        argument=c.argument.name,
        position=c.argument.position,
        index=index,
        analytic=analytic,
        numeric=numeric,
        absolute=float(absolute[worst]),
        relative=float(relative[worst]),
        pattern=pattern,
        hint=hint,
    )


def _best_hint(wrong, comparisons, known) -> Hint:
    """The most telling of the hints on the wrong arguments: a bug shows in some more clearly than in others."""
    hints = [(c, *_hint(c, comparisons, known)) for c in wrong]
    c, pattern, hint = min(hints, key=lambda found: PATTERNS.index(found[1]) if found[1] else len(PATTERNS))
    return pattern, hint if c is wrong[0] or not hint else f"of argument {c.argument}: {hint}"


def _hint(c, comparisons, known) -> Hint:
    """The pattern of the error and a sentence on it; along a random direction there is one number to judge by."""
    if not c.is_full:
        return recognise(c.analytic, c.numeric, tolerance=c.allowed)
    others = {str(o.argument): o.combined(o.numeric) for o in comparisons if o is not c}
    right = c.combined(c.analytic), c.combined(c.numeric)
    return recognise(*right, tolerance=c.combined(c.allowed), others=others, **known)
