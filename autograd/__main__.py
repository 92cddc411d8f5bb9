"""``python -m autograd``: prove every op's gradient, here and now.

Prints a table of the ops with the shapes tried and the worst relative error between backward and central
differences, and exits with status 1 if one is wrong. ``--op NAME`` shows one op, sample by sample.
"""

import argparse
import inspect
import sys
from collections.abc import Sequence

import numpy as np

from .checking.report import GradientError, Report
from .gradcheck import check_rule
from .rules import RULES
from .samples import SAMPLES, Sample

SHAPES_WIDTH = 80


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m autograd", description="Check the gradient of every op.")
    parser.add_argument("--op", choices=sorted(RULES), metavar="NAME", help="show one op, sample by sample")
    parser.add_argument("--seed", type=int, default=0, help="seed of samples and cotangents (default 0)")
    arguments = parser.parse_args(argv)
    right = show_op(arguments.op, arguments.seed) if arguments.op else show_table(arguments.seed)
    return 0 if right else 1


def show_table(seed: int) -> bool:
    """Print one line for each op; whether all are right."""
    print(f"{'op':34}{'derivatives':>11}{'worst relative error':>22}  shapes tried")
    wrong = [name for name in RULES if not _show_row(name, seed)]
    print(f"{len(RULES) - len(wrong)} of {len(RULES)} ops agree with central differences in float64")
    if wrong:
        print(f"wrong: {', '.join(wrong)}")
    return not wrong


def _show_row(name, seed) -> bool:
    samples = SAMPLES.get(name, [])
    if not samples:
        print(f"{name:34}{'':>11}{'WRONG':>22}  no samples: add some to autograd/samples.py")
        return False
    outcomes = [check(name, sample, seed) for sample in samples]
    failures = [outcome for outcome in outcomes if not isinstance(outcome, Report)]
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    derivatives = sum(report.checked for report in reports)
    verdict = "WRONG" if failures else f"{max(report.relative for report in reports):.1e}"
    print(f"{name:34}{derivatives:>11}{verdict:>22}  {_shapes_tried(samples, seed)}")
    for failure in failures:
        print(f"    {failure}")
    return not failures


def show_op(name: str, seed: int) -> bool:
    """Print what one op computes and how each of its samples fared; whether all are right."""
    print(f"{name}: {inspect.getdoc(RULES[name])}\n")
    outcomes = []
    for sample in SAMPLES.get(name, []):
        outcome = check(name, sample, seed)
        outcomes.append(outcome)
        constants = [repr(a) for a in sample.arguments if not callable(a)]
        constants += [f"{key}={value!r}" for key, value in sample.options.items()]
        print("; ".join([_shapes(sample, seed), *constants]))
        for line in outcome.arguments if isinstance(outcome, Report) else [outcome]:
            print(f"    {line}")
    return bool(outcomes) and all(isinstance(outcome, Report) for outcome in outcomes)


def check(name: str, sample: Sample, seed: int) -> Report | Exception:
    """The report on one sample of a rule, or what was raised instead: one broken op must not hide the others."""
    try:
        return check_rule(RULES[name], sample.draw(np.random.default_rng(seed)), sample.options, seed=seed)
    except (GradientError, ValueError, TypeError, IndexError, RuntimeError) as error:
        return error


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


if __name__ == "__main__":
    sys.exit(main())
