"""Copy the README's pictures from finished runs into docs/gallery.

Only pictures of simulated counts and of drawn faces may be published: the command refuses runs on real data.

  python -m experiments gallery                 runs/ -> docs/gallery/
  python -m experiments gallery DIR --out DIR   other folders
"""

import argparse
from pathlib import Path

from PIL import Image

from data.atomic import write_bytes

from .page.pictures import read_frames, still
from .runs.folder import UsageError
from .runs.saved import CONFIG, read_config
from .runs.values import FLAG, TEXT, check_fields, optional

PICTURES = {
    "rnn": ["world_map.png", "figures/headline.png", "figures/correlation_all.png"],
    "vae": ["figures/comparison.png", "figures/reconstructions_kl_1.png", "figures/interpolation_kl_1.png"],
}
FIELDS = {"data.source": TEXT, "data.simulated": optional(FLAG), "data.drawn": optional(FLAG)}
MAX_BYTES, MAX_WIDTH = 200_000, 1400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", type=Path, nargs="?", default=Path("runs"), metavar="DIR", help="folder of the runs (%(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/gallery"), metavar="DIR", help="output folder (%(default)s)"
    )


def run(args: argparse.Namespace) -> None:
    for study, names in PICTURES.items():
        folder = args.runs / study
        config = read_config(folder, study)
        check_fields(config, FIELDS, folder / CONFIG)
        if not config["finished"]:
            raise UsageError(f"{folder}: the run has not finished: --resume continues it")
        data = config["data"]
        if not (data.get("simulated") or data.get("drawn")):
            raise UsageError(f"{folder}: made from {data['source']}: only simulated or drawn data may be published")
        for name in names:
            source = folder / name
            if not source.is_file():
                raise UsageError(f"{source}: no such picture: run the study to its end first")
            target = args.out / f"{study}_{source.stem}.webp"
            write_bytes(target, _small(read_frames(source)[0][0]))
            print(target)


def _small(picture: Image.Image) -> bytes:
    """A picture as WebP, at most MAX_BYTES large: its width shrinks by 10 % until it fits."""
    width = min(picture.width, MAX_WIDTH)
    while True:
        size = width, round(picture.height * width / picture.width)
        content = still(picture.resize(size, Image.Resampling.LANCZOS))
        if len(content) <= MAX_BYTES:
            return content
        width = round(0.9 * width)
