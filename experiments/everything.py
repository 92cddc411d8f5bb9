"""Run both studies with their defaults, one after the other.

Each study's run stands in a folder of its own below --out; one that is finished already is not trained again.
"""

import argparse
import time
from pathlib import Path

from . import rnn

STUDIES = {"rnn": rnn}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("runs"), metavar="DIR", help="folder of the runs (%(default)s)"
    )
    parser.add_argument("--quick", action="store_true", help="small runs that still make every output")
    parser.add_argument("--force", action="store_true", help="throw away the runs in the folder first")


def run(args: argparse.Namespace) -> None:
    started = time.monotonic()
    for name, study in STUDIES.items():
        parser = argparse.ArgumentParser()
        study.add_arguments(parser)
        flags = ["--out", str(args.out / name), "--force" if args.force else "--resume"]
        print(f"== {name} ==", flush=True)
        study.run(parser.parse_args(flags + ["--quick"] * args.quick))
    print(f"done in {time.monotonic() - started:.0f} s: the results are in {args.out}")
