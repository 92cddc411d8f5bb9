"""Print the probability that each country reports more new cases tomorrow, from the trained nets of a run.

python -m experiments predict runs/rnn --data counts.csv              the day after the last one in the file
python -m experiments predict runs/rnn --data counts.csv --cell lstm  another cell of the run
python -m experiments predict runs/rnn --data counts.csv --out tomorrow.csv
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from data.atomic import write_bytes
from data.covid.choose import resolve_cases
from data.covid.counts import CaseCounts, load_cases
from rnn.classifier import CELLS

from ..runs.folder import UsageError
from .models import load_rnn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="run folder of the study rnn")
    parser.add_argument("--data", required=True, metavar="PATH", help="a file or URL of counts, or simulated")
    parser.add_argument("--counts", choices=("auto", "cumulative", "daily"), default="auto", help="(%(default)s)")
    parser.add_argument("--cell", choices=tuple(CELLS), help="which of the run's cells (the map's)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table as CSV too")


def run(args: argparse.Namespace) -> None:
    nets = load_rnn(args.folder, args.cell)
    cases = resolve_cases(args.data) if args.data == "simulated" else load_cases(args.data, counts=args.counts)
    days = cases.new_cases.shape[1]
    if days < nets.length:
        raise UsageError(f"--data {args.data}: {days} daily counts, the nets of {args.folder} need {nets.length}")
    table = forecast_table(cases, nets.probability(cases.new_cases), nets.length)
    print(f"probability of a rise on {cases.dates[-1] + 1}, from the last {nets.length} days")
    print(table.to_string(index=False, formatters={"probability": "{:.3f}".format}))
    if args.out:
        write_bytes(args.out, table.to_csv(index=False, lineterminator="\n").encode())


def forecast_table(cases: CaseCounts, probability: np.ndarray, length: int) -> pd.DataFrame:
    """Country, probability and last days, the likeliest rise first."""
    last_days = [" ".join(map(str, days)) for days in cases.new_cases[:, -length:]]
    table = pd.DataFrame(
        {"country": cases.countries, "probability": probability.round(6), "last_days": last_days}
    )  # fmt: skip
    return table.sort_values("probability", ascending=False, kind="stable")
