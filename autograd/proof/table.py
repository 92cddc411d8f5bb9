"""The table of ``python -m autograd``: every op proven, here and now, and one op in detail.

For each op: how many derivatives were compared; the worst relative error of backward against central differences and
against the complex step, and of values and gradients against a slow reference ("-" where there is none, or where the
op is not analytic); what it costs (``timing.py``).
"""

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..functional import lift
from ..rules import RULES
from .checking.report import GradientError, Report
from .gradcheck import check_rule
from .samples import SAMPLES, Sample
from .slow_forms import REFERENCES, disagreement
from .timing import Cost, measure

SHAPES_WIDTH = 100
REFERENCE_RTOL = 1e-6  # as for gradients: some samples hold constants in float32

HEADING = (
    f"{'op':33}{'derivatives':>11}{'differences':>13}{'complex step':>14}{'reference':>11}"
    f"{'NumPy us':>11}{'forward':>9}{'backward':>10}"
)
LEGEND = """
Below each op its formula, and the shapes tried.

derivatives   compared, over all samples, in float64 under random cotangents
differences   worst relative error of backward against central differences
complex step  the same against the complex step, on what is analytic
reference     worst relative difference, values and gradients, from a slow and obvious form of the op
NumPy us      microseconds of the bare forward pass, on arrays of a size as in training, float32
forward       of the recorded forward pass, in multiples of that; then of the way back
"""


def show_table(seed: int) -> bool:
    """Print one entry for each op; whether all are right."""
    print(HEADING)
    wrong = [name for name in RULES if not _show_entry(name, seed)]
    print(LEGEND)
    print(f"{len(RULES) - len(wrong)} of {len(RULES)} ops agree with central differences in float64")
    if wrong:
        print(f"wrong: {', '.join(wrong)}")
    return not wrong


def _show_entry(name, seed) -> bool:
    samples = SAMPLES.get(name, [])
    outcomes = [check(name, sample, seed) for sample in samples]
    failures = [str(outcome) for outcome in outcomes if not isinstance(outcome, Report)]
    if not samples:
        failures = ["no samples: add some to autograd/proof/samples.py"]
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    references = [against_reference(name, sample, seed) for sample in samples] if not failures else []
    failures += [f"differs from its reference by {e:.1e}" for e in references if e is not None and e > REFERENCE_RTOL]
    print(
        f"{name:33}{sum(report.checked for report in reports):>11}"
        f"{'WRONG' if failures else _worst([report.differences for report in reports]):>13}"
        f"{_worst([report.complex_step for report in reports]):>14}{_worst(references):>11}"
        f"{'' if failures else cost_of(name)}"
    )
    print(f"    {formula(name)}\n    {_shapes_tried(samples, seed)}")
    for failure in failures:
        print(f"    {failure}")
    return not failures


def show_op(name: str, seed: int) -> bool:
    """Print what one op computes, how each of its samples fared, and what it costs; whether all are right."""
    print(f"{name}: {inspect.getdoc(RULES[name])}\n")
    right = bool(SAMPLES.get(name))
    for sample in SAMPLES.get(name, []):
        outcome = check(name, sample, seed)
        constants = [repr(a) for a in sample.arguments if not callable(a)]
        constants += [f"{key}={_written(value)}" for key, value in sample.options.items()]
        print("; ".join([_shapes(sample, seed), *constants]))
        for line in outcome.arguments if isinstance(outcome, Report) else [outcome]:
            print(f"    {line}")
        error = against_reference(name, sample, seed) if isinstance(outcome, Report) else None
        if error is not None:
            print(f"    reference: differs by {error:.1e}")
        right &= isinstance(outcome, Report) and (error is None or error <= REFERENCE_RTOL)
    if right:
        cost = measure(name)
        forward, backward = cost.forward / cost.bare, cost.backward / cost.bare
        print(f"\n{1e6 * cost.bare:,.0f} us for the bare forward pass in NumPy, on {cost.shapes} in float32;")
        print(f"in the engine {forward:.1f} times that, and {backward:.1f} times for the way back")
    return right


def check(name: str, sample: Sample, seed: int) -> Report | Exception:
    """The report on one sample of a rule, or what was raised instead: one broken op must not hide the others."""
    try:
        return check_rule(RULES[name], sample.draw(np.random.default_rng(seed)), sample.options, seed=seed)
    except (GradientError, ValueError, TypeError, IndexError, RuntimeError) as error:
        return error


def against_reference(name: str, sample: Sample, seed: int) -> float | None:
    """How far an op is from its slow reference on one sample; None if it has none."""
    if name not in REFERENCES:
        return None
    arrays = sample.draw(np.random.default_rng(seed))
    return disagreement(lift(RULES[name]), REFERENCES[name], arrays, sample.options)


def cost_of(name: str) -> str:
    """The three columns of what an op costs."""
    cost: Cost = measure(name)
    times = [f"{seconds / cost.bare:.1f}x" for seconds in (cost.forward, cost.backward)]
    return f"{1e6 * cost.bare:>11,.0f}{times[0]:>9}{times[1]:>10}"


def formula(name: str) -> str:
    """The first sentence or two of an op's docstring: what it computes, and often its backward."""
    text = (inspect.getdoc(RULES[name]) or "").split("\n\n")[0]
    return " ".join(text.split())


def _worst(errors: Sequence[float | None]) -> str:
    known = [error for error in errors if error is not None]
    return f"{max(known):.1e}" if known else "-"


def _written(value: Any) -> str:
    return f"array{value.shape}" if isinstance(value, np.ndarray) else repr(value)


def _shapes(sample, seed) -> str:
    """The shapes of one sample's arrays: 3x4, 4 or () for a single number."""
    arrays = [a for a in sample.draw(np.random.default_rng(seed)) if isinstance(a, np.ndarray)]
    return ", ".join("x".join(map(str, a.shape)) or "()" for a in arrays)


def _shapes_tried(samples, seed) -> str:
    tried = list(dict.fromkeys(_shapes(sample, seed) for sample in samples))
    shown = tried[:1]
    while len(shown) < len(tried) and len("; ".join([*shown, tried[len(shown)]])) <= SHAPES_WIDTH:
        shown.append(tried[len(shown)])
    more = len(tried) - len(shown)
    return "; ".join(shown) + (f"; {more} more" if more else "")
