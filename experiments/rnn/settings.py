"""The command line of problem 1: its flags, and the settings that they resolve to."""

import argparse
import math
from pathlib import Path
from typing import Any

import joblib

from data.covid.choose import COURSE_END, COURSE_START
from experiments.cli import chosen, require
from experiments.run_folder import add_run_arguments
from rnn.classifier import CELLS
from rnn.splits import SPLITS
from rnn.train import Settings
from rnn.windows import TARGETS

# What --quick makes smaller, unless it is asked for outright.
DEFAULTS = {"lengths": [3, 5, 7, 10, 14], "seeds": 3, "epochs": Settings.epochs}
QUICK = {"lengths": [3, 7], "seeds": 2, "epochs": 8}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/rnn"))
    _add_data_arguments(parser.add_argument_group("the data").add_argument)
    _add_study_arguments(parser.add_argument_group("the study").add_argument)
    _add_net_arguments(parser.add_argument_group("the nets").add_argument)


def _add_data_arguments(add):
    add(
        "--data",
        default="auto",
        metavar="auto|simulated|PATH",
        help="a file or URL; auto: what is in data/raw/, else a download, else simulated (%(default)s)",
    )
    add("--start", default=str(COURSE_START), metavar="DAY", help="first day of the counts (%(default)s)")
    add("--end", default=str(COURSE_END), metavar="DAY", help="last day of the counts (%(default)s)")


def _add_study_arguments(add):
    add("--cells", nargs="+", choices=CELLS, default=list(CELLS), help="recurrent cells (all three)")
    add("--lengths", nargs="+", type=int, metavar="L", help="days in a window (3 5 7 10 14; quick 3 7)")
    add(
        "--threshold",
        type=float,
        default=0.7,
        metavar="R",
        help="the set C: countries that correlate with another one above it (%(default)s)",
    )
    add("--target", choices=TARGETS, default=TARGETS[0], help="what rises: the daily count or the total (%(default)s)")
    add(
        "--windows",
        choices=("distinct", "all"),
        default="distinct",
        help="keep the first of identical windows, or all of them (%(default)s)",
    )
    add("--splits", nargs="+", choices=SPLITS, default=list(SPLITS), help="what is held out (all three)")
    add("--seeds", type=int, metavar="N", help="repetitions of everything (3; quick 2)")


def _add_net_arguments(add):
    net = Settings()
    add("--epochs", type=int, metavar="N", help=f"passes over the training part ({net.epochs}; quick 8)")
    add("--hidden", type=int, default=32, metavar="N", help="size of the hidden state (%(default)s)")
    add("--layers", type=int, default=1, metavar="N", help="cells on top of each other (%(default)s)")
    add("--batch-size", type=int, default=net.batch_size, metavar="N", help="windows in a step (%(default)s)")
    add("--learning-rate", type=float, default=net.learning_rate, metavar="X", help="of Adam, at first (%(default)s)")
    add("--clip", type=float, default=net.clip, metavar="X", help="longest gradient allowed (%(default)s)")
    add("--seed", type=int, default=0, metavar="N", help="what all chance comes from (%(default)s)")
    add("--jobs", type=int, default=joblib.cpu_count(), metavar="N", help="processes; no result changes (%(default)s)")


def resolve(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments that decide the results, defaults filled in, each list in one order and without repetition.

    Raises:
        UsageError: a value out of its range.
    """
    names = (
        *("cells", "lengths", "threshold", "target", "windows", "splits", "seeds"),
        *("epochs", "hidden", "layers", "batch_size", "learning_rate", "clip", "seed"),
    )
    settings = chosen(args, names, QUICK if args.quick else DEFAULTS)
    settings["cells"] = [cell for cell in CELLS if cell in args.cells]
    settings["splits"] = [split for split in SPLITS if split in args.splits]
    settings["lengths"] = sorted(set(settings["lengths"]))

    require("jobs", args.jobs, args.jobs >= 1, "at least 1")
    for name in ("seeds", "epochs", "hidden", "layers", "batch_size"):
        require(name, settings[name], settings[name] >= 1, "at least 1")
    require("lengths", settings["lengths"][0], settings["lengths"][0] >= 1, "at least 1 day")
    require("seed", args.seed, args.seed >= 0, "0 or more")
    require("threshold", args.threshold, -1 <= args.threshold < 1, "a correlation, at least -1 and below 1")
    for name in ("learning_rate", "clip"):
        require(name, settings[name], 0 < settings[name] < math.inf, "a number above 0")
    return settings
