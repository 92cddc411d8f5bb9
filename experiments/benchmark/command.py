"""Measure how fast training steps are and how much memory they take, and compare them with PyTorch's and others'.

Each work (a training step of the autoencoder, of recurrent nets, a convolutional layer, a node of the graph) is run
in turn with the same in every peer, from the same weights, in float32; the ratio is the median of the rounds' ratios,
with the lowest and the highest. First the loss and all gradients are compared, and if they differ nothing is timed.

  make benchmark                                          everything, with the peers in an environment of their own
  python -m experiments benchmark --peers --only 'vae*'   some works, with the peers that are installed
  python -m experiments benchmark --quick                 ours alone, in less than a minute

On a machine of several cores pin a run with one thread to one of them, or the system moves it about while it is
timed (Linux): taskset -c 1 python -m experiments benchmark --threads 1. While others use that core, --cpu-time counts
the processor's time instead of the clock's. Never measure several threads on cores that are in use.
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..arguments import require
from ..run_folder import RunFolder, UsageError
from . import machine, memory, peers, report
from .agreement import DifferentError
from .comparison import Comparison, check, compare
from .products import noted_products
from .timing import Plan
from .works import WORKS, Work, chosen

# The number of threads is also what the autoencoder is measured with a second time: its products are large enough.
MANY_THREADS = ("vae64_b*",)
QUICK = ("vae64_b32", "conv_k3s1", "*_I1_H32_L10", "node_overhead")
DEFAULT_PLAN, QUICK_PLAN = Plan(rounds=9, least_seconds=0.1), Plan(rounds=3, least_seconds=0.02)
PAUSE = 0.05  # seconds; OpenMP's threads spin for some milliseconds after their work, OpenBLAS's for some more


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--out", type=Path, default=Path("runs/benchmark"), metavar="DIR", help="run folder (%(default)s)")
    add("--force", action="store_true", help="throw away the run in the folder first")
    add("--quick", action="store_true", help="a few works, measured roughly")
    add(
        "--peers", nargs="*", choices=peers.MODULES, metavar="PEER",
        help=f"compare with these of {', '.join(peers.MODULES)}; without names, with all that are installed",
    )  # fmt: skip
    add(
        "--threads", type=int, metavar="N",
        help="let both sides use N (one, and the autoencoder again with all the cores)",
    )  # fmt: skip
    add("--only", nargs="+", metavar="PATTERN", help="works whose names fit a pattern, such as 'gru_*_L50'")
    add("--rounds", type=int, metavar="N", help=f"({DEFAULT_PLAN.rounds}; quick {QUICK_PLAN.rounds})")
    add("--cpu-time", action="store_true", help="count the processor's time, on a core that others use too")
    add("--no-memory", action="store_true", help="leave the memory unmeasured")
    add("--markdown", action="store_true", help="print the table for a page")


def run(args: argparse.Namespace) -> None:
    works, names = _works(args), _peers(args)
    plan, groups = _plan(args), _groups(args, works)
    settings = {"works": [work.name for work in works], "peers": names, "threads": [n for n, _ in groups]}
    folder = RunFolder(args.out, settings | plan._asdict() | {"cpu_time": args.cpu_time}, force=args.force)
    heading = _heading(names)
    print("\n".join(heading), flush=True)
    try:
        _check_all(works, names)
    except DifferentError as error:
        raise UsageError(str(error)) from None
    comparisons = _measure_all(groups, names, plan, args)
    folder.write_text("benchmark.csv", report.csv_text(comparisons))
    folder.write_text("benchmark.md", report.markdown(comparisons, heading))
    folder.finish(machine=machine.facts())
    print(report.summary(comparisons))
    if args.markdown:
        print("\n" + report.markdown(comparisons, heading))
    print(f"all of it is in {args.out}")


def _works(args) -> list[Work]:
    works = chosen(WORKS, args.only or (QUICK if args.quick else ("*",)))
    require("only", args.only, bool(works), "a pattern that some work fits, such as 'vae*' or 'lstm_*_L50'")
    return works


def _peers(args) -> list[str]:
    """The peers to compare with; one that was asked for by name must be there."""
    if args.peers is None:
        return []
    missing = [name for name in args.peers or peers.MODULES if not peers.is_installed(name)]
    found = [name for name in args.peers or peers.MODULES if name not in missing]
    if missing and (args.peers or not found):
        raise UsageError(f"--peers: {', '.join(missing)} not installed here: make benchmark installs all peers")
    if missing:
        print(f"without {', '.join(missing)}, not installed here")
    return found


def _plan(args) -> Plan:
    plan = QUICK_PLAN if args.quick else DEFAULT_PLAN
    require("rounds", args.rounds, args.rounds is None or args.rounds >= 1, "at least 1")
    return plan if args.rounds is None else plan._replace(rounds=args.rounds)


def _groups(args, works) -> list[tuple[int, list[Work]]]:
    """Numbers of threads, each with the works that are measured with it."""
    require("threads", args.threads, args.threads is None or args.threads >= 1, "at least 1")
    if args.cpu_time and (args.threads or 1) > 1:
        raise UsageError("--cpu-time adds up the time of all threads: it can be used with --threads 1 only")
    if args.threads:
        return [(args.threads, works)]
    many = chosen(works, MANY_THREADS) if machine.cores() > 1 and not args.cpu_time else []
    return [(1, works)] + ([(machine.cores(), many)] if many else [])


def _heading(names) -> list[str]:
    versions = [f"{report.NAMES[name]} {peers.version(name)}" for name in names]
    lines = [f"{name}: {value}" for name, value in machine.facts().items()]
    return lines + ([f"compared with {', '.join(versions)}"] if versions else [])


def _check_all(works, names) -> None:
    machine.set_threads(1)
    for name in names:
        peers.set_threads(name, 1)
    started = time.monotonic()
    for work in works:
        check(work, [name for name in names if name in work.peers])
    if names:
        seconds = time.monotonic() - started
        print(f"the losses and gradients of {len(works)} works are the same ({seconds:.0f} s)", flush=True)


def _measure_all(groups, names, plan, args) -> list[Comparison]:
    measured = []
    for threads, works in groups:
        machine.set_threads(threads)
        for name in names:
            peers.set_threads(name, threads)
        clock = time.process_time if args.cpu_time else time.perf_counter
        steady = plan._replace(pause=PAUSE if threads > 1 else 0.0)
        noted = noted_products([work.problem for work in works])
        group = []
        for work, products in zip(works, noted, strict=True):
            here = [name for name in names if name in work.peers]
            for comparison in compare(work, here, products, threads, steady, clock):
                print(report.line(comparison), flush=True)
                group.append(comparison)
        measured += group if args.no_memory else with_memory(group, threads)
    return measured


def with_memory(comparisons: Sequence[Comparison], threads: int) -> list[Comparison]:
    """The same with the peaks of memory filled in."""
    ours = memory.peaks_mb([(c.work.problem, "") for c in comparisons], threads)
    theirs = [math.nan] * len(comparisons)
    for peer in {c.peer for c in comparisons} - {""}:
        rows = [i for i, c in enumerate(comparisons) if c.peer == peer]
        requests = [(comparisons[i].work.problem, comparisons[i].settings) for i in rows]
        for i, peak in zip(rows, memory.peaks_mb(requests, threads, peer), strict=True):
            theirs[i] = peak
    return [replace(c, peak_mb_ours=a, peak_mb_peer=b) for c, a, b in zip(comparisons, ours, theirs, strict=True)]
