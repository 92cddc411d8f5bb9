"""``python -m experiments COMMAND``: see ``--help`` of each command."""

import argparse
import sys

from data.errors import DataError

from . import all as everything
from . import gallery, report
from .benchmark import command as benchmark
from .memory import keep_freed_memory
from .rnn import study as rnn
from .run_folder import UsageError
from .textbook import command as textbook
from .vae import study as vae

COMMANDS = {
    "all": everything,
    "rnn": rnn,
    "vae": vae,
    "report": report,
    "benchmark": benchmark,
    "gallery": gallery,
    "textbook": textbook,
}


def main(argv: list[str] | None = None) -> int:
    """Run one command. Gives the exit status: 0, 2 for a mistake of the user, 130 when interrupted."""
    parser = _Parser(prog="python -m experiments", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        summary, _, details = (module.__doc__ or "").partition("\n")
        subparser = subparsers.add_parser(
            name, help=summary, description=summary, epilog=details, formatter_class=_Formatter
        )
        module.add_arguments(subparser)
    args = parser.parse_args(argv)
    keep_freed_memory()
    try:
        COMMANDS[args.command].run(args)
    except (UsageError, DataError) as error:
        print(f"{parser.prog} {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"interrupted{_how_to_go_on(args)}", file=sys.stderr)
        return 130
    return 0


def _how_to_go_on(args: argparse.Namespace) -> str:
    """What to do after Ctrl-C: `all` goes on by itself, a study when asked to, what takes a moment starts again."""
    if args.command == "all":
        return f": the same command{' without --force' if args.force else ''} goes on where it stopped"
    return ": --resume goes on where the run stopped" if hasattr(args, "resume") else ""


class _Parser(argparse.ArgumentParser):
    """A mistake is told in one line; argparse would print the whole usage before it."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message} (--help shows what it takes)\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keep the paragraphs of a command's description, and columns wide enough to read."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=32, width=110)


if __name__ == "__main__":
    sys.exit(main())
