"""``python -m autograd.exercises``: which of your backward passes are right?

Copy the exercises (--copy), fill in a file, run the command again. If you name exercises, it checks only these and
reports on each gradient. The exit status is 0 only if every exercise checked is solved.

  python -m autograd.exercises --copy           copy the files to fill in to the folder my_exercises
  python -m autograd.exercises                  how far you are
  python -m autograd.exercises matmul softmax   check two in detail; shows a worked solution of a solved one
  python -m autograd.exercises matmul --hint 1  where to start; 2 adds the formula in words, 3 nearly the code
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..proof.output import ended
from .catalogue import EXERCISES
from .checking import NOT_STARTED, SOLVED, WRONG, Verdict, judge_file
from .help import LEVELS, derivation, hints, solution

BLANKS = Path(__file__).parent / "blanks"
OWN = Path("my_exercises")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status."""
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        prog="python -m autograd.exercises",
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="exercises to check (default: all)")
    parser.add_argument(
        "--folder", type=Path, default=OWN, metavar="DIR", help="folder of your copies (default: %(default)s)"
    )
    copy_help = f"copy the blank exercises to this folder (default: {OWN})"
    parser.add_argument("--copy", type=Path, nargs="?", const=OWN, metavar="DIR", help=copy_help)
    parser.add_argument(
        "--hint", type=int, choices=LEVELS, help="show the hints of the named exercises up to this level"
    )
    arguments = parser.parse_args(argv)
    if unknown := [name for name in arguments.names if name not in EXERCISES]:
        print(f"unknown exercise {', '.join(unknown)!a}: choose from {', '.join(EXERCISES)}", file=sys.stderr)
        return 2
    if arguments.hint:
        return show_hints(arguments.names, arguments.hint)
    if arguments.copy:
        return copy_blanks(arguments.copy)
    folder = arguments.folder
    if not folder.is_dir():
        print(f"{folder}: no such folder, so the blank exercises are shown. Make your own copy with --copy\n")
        folder = BLANKS
    verdicts = {name: judge_file(EXERCISES[name], folder / f"{name}.py") for name in arguments.names or EXERCISES}
    if arguments.names:
        show_details(verdicts)
    show_table(verdicts, folder)
    return 0 if all(verdict.state == SOLVED for verdict in verdicts.values()) else 1


def copy_blanks(folder: Path) -> int:
    """Copy every blank file that the folder does not have yet. Existing files are never overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    new = [name for name in EXERCISES if not (folder / f"{name}.py").exists()]
    for name in new:
        text = (BLANKS / f"{name}.py").read_text(encoding="utf-8")
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    print(f"{folder}: {len(new)} exercises copied, {len(EXERCISES) - len(new)} were there and are as they were")
    return 0


def show_table(verdicts: dict[str, Verdict], folder: Path) -> None:
    """Print one line per exercise, and which file to work on next."""
    for name, verdict in verdicts.items():
        number, page = list(EXERCISES).index(name) + 1, EXERCISES[name].page
        print(f"{number:>2}  {name:20}{page:32}{verdict.state}{_first_line(verdict)}")
    solved = sum(verdict.state == SOLVED for verdict in verdicts.values())
    print(f"{solved} of {len(verdicts)} solved")
    left = [name for name, verdict in verdicts.items() if verdict.state != SOLVED]
    if left:
        file = f"{left[0]}.py" if folder == BLANKS else folder / f"{left[0]}.py"
        print(f"next: {file}, taught by docs/{EXERCISES[left[0]].page}.md")


def show_details(verdicts: dict[str, Verdict]) -> None:
    """Print the task of each exercise and the remark on each of its gradients."""
    for name, verdict in verdicts.items():
        task = (BLANKS / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
        print(f"{name}: {task}")
        for argument, remark in verdict.remarks.items():
            print(f"  {argument}: {remark}")
        if verdict.state == SOLVED:
            print(f"\nDerivation:\n\n{derivation(name)}\n\nA solution to compare yours with:\n\n{solution(name)}")
        elif verdict.state == WRONG:
            print(f"\nStuck? python -m autograd.exercises {name} --hint 1")
        print()


def show_hints(names: Sequence[str], level: int) -> int:
    """Print the hints of each exercise in order and return the exit status."""
    if not names:
        print("--hint needs the name of an exercise, as in: matmul --hint 1", file=sys.stderr)
        return 2
    for name in names:
        for i, hint in enumerate(hints(name, level), 1):
            print(f"{name}, hint {i}: {hint}")
    return 0


def _first_line(verdict) -> str:
    if verdict.state in (SOLVED, NOT_STARTED) or not verdict.message:
        return ""
    return f": {verdict.message.splitlines()[0]}"


if __name__ == "__main__":
    sys.exit(ended(main))
