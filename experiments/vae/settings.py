"""The command line of problem 2: its flags, and the settings that they resolve to."""

import argparse
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments.cli import add_run_arguments, add_threads_argument, require
from vae.model import LIKELIHOODS
from vae.train import Settings

# What --quick makes smaller, unless it is asked for outright. Without --images, drawn faces are 6,000 and others all.
DEFAULTS = {
    "epochs": Settings.epochs,
    "images": None,
    "widths": [32, 64, 128, 256],
    "latent": 64,
    "learning_rate": Settings.learning_rate,
}
QUICK = {"epochs": 15, "images": 1000, "widths": [16, 32, 64], "latent": 16, "learning_rate": 3e-3}
IMAGE_SIZE, QUICK_IMAGE_SIZE = 64, 32
LEAST_IMAGES = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/vae"))
    add_threads_argument(parser)
    _add_data_arguments(parser.add_argument_group("the data").add_argument)
    _add_net_arguments(parser.add_argument_group("the autoencoder").add_argument)
    _add_training_arguments(parser.add_argument_group("the training").add_argument)


def _add_data_arguments(add):
    add(
        "--data",
        default="auto",
        metavar="auto|drawn|PATH",
        help="a folder, .zip or saved array of faces; drawn: faces that the program draws; auto: what is in data/raw/, "
        "else a download, else drawn (%(default)s)",
    )
    add("--images", type=int, metavar="N", help="use N of them, chosen at random (all, or 6000 drawn; quick 1000)")


def _add_net_arguments(add):
    add("--latent", type=int, metavar="K", help="latent units; with 2 their plane is drawn too (64; quick 16)")
    add("--widths", type=int, nargs="+", metavar="C", help="channels of the encoder (32 64 128 256; quick 16 32 64)")
    add(
        "--likelihood",
        choices=LIKELIHOODS,
        default=LIKELIHOODS[0],
        help="of the pixels: a density with one learned noise level, or the surrogate on grey levels that courses use "
        "(%(default)s)",
    )


def _add_training_arguments(add):
    add(
        "--kl-weights",
        type=float,
        nargs="+",
        default=[1.0, 100.0, 0.0],
        metavar="W",
        help="one model is trained for each, on reconstruction + W KL (1 100 0)",
    )
    add(
        "--epochs",
        type=int,
        metavar="N",
        help=f"passes over the images ({DEFAULTS['epochs']}; quick {QUICK['epochs']})",
    )
    add("--batch-size", type=int, default=32, metavar="N", help="images in a step (%(default)s)")
    add("--learning-rate", type=float, metavar="X", help="of Adam (0.001; quick 0.003)")
    add(
        "--mirror",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="mirror every face, left for right, in about half of the epochs (%(default)s)",
    )
    add("--seed", type=int, default=0, metavar="N", help="what all chance comes from (%(default)s)")


def chosen(args: argparse.Namespace, names: Iterable[str], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The named arguments as given; `defaults` for those that were not."""
    given = {name: getattr(args, name) for name in names}
    return {name: defaults.get(name) if value is None else value for name, value in given.items()}


def resolve(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments that decide the results, defaults filled in.

    Raises:
        UsageError: a value out of its range.
    """
    names = (
        *("kl_weights", "latent", "likelihood", "widths", "epochs"),
        *("images", "batch_size", "learning_rate", "mirror", "seed", "quick"),
    )
    settings = chosen(args, names, QUICK if args.quick else DEFAULTS)
    settings["image_size"] = QUICK_IMAGE_SIZE if args.quick else IMAGE_SIZE

    for name in ("latent", "epochs", "batch_size"):
        require(name, settings[name], settings[name] >= 1, "at least 1")
    images = settings["images"]
    require("images", images, images is None or images >= LEAST_IMAGES, f"at least {LEAST_IMAGES}")
    require("seed", args.seed, args.seed >= 0, "0 or more")
    rate = settings["learning_rate"]
    require("learning_rate", rate, 0 < rate < math.inf, "a number above 0")
    _check_weights(args.kl_weights)
    _check_widths(settings["widths"], settings["image_size"])
    return settings


def _check_weights(weights):
    for weight in weights:
        require("kl_weights", weight, 0 <= weight < math.inf, "numbers, 0 or more")
        require("kl_weights", weight, float(f"{weight:g}") == weight, "at most six digits, which name its files")
    require("kl_weights", weights, len(set(weights)) == len(weights), "different numbers")


def _check_widths(widths, size):
    require("widths", widths, min(widths) >= 1, "channels, at least 1 in each layer")
    most = (size & -size).bit_length() - 1  # how often the size can be halved
    require("widths", widths, len(widths) <= most, f"at most {most}: each halves the side of {size} pixels")
