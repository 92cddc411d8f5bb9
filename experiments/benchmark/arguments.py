"""The command line of the benchmark: its flags, and the request that they make."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import autograd

from ..cli import MAX_THREADS, require
from ..runs.folder import UsageError
from . import peers
from .growth import AXES, Axis
from .timing import Plan
from .works import WORKS, Work, chosen

QUICK = ("vae64_b32", "conv_k3s1", "*_I1_H32_L10", "node_overhead", "growth_length", "growth_graph")
ALL = ("*",)
DEFAULT_PLAN, QUICK_PLAN = Plan(rounds=9, least_seconds=0.1), Plan(rounds=3, least_seconds=0.02)

MAX_ROUNDS = 10_000

# These works are measured a second time on all cores: their matrix products are large enough for several threads.
MANY_THREADS = ("vae*",)


class Request(NamedTuple):
    """What to measure.

    Attributes:
        groups: pairs of a number of threads and the works to measure with it.
        axes: the sizes to vary, measured with the number of threads of the first group.
        peers: the packages to compare with.
        plan: how long to measure.
    """

    groups: list[tuple[int, list[Work]]]
    axes: list[Axis]
    peers: list[str]
    plan: Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--out", type=Path, default=Path("runs/benchmark"), metavar="DIR", help="run folder (%(default)s)")
    add("--force", action="store_true", help="delete the existing run in --out and start over")
    add("--quick", action="store_true", help="measure a few works roughly, in less than a minute")
    add(
        "--peers",
        nargs="*",
        choices=peers.MODULES,
        metavar="PEER",
        help=f"compare with these packages ({', '.join(peers.MODULES)}); without names: all that are installed",
    )
    add(
        "--threads",
        type=int,
        metavar="N",
        help="number of threads (default: 1; then all cores for the autoencoder)",
    )
    add("--only", nargs="+", metavar="PATTERN", help="measure only works that match, such as 'gru_*_L50', 'growth_*'")
    add(
        "--rounds",
        type=int,
        metavar="N",
        help=f"number of rounds ({DEFAULT_PLAN.rounds}; with --quick {QUICK_PLAN.rounds})",
    )
    add("--cpu-time", action="store_true", help="count CPU time, for a core that other programs use too")
    add("--no-memory", action="store_true", help="do not measure memory")
    add("--unchecked", action="store_true", help="do not compare losses and gradients: an earlier run has done so")
    add("--markdown", action="store_true", help="print the table as Markdown")
    add(
        "--epoch",
        type=Path,
        metavar="DIR",
        help="measure only how long the bare training step of this run of problem 2 takes, beside its epochs",
    )
    add(
        "--join",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="measure nothing: print one table of these runs, in which different works were measured on one machine",
    )


def resolve(args: argparse.Namespace) -> Request:
    """The request that the arguments make.

    Raises:
        UsageError: a value is out of its range, no work matches a pattern, or a peer is not installed.
    """
    for name, most in {"rounds": MAX_ROUNDS, "threads": MAX_THREADS}.items():
        value = getattr(args, name)
        require(name, value, value is None or 1 <= value <= most, f"at least 1, at most {most:,}")
    if args.cpu_time and (args.threads or 1) > 1:
        raise UsageError("--cpu-time adds up the time of all threads: expected --threads 1 with it")
    patterns = args.only or (QUICK if args.quick else ALL)
    works, axes = chosen(WORKS, patterns), chosen(AXES, patterns)
    require("only", args.only, bool(works or axes), "a pattern that matches a work, such as 'vae*' or 'lstm_*_L50'")
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
    """The peers that are installed; a peer that the user named must be."""
    if names is None:
        return []
    wanted = list(dict.fromkeys(names or peers.MODULES))
    found = [name for name in wanted if peers.is_installed(name)]
    missing = [name for name in wanted if name not in found]
    if missing and (names or not found):
        raise UsageError(f"--peers: not installed here: {', '.join(missing)} (make benchmark installs all of them)")
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    return found
