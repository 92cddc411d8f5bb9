"""Copy the README's pictures from finished runs into docs/gallery.

Only pictures of simulated counts and of drawn faces may be published: a run on real data is refused.
"""

import argparse
import shutil
from pathlib import Path

from .run_folder import CONFIG, UsageError, read_json, written_beside

PICTURES = {
    "rnn": ["world_map.png", "figures/headline.png", "figures/lengths.png", "figures/correlation_all.png"],
    "vae": ["figures/comparison.png", "figures/interpolation.png", "figures/traversals.png", "samples.gif"],
}
MOST_BYTES = 300_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", type=Path, nargs="?", default=Path("runs"), metavar="DIR", help="(%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("docs/gallery"), metavar="DIR", help="(%(default)s)")


def run(args: argparse.Namespace) -> None:
    for study, names in PICTURES.items():
        folder = args.runs / study
        data = read_json(folder / CONFIG)["data"]
        if not (data.get("simulated") or data.get("drawn")):
            raise UsageError(f"{folder}: made from {data['source']}: only simulated or drawn data may be published")
        for name in names:
            source = folder / name
            if not source.is_file():
                raise UsageError(f"{source}: no such picture: run the study to its end first")
            if (size := source.stat().st_size) > MOST_BYTES:
                raise UsageError(f"{source}: has {size:,} bytes, at most {MOST_BYTES:,} are wanted in the repository")
            target = args.out / f"{study}_{source.name}"
            with written_beside(target) as temporary:
                shutil.copyfile(source, temporary)
            print(target)
