"""Draw new faces from a trained autoencoder.

Each face is a draw from the prior N(0, I), decoded. By default the draws go through the linear map that was fitted to
the codes of the training images, which makes them faces more often; --as-trained leaves the map out.

  python -m experiments sample runs/vae --n 64
  python -m experiments sample runs/vae --n 64 --kl-weight 0 --as-trained
"""

import argparse
import math
from pathlib import Path

import numpy as np

from ..cli import require
from .models import load_vae
from .saved_pictures import save_grid

MAX_SAMPLES = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="run folder of the autoencoder")
    parser.add_argument("--n", type=int, default=64, metavar="N", help="number of faces (%(default)s)")
    parser.add_argument("--kl-weight", type=float, metavar="W", help="which of the run's models (1)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="random seed (%(default)s)")
    parser.add_argument("--as-trained", action="store_true", help="decode draws of N(0, I) without the linear map")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the picture to write (samples.png in the run folder)")


def run(args: argparse.Namespace) -> None:
    require("n", args.n, 1 <= args.n <= MAX_SAMPLES, f"1 to {MAX_SAMPLES}")
    require("seed", args.seed, args.seed >= 0, "0 or more")
    trained = load_vae(args.folder, args.kl_weight)
    faces = trained.sample(args.n, np.random.default_rng(args.seed), mapped=not args.as_trained)
    path = args.out or args.folder / "samples.png"
    save_grid(path, faces, columns=math.ceil(math.sqrt(args.n)))
    print(f"{args.n} faces: {path}")
