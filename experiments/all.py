"""Run both studies, one after the other, and build the page of results.

Each study has its own run folder in --out. Models that are already trained there are not trained again.

  python -m experiments all --quick     every output, from small runs
  python -m experiments all             both studies and the page
  python -m experiments all --full      the course's scale: 100 epochs on all images
"""

import argparse
import time
from pathlib import Path

from . import report
from .cli import add_threads_argument, use_threads
from .rnn import study as rnn
from .vae import study as vae

STUDIES = {"rnn": rnn, "vae": vae}

# Minutes that each study takes on two cores; the estimates printed before each study come from them.
MINUTES = {"rnn": {"quick": 0.5, "default": 2, "full": 2}, "vae": {"quick": 0.7, "default": 5, "full": 8 * 60}}
FULL = {"rnn": [], "vae": ["--epochs", "100"]}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("runs"), metavar="DIR", help="folder of the runs (%(default)s)"
    )
    parser.add_argument(
        "--report", type=Path, default=Path("report"), metavar="DIR", help="folder of the page (%(default)s)"
    )
    add_threads_argument(parser)
    parser.add_argument("--force", action="store_true", help="delete the existing runs in --out and start over")
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", action="store_true", help="small runs that still make every output")
    scale.add_argument("--full", action="store_true", help="the course's scale: 100 epochs on all images; many hours")


def run(args: argparse.Namespace) -> None:
    use_threads(args)  # first of all, so that a wrong value is refused before any study runs
    scale = "quick" if args.quick else "full" if args.full else "default"
    started, left = time.monotonic(), {name: MINUTES[name][scale] for name in STUDIES}
    for name, study in STUDIES.items():
        print(f"== {name}: about {_minutes(sum(left.values()))} left ==", flush=True)
        study.run(_arguments(study, args, name))
        del left[name]
    report.run(_parsed(report, [str(args.out), "--out", str(args.report)]))
    print(f"all done in {_minutes((time.monotonic() - started) / 60)}: open {args.report / 'index.html'}")


def _arguments(study, args, name):
    """The study's own defaults, changed by the flags that it shares with `all`."""
    flags = ["--out", str(args.out / name), "--force" if args.force else "--resume"]
    if name == "vae" and args.threads:
        flags += ["--threads", str(args.threads)]
    return _parsed(study, flags + ["--quick"] * args.quick + FULL[name] * args.full)


def _parsed(module, flags):
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return parser.parse_args(flags)


def _minutes(minutes: float) -> str:
    return (
        f"{minutes * 60:.0f} seconds"
        if minutes < 2
        else f"{minutes:.0f} minutes"
        if minutes < 120
        else f"{minutes / 60:.0f} hours"
    )
