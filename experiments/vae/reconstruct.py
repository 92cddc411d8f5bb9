"""Reconstruct your own pictures with a trained autoencoder.

Writes one picture: the given faces in every odd row, below each its reconstruction from the mean of its code.

  python -m experiments reconstruct runs/vae --images my_faces/
"""

import argparse
from pathlib import Path

import numpy as np

from data.faces.load import load_faces
from vae.diagnostics import psnr

from ..cli import require
from .models import load_vae
from .saved_pictures import save_grid

COLUMNS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="run folder of the autoencoder")
    parser.add_argument("--images", type=Path, required=True, metavar="PATH", help="a folder, a .zip or a saved array")
    parser.add_argument("--n", type=int, default=32, metavar="N", help="show the first N (%(default)s)")
    parser.add_argument("--kl-weight", type=float, metavar="W", help="which of the run's models (1)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the picture to write (reconstructions.png in the run folder)"
    )


def run(args: argparse.Namespace) -> None:
    require("n", args.n, args.n >= 1, "at least 1")
    trained = load_vae(args.folder, args.kl_weight)
    images = load_faces(args.images, trained.model.image_size, cache=None).images
    back = trained.reconstruct(images)
    mse = float(np.square(images / np.float32(255) - back).mean(dtype=np.float64))

    count = min(args.n, len(images))
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    shown = np.ones((2, rows * columns, *images.shape[1:]), np.float32)  # white where a row is not full
    shown[0, :count], shown[1, :count] = images[:count] / np.float32(255), back[:count]
    pairs = shown.reshape(2, rows, columns, *images.shape[1:]).swapaxes(0, 1)
    path = args.out or args.folder / "reconstructions.png"
    save_grid(path, pairs.reshape(-1, *images.shape[1:]), columns)
    print(
        f"{len(images)} pictures: mean squared error {mse:.4f}, PSNR {float(psnr(mse)):.1f} dB; {count} shown: {path}"
    )
