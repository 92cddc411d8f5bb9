"""The command line: finds the command, runs it, and turns a user's mistake into one line and exit status 2."""

import argparse
import errno
import os
import re
import sys

from data.errors import DataError

from . import all as everything
from . import gallery, notebooks, predict, reconstruct, report, sample, study
from .benchmark import command as benchmark
from .cli import did_you_mean
from .memory import keep_freed_memory
from .rnn import study as rnn
from .run_folder import UsageError
from .terminal import make_streams_safe
from .textbook import command as textbook
from .vae import ablation
from .vae import study as vae

COMMANDS = {
    "all": everything,
    "rnn": rnn,
    "vae": vae,
    "study": study,
    "ablation": ablation,
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
    make_streams_safe()
    args = _parse(sys.argv[1:] if argv is None else argv)
    keep_freed_memory()
    try:
        COMMANDS[args.command].run(args)
    except (UsageError, DataError) as error:
        print(f"{PROGRAM} {args.command}: {error}", file=sys.stderr)
        return 2
    except (
        BrokenPipeError
    ):  # whoever read the output has seen enough: nothing may be written any more, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as error:
        print(f"{PROGRAM} {args.command}: {_system_error(error)}{_how_to_continue(args)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"interrupted{_how_to_continue(args)}", file=sys.stderr)
        return 130
    return 0


REMEDIES = {
    errno.ENOSPC: "the disk is full: make room",
    getattr(errno, "EDQUOT", -1): "your share of the disk is used up: make room",
    errno.EROFS: "the disk is read-only: choose another folder with --out",
    errno.EACCES: "permission denied: choose another folder with --out, or change the permissions",
    errno.EPERM: "permission denied: choose another folder with --out, or change the permissions",
    errno.EFBIG: "the file would exceed the limit on file sizes: raise it (ulimit -f)",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter path",
    errno.EISDIR: "a folder stands where a file is expected: move it away",
    errno.ENOTDIR: "a file stands where a folder is expected: move it away",
    errno.ENOTEMPTY: "a folder stands where a file is expected: move it away",
}


def _system_error(error: OSError) -> str:
    """One line: the path, what the system said, and what to do about it."""
    path = f"{error.filename2 or error.filename}: " if error.filename else ""
    reason = REMEDIES.get(error.errno or 0, f"{error.strerror or error}: the operating system refused")
    return f"{path}{reason}"


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
    return args


def _how_to_continue(args: argparse.Namespace) -> str:
    """What to do after Ctrl-C: `all` continues by itself, a study when asked to; quick commands start again."""
    if args.command == "all":
        return f": the same command{' without --force' if args.force else ''} continues where it stopped"
    return ": --resume continues where the run stopped" if hasattr(args, "resume") else ""


class _Parser(argparse.ArgumentParser):
    """Prints a mistake in one line; argparse would print the whole usage before it."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; --help lists what it takes\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the paragraphs of a command's description, in columns wide enough to read."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=32, width=110)


if __name__ == "__main__":
    sys.exit(main())
