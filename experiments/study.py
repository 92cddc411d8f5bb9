"""Run a whole comparison: every model under every protocol, or every weight of the KL term.

python -m experiments study rnn                         the protocol table of problem 1
python -m experiments study rnn --data covid_19.csv     on a file of yours
python -m experiments study countries                   how many countries a model of problem 1 must see, and which
python -m experiments study eras                        what recurrence learns in each half year, and what carries over
python -m experiments study scalings                    which scaling of the counts, and why the others fail
python -m experiments study yardsticks                  beside scikit-learn and PyTorch, in the benchmark's environment
python -m experiments study vae                         many weights, latent sizes and seeds of problem 2
python -m experiments study vae --quick                 a small sweep, in a few minutes
python -m experiments study rnn --resume                continue a study that was stopped
"""

import argparse
from pathlib import Path

from .cli import add_run_arguments, add_settings
from .rnn import eras, protocols, scalings, which_countries
from .vae import sweep
from .yardsticks import study as yardsticks

__all__ = ["add_arguments", "run"]

# What runs, its settings, and its line in --help.
OF_PROBLEM_1 = {
    "rnn": (protocols.run, protocols.ProtocolSettings, "models under every protocol"),
    "countries": (which_countries.run, which_countries.CountriesSettings, "how many training countries, and which"),
    "eras": (eras.run, eras.ErasSettings, "what is learnt in each era of a long series"),
    "scalings": (scalings.run, scalings.ScalingsSettings, "which scaling of the counts a net should see"),
    "yardsticks": (yardsticks.run, yardsticks.YardsticksSettings, "beside scikit-learn and PyTorch, if installed"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    studies = parser.add_subparsers(dest="study", required=True, metavar="rnn|countries|eras|scalings|yardsticks|vae")
    for name, (_, settings, what) in OF_PROBLEM_1.items():
        study = studies.add_parser(name, help=what)
        add_run_arguments(study, Path(f"runs/study-{name}"))
        add_settings(study, settings)
    sweep.add_arguments(studies.add_parser("vae", help="weights of the KL term, latent sizes and seeds"))


def run(args: argparse.Namespace) -> None:
    sweep.run(args) if args.study == "vae" else OF_PROBLEM_1[args.study][0](args)
