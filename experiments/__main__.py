"""The command line: finds the command, runs it, and turns a user's mistake into one line and exit status 2."""

import argparse
import re
import signal
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

# Ctrl-C while the modules are loaded ends the process at once, without a traceback from the middle of an import.
if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from data.errors import DataError, printable

from . import all as everything
from . import gallery, report, study
from .benchmark import command as benchmark
from .cli import did_you_mean
from .rnn import predict
from .rnn import study as rnn
from .runs.folder import UsageError
from .sweep import command as sweep
from .sweep import compare
from .system.faults import WHAT_A_MACHINE_DOES, end_output, in_one_line, silence_output
from .system.memory import keep_freed_memory
from .system.terminal import make_streams_safe
from .system.workers import pass_over_restarts
from .textbook import command as textbook
from .textbook import notebooks
from .vae import ablation, reconstruct, sample
from .vae import study as vae

COMMANDS = {
    "all": everything,
    "rnn": rnn,
    "vae": vae,
    "study": study,
    "ablation": ablation,
    "sweep": sweep,
    "compare": compare,
    "predict": predict,
    "sample": sample,
    "reconstruct": reconstruct,
    "report": report,
    "benchmark": benchmark,
    "gallery": gallery,
    "textbook": textbook,
    "notebooks": notebooks,
}
PROGRAM = "python -m experiments"
DESCRIPTION = "Train, evaluate and draw the two studies: recurrent nets on COVID-19 counts, an autoencoder on faces."
EXAMPLES = f"""\
examples:
  {PROGRAM} all --quick             every output of both studies, small
  {PROGRAM} all                     both studies and the page of results
  {PROGRAM} rnn --data counts.csv   the first study on a file of yours
  {PROGRAM} rnn --help              what a command does and all its flags
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command. Gives the exit status: 0, 2 for a mistake of the user or of the system, 130 when interrupted."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # set below while the modules were loaded
        signal.signal(signal.SIGINT, signal.default_int_handler)
    make_streams_safe()
    try:
        args = _parse(sys.argv[1:] if argv is None else argv)
    except SystemExit:
        if error := end_output():  # the help could not be written
            _tell(f"{PROGRAM}: {in_one_line(error)}")
            return 2
        raise
    try:
        keep_freed_memory()
        pass_over_restarts()
        COMMANDS[args.command].run(args)
        if error := end_output():
            raise error
    except (UsageError, DataError) as error:
        return _refuse(args, str(error))
    except BrokenPipeError:  # whoever read the output has seen enough
        silence_output()
        return 2
    except WHAT_A_MACHINE_DOES as error:
        return _refuse(args, f"{in_one_line(error)}{_how_to_continue(args)}")
    except KeyboardInterrupt:
        end_output()
        _tell(f"interrupted{_how_to_continue(args)}")
        return 130
    return 0


def _refuse(args: argparse.Namespace, message: str) -> int:
    end_output()
    _tell(f"{PROGRAM} {args.command}: {message}")
    return 2


def _tell(line: str) -> None:
    with suppress(OSError):  # where standard error cannot be written to, the exit status must do
        print(line, file=sys.stderr, flush=True)


def _parse(argv: list[str]) -> argparse.Namespace:
    """The arguments; argparse's exit with one line and status 2 for an unknown command, flag or value."""
    parser = _Parser(prog=PROGRAM, description=DESCRIPTION, epilog=EXAMPLES, formatter_class=_Formatter)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        summary, _, details = (module.__doc__ or "").partition("\n")
        subparser = subparsers.add_parser(
            name, help=summary, description=summary, epilog=details, formatter_class=_Formatter
        )
        module.add_arguments(subparser)
    if argv and not argv[0].startswith("-") and argv[0] not in COMMANDS:
        parser.error(f"there is no command {argv[0]!r}{did_you_mean(argv[0], COMMANDS)}")
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        subparser = subparsers.choices[args.command]
        known = re.findall(r"--[a-z-]+", subparser.format_help())
        subparser.error(f"there is no {unknown[0]}{did_you_mean(unknown[0].partition('=')[0], known)}")
    if control := _with_control_characters(args):
        subparsers.choices[args.command].error(f"{control}: a name with control characters, expected one that prints")
    return args


def _with_control_characters(args: argparse.Namespace) -> str:
    """The first text or path among the arguments that a terminal would obey if it were printed; empty without one."""
    values = [one for value in vars(args).values() for one in (value if isinstance(value, list) else [value])]
    texts = [str(value) for value in values if isinstance(value, str | Path)]
    return next((text for text in texts if any(unicodedata.category(letter) == "Cc" for letter in text)), "")


def _how_to_continue(args: argparse.Namespace) -> str:
    """What to do after Ctrl-C: `all` and `sweep` continue by themselves, a study when asked; others start again."""
    if args.command in ("all", "sweep"):
        return f": the same command{' without --force' if args.force else ''} continues where it stopped"
    return ": --resume continues where the run stopped" if hasattr(args, "resume") else ""


class _Parser(argparse.ArgumentParser):
    """Prints a mistake in one line; argparse would print the whole usage before it."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {printable(message)}; --help lists what it takes\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the paragraphs of a command's description, in columns wide enough to read."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=32, width=110)


if __name__ == "__main__":
    status = main()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # the same while Python ends
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(status)
