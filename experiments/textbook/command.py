"""Draw every figure of the pages in docs/.

They show what is simulated or computed on the spot, from fixed seeds: the same command draws the same pictures.

  python -m experiments textbook                        draw them anew where the pages look for them
  python -m experiments textbook --out /tmp/figures     draw them elsewhere, to compare
"""

import argparse
from pathlib import Path

from .figures import FIGURES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("docs/figures"), metavar="DIR", help="(%(default)s)")


def run(args: argparse.Namespace) -> None:
    for name, draw in FIGURES.items():
        draw(args.out / name)
        print(args.out / name, flush=True)
