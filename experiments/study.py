"""Run a whole comparison: every model under every protocol, or every weight of the KL term.

python -m experiments study rnn                         the protocol table of problem 1
python -m experiments study rnn --data covid_19.csv     on a file of yours
python -m experiments study countries                   how many countries a model of problem 1 must see, and which
python -m experiments study eras                        what recurrence learns in each half year, and what carries over
python -m experiments study vae                         many weights, latent sizes and seeds of problem 2
python -m experiments study vae --quick                 a small sweep, in a few minutes
python -m experiments study rnn --resume                continue a study that was stopped
"""

import argparse
from pathlib import Path

from .cli import add_run_arguments, add_settings
from .rnn import eras, protocols, which_countries
from .vae import sweep

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    studies = parser.add_subparsers(dest="study", required=True, metavar="rnn|countries|eras|vae")
    rnn = studies.add_parser("rnn", help="models under every protocol")
    add_run_arguments(rnn, Path("runs/study-rnn"))
    add_settings(rnn, protocols.ProtocolSettings)
    countries = studies.add_parser("countries", help="how many training countries, and which")
    add_run_arguments(countries, Path("runs/study-countries"))
    add_settings(countries, which_countries.CountriesSettings)
    of_eras = studies.add_parser("eras", help="what is learnt in each era of a long series")
    add_run_arguments(of_eras, Path("runs/study-eras"))
    add_settings(of_eras, eras.ErasSettings)
    sweep.add_arguments(studies.add_parser("vae", help="weights of the KL term, latent sizes and seeds"))


def run(args: argparse.Namespace) -> None:
    {"rnn": protocols.run, "countries": which_countries.run, "eras": eras.run, "vae": sweep.run}[args.study](args)
