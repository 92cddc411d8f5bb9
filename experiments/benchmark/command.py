"""Measure the time and memory of training steps, and compare them with PyTorch and other packages.

A work is a training step of the autoencoder or of a recurrent net, a convolutional layer, or a node of the graph.
Our engine and every peer run each work in turn, from the same weights, in float32. The reported ratio is the median
over the rounds, with the lowest and the highest. Losses and all gradients are compared first; if they differ, nothing
is timed. The process keeps freed memory for the next step, as in every command here; PyTorch gains from that too.

  make benchmark                                          all works; the peers get their own environment
  python -m experiments benchmark --peers --only 'vae*'   some works, against the installed peers
  python -m experiments benchmark --quick                 a few works, without peers
  python -m experiments benchmark --join DIR DIR          one table of runs that measured some works each
  python -m experiments benchmark --epoch runs/vae        an epoch of problem 2 beside its bare steps

To measure one thread on a machine with several cores, pin the process to one core (Linux):
taskset -c 1 python -m experiments benchmark --threads 1. If other programs use that core too, add --cpu-time: it
counts CPU time instead of wall-clock time. Never measure several threads on cores that are in use.

The run folder gets benchmark.csv, growth.csv, benchmark.md (the table as Markdown) and the figures of both tables.
"""

import argparse
import csv
import io
import math
import time
from collections.abc import Sequence
from dataclasses import astuple, replace

import pandas as pd

import autograd

from ..runs.folder import RunFolder, UsageError
from . import epoch, growth, joined, machine, memory, peers, report
from .agreement import DifferentError
from .arguments import Request, add_arguments, resolve
from .comparison import Comparison, check, compare
from .figure import plot_ratios
from .growth_figure import plot_growth
from .products import products_of
from .sides import Clock
from .timing import Plan

__all__ = ["add_arguments", "run"]

PAUSE = 0.05  # seconds between readings: idle threads of OpenMP and OpenBLAS spin for some milliseconds


def run(args: argparse.Namespace) -> None:
    if args.join:
        print(joined.table(args.join))
        return
    request = resolve(args)
    if args.epoch:
        autograd.set_threads(args.threads or autograd.available_cores())
        print(epoch.sentence(args.epoch, request.plan))
        return
    folder = RunFolder(args.out, "benchmark", _settings(request, args), force=args.force)
    heading = _heading(request.peers)
    print("\n".join(heading), flush=True)
    if not args.unchecked:
        _check_all(request)
    clock: Clock = time.process_time if args.cpu_time else time.perf_counter
    with_memory = memory.can_measure() and not args.no_memory
    comparisons = _compare_all(request, clock, with_memory)
    points = _grow_all(request, clock, with_memory)
    if comparisons:
        folder.write_text("benchmark.csv", report.csv_text(comparisons))
        folder.write_text("benchmark.md", report.markdown(comparisons, heading))
    if points:
        folder.write_text("growth.csv", _growth_csv(points))
    draw(folder)
    folder.finish(machine=machine.facts())
    print(report.summary(comparisons))
    if args.markdown:
        print("\n" + report.markdown(comparisons, heading))
    print(f"all results are in {args.out}")


def draw(folder: RunFolder) -> None:
    """Draw the figures of a run from its saved tables."""
    ratios, grown = folder.path / "benchmark.csv", folder.path / "growth.csv"
    if ratios.is_file() and len(table := pd.read_csv(ratios).dropna(subset="ratio")):
        plot_ratios(table, folder.path / "figures" / "benchmark.png")
    if grown.is_file():
        labels = {axis.name: f"{axis.size}\n({axis.where})" for axis in growth.AXES}
        plot_growth(pd.read_csv(grown), labels, folder.path / "figures" / "growth.png")


def _settings(request: Request, args):
    """The settings that the results depend on."""
    works = {str(threads): [work.name for work in works] for threads, works in request.groups}
    growing = [axis.name for axis in request.axes]
    flags = {"cpu_time": args.cpu_time, "checked": not args.unchecked}
    return {"works": works, "growth": growing, "peers": request.peers} | flags | request.plan._asdict()


def _heading(names) -> list[str]:
    versions = [f"{report.name_of(name)} {peers.version(name)}" for name in names]
    return report.heading(machine.facts()) + ([f"- compared with {', '.join(versions)}"] if versions else [])


def _check_all(request) -> None:
    """Raise UsageError if a peer computes different losses or gradients."""
    if not request.peers:
        return
    started = time.monotonic()
    try:
        for threads, works in request.groups:
            _set_threads(threads, request.peers)
            for work in works:
                check(work, [name for name in request.peers if name in work.peers])
    except DifferentError as error:
        raise UsageError(str(error)) from None
    seconds = time.monotonic() - started
    print(f"all losses and gradients agree ({seconds:.0f} s)", flush=True)


def _compare_all(request, clock, with_memory) -> list[Comparison]:
    measured = []
    for threads, works in request.groups:
        _set_threads(threads, request.peers)
        group = []
        for work in works:
            names = [name for name in request.peers if name in work.peers]
            for comparison in compare(
                work, names, products_of(work.problem), threads, _steady(request.plan, threads), clock
            ):
                print(report.line(comparison), flush=True)
                group.append(comparison)
        measured += _with_memory(group, threads) if with_memory and group else group
    return measured


def _with_memory(comparisons: Sequence[Comparison], threads: int) -> list[Comparison]:
    """The comparisons with peak memory filled in; it stays unknown for peers that run in another process."""
    ours = memory.peaks_mb([(c.work.problem, "") for c in comparisons], threads)
    theirs = [math.nan] * len(comparisons)
    for peer in peers.IN_PROCESS:
        rows = [i for i, c in enumerate(comparisons) if c.peer == peer]
        if rows:
            requests = [(comparisons[i].work.problem, comparisons[i].settings) for i in rows]
            for i, peak in zip(rows, memory.peaks_mb(requests, threads, peer), strict=True):
                theirs[i] = peak
    return [replace(c, peak_mb_ours=a, peak_mb_peer=b) for c, a, b in zip(comparisons, ours, theirs, strict=True)]


def _grow_all(request, clock, with_memory) -> list[growth.Point]:
    threads = request.groups[0][0]
    _set_threads(threads, ())
    points = []
    for axis in request.axes:
        print(f"{axis.name}: {axis.size} ({axis.where}): {', '.join(map(str, axis.problems))}", flush=True)
        points += growth.grow(axis, threads, _steady(request.plan, threads), clock, with_memory)
    return points


def _growth_csv(points) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(growth.COLUMNS)
    writer.writerows([f"{x:.4g}" if isinstance(x, float) else x for x in astuple(point)] for point in points)
    return buffer.getvalue()


def _set_threads(threads: int, names: Sequence[str]) -> None:
    autograd.set_threads(threads)
    for name in names:
        peers.set_threads(name, threads)


def _steady(plan: Plan, threads: int) -> Plan:
    """With several threads, pause before each reading until the threads of the other side sleep."""
    return plan._replace(pause=PAUSE) if threads > 1 else plan
