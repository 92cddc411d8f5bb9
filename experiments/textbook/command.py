"""Draw every figure of the pages in docs/, and write the players: pages that a reader steps through in a browser.

They show what is simulated or computed on the spot, from fixed seeds: the same command draws the same pictures.

  python -m experiments textbook                        draw them anew where the pages look for them
  python -m experiments textbook --out /tmp/docs        draw them elsewhere, to compare
  python -m experiments textbook --only-players         write docs/players/*.html alone
"""

import argparse
from pathlib import Path

from .figures import FIGURES
from .players import PLAYERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("docs"), metavar="DIR", help="gets figures/ and players/ (%(default)s)"
    )
    parser.add_argument("--only-players", action="store_true", help="write the players and draw no figure")


def run(args: argparse.Namespace) -> None:
    figures = {} if args.only_players else FIGURES
    for folder, pictures in ((args.out / "figures", figures), (args.out / "players", PLAYERS)):
        for name, make in pictures.items():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder / name)
            print(folder / name, flush=True)
