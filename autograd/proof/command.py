"""``python -m autograd``: prove every op's gradient, here and now.

Prints a table of the ops: formula, shapes tried, the worst relative errors of the gradient against central differences,
the complex step and a slow reference, and the cost. The exit status is 1 if anything is wrong.

  python -m autograd                          all ops
  python -m autograd --op conv2d              one op, sample by sample
  python -m autograd --mutations              break every op on purpose: does the check notice?
  python -m autograd --mutations --op lstm    what it says of the broken forms of one
  python -m autograd --self-test              check the checker: right and wrong functions, wrong exercises
  python -m autograd --model vae              a whole model of a million parameters, along random directions
  python -m autograd --step-sizes v.png       error against step size in float64 and float32: numbers, and a figure
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..rules import RULES
from . import step_sizes
from .confusion import show_confusion, try_all
from .models import MODELS, show_model
from .mutations import MUTANTS
from .mutations.score import examine, show_outcomes, show_score
from .table import show_op, show_table


def main(argv: Sequence[str] | None = None, more_tests: Sequence[Callable[[], bool]] = ()) -> int:
    """Run the command; gives the exit status.

    Args:
        argv: the arguments; None for those of the process.
        more_tests: run after the self-test, each prints its findings and tells whether all is well.
    """
    arguments = _parser().parse_args(argv)
    if arguments.mutations:
        right = show_mutations(arguments.op, arguments.seed)
    elif arguments.self_test:
        right = self_test(more_tests)
    elif arguments.model:
        right = show_model(arguments.model, arguments.parameters, arguments.seed)
    elif arguments.step_sizes is not None:
        try:
            right = step_sizes.show(arguments.step_sizes if arguments.step_sizes.name else None)
        except (OSError, ValueError) as error:  # a folder that is not there, an ending that is no picture's
            print(f"{arguments.step_sizes}: the figure cannot be written: {error}", file=sys.stderr)
            return 2
    else:
        right = show_op(arguments.op, arguments.seed) if arguments.op else show_table(arguments.seed)
    return 0 if right else 1


def self_test(more_tests: Sequence[Callable[[], bool]]) -> bool:
    """Print how often the check is fooled, and what the other tests find; whether all is well."""
    outcomes = [show_confusion(try_all())]
    for test in more_tests:
        print()
        outcomes.append(test())
    return all(outcomes)


def show_mutations(op: str | None, seed: int) -> bool:
    """Break ops on purpose and print what the gradient check makes of it; whether it caught all."""
    outcomes = [examine(mutant, seed) for mutant in MUTANTS if op in (None, mutant.op)]
    if op is not None:
        show_outcomes(outcomes)
    show_score(outcomes)
    return all(outcome.caught for outcome in outcomes)


def _parser() -> argparse.ArgumentParser:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--mutations", action="store_true", help="break ops on purpose and see whether the check notices")
    what.add_argument("--self-test", action="store_true", help="try the check on functions that are hard to judge")
    what.add_argument("--model", choices=MODELS, help="check a whole model")
    what.add_argument(
        "--step-sizes",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="PNG",
        help="error against step size; its figure",
    )
    parser.add_argument("--op", choices=sorted(RULES), metavar="NAME", help="one op alone, in detail")
    parser.add_argument("--parameters", type=_whole, default=1_000_000, metavar="N", help="of the model (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of samples and cotangents (%(default)s)")
    return parser


def _whole(text: str) -> int:
    """1000000, or 1e6."""
    try:
        number = float(text)
    except ValueError:
        number = 0.5
    if number < 1 or number != int(number):
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number of at least 1")
    return int(number)
