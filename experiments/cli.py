"""What the commands' arguments share: defaults that --quick changes, and one line for a value out of range."""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

import autograd

from .run_folder import UsageError


def chosen(args: argparse.Namespace, names: Iterable[str], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The named arguments as given; `defaults` for those that were not."""
    given = {name: getattr(args, name) for name in names}
    return {name: defaults.get(name) if value is None else value for name, value in given.items()}


def require(name: str, value: Any, holds: bool, expected: str) -> None:
    """UsageError that names the flag, its value and what was expected, unless the condition holds."""
    if not holds:
        shown = " ".join(map(str, value)) if isinstance(value, list) else value
        raise UsageError(f"--{name.replace('_', '-')} is {shown}, expected {expected}")


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads", type=int, metavar="N", help="threads to compute with (all cores); any number gives the same bytes"
    )


def use_threads(args: argparse.Namespace) -> None:
    """Compute with the threads that were asked for, with all the cores if none were.

    Raises:
        UsageError: fewer than one.
    """
    require("threads", args.threads, args.threads is None or args.threads >= 1, "at least 1")
    autograd.set_threads(args.threads or autograd.available_cores())
