"""The benchmark's command line: its flags, and what they ask for."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import autograd

from ..cli import require
from ..runs.folder import UsageError
from . import peers
from .growth import AXES, Axis
from .timing import Plan
from .works import WORKS, Work, chosen

QUICK = ("vae64_b32", "conv_k3s1", "*_I1_H32_L10", "node_overhead", "growth_length", "growth_graph")
ALL = ("*",)
DEFAULT_PLAN, QUICK_PLAN = Plan(rounds=9, least_seconds=0.1), Plan(rounds=3, least_seconds=0.02)

# What is measured a second time with all the cores: its matrix products are large enough to be shared out.
MANY_THREADS = ("vae*",)


class Request(NamedTuple):
    """What is to be measured.

    Attributes:
        groups: numbers of threads, each with the works that are measured with it.
        axes: sizes that are varied, with the first of these numbers of threads.
        peers: those to compare with.
    """

    groups: list[tuple[int, list[Work]]]
    axes: list[Axis]
    peers: list[str]
    plan: Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--out", type=Path, default=Path("runs/benchmark"), metavar="DIR", help="run folder (%(default)s)")
    add("--force", action="store_true", help="throw away the run in the folder first")
    add("--quick", action="store_true", help="a few works, measured roughly, in less than a minute")
    add(
        "--peers",
        nargs="*",
        choices=peers.MODULES,
        metavar="PEER",
        help=f"compare with these of {', '.join(peers.MODULES)}; without names, with all that are installed",
    )
    add(
        "--threads",
        type=int,
        metavar="N",
        help="of both sides (1, and the autoencoder again with all the cores)",
    )
    add("--only", nargs="+", metavar="PATTERN", help="works whose names fit, such as 'gru_*_L50', 'growth_*'")
    add("--rounds", type=int, metavar="N", help=f"({DEFAULT_PLAN.rounds}; quick {QUICK_PLAN.rounds})")
    add("--cpu-time", action="store_true", help="count the processor's time, on a core that others use too")
    add("--no-memory", action="store_true", help="leave memory unmeasured")
    add("--markdown", action="store_true", help="print the table for a page")


def resolve(args: argparse.Namespace) -> Request:
    """What the arguments ask for.

    Raises:
        UsageError: a value out of its range, a pattern that nothing fits, or a peer that is not installed.
    """
    for name in ("rounds", "threads"):
        value = getattr(args, name)
        require(name, value, value is None or value >= 1, "at least 1")
    if args.cpu_time and (args.threads or 1) > 1:
        raise UsageError("--cpu-time adds up the time of all threads: expected --threads 1 with it")
    patterns = args.only or (QUICK if args.quick else ALL)
    works, axes = chosen(WORKS, patterns), chosen(AXES, patterns)
    require("only", args.only, bool(works or axes), "a pattern that some work fits, such as 'vae*' or 'lstm_*_L50'")
    plan = QUICK_PLAN if args.quick else DEFAULT_PLAN
    plan = plan if args.rounds is None else plan._replace(rounds=args.rounds)
    return Request(_groups(args, works), axes, _peers(args.peers), plan)


def _groups(args, works):
    if args.threads:
        return [(args.threads, works)]
    cores = 1 if args.cpu_time or args.quick else autograd.available_cores()
    many = chosen(works, MANY_THREADS) if cores > 1 else []
    return [(1, works)] + ([(cores, many)] if many else [])


def _peers(names: Sequence[str] | None) -> list[str]:
    """The installed ones; one that was asked for by name must be."""
    if names is None:
        return []
    wanted = list(dict.fromkeys(names or peers.MODULES))
    found = [name for name in wanted if peers.is_installed(name)]
    missing = [name for name in wanted if name not in found]
    if missing and (names or not found):
        raise UsageError(f"--peers: not installed here: {', '.join(missing)} (make benchmark installs all of them)")
    if missing:
        print(f"not installed here, so left out: {', '.join(missing)}")
    return found
