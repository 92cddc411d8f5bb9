"""Run a whole comparison: every model under every protocol, with intervals and a verdict for each row.

python -m experiments study rnn                         the protocol table of problem 1
python -m experiments study rnn --data covid_19.csv     on a file of yours
python -m experiments study rnn --quick                 a small table, in about a minute
python -m experiments study rnn --resume                continue a study that was stopped
"""

import argparse
from pathlib import Path

from .cli import add_run_arguments, add_settings
from .rnn import protocols

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", choices=("rnn",), help="which study")
    add_run_arguments(parser, Path("runs/study-rnn"))
    add_settings(parser, protocols.ProtocolSettings)


def run(args: argparse.Namespace) -> None:
    protocols.run(args)
