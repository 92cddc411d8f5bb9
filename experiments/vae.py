"""Problem 2: a convolutional variational autoencoder on anime faces, with the KL term x1, x100 and x0.

Trains one model for each KL weight, evaluates them on held-out images, and draws learning curves, reconstructions,
samples of the prior, interpolations and a comparison. A run that is stopped (Ctrl-C) goes on with --resume.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from data.face_choice import resolve_faces
from data.faces import Faces, preparation_stages, split_faces
from vae import architecture, diagnostics
from vae.explore import encode
from vae.model import LIKELIHOODS, VAE
from vae.train import Settings, Trainer

from . import vae_arrays
from .run_folder import RunFolder, UsageError, add_run_arguments, written_beside
from .vae_training import train

HELD_OUT_SHARE, MOST_HELD_OUT = 0.1, 1000
QUICK = {"epochs": 3, "images": 800, "size": 32, "widths": [16, 32, 64], "latent": 16}
DEFAULT = {"epochs": 8, "images": None, "size": 64, "widths": [32, 64, 128, 256], "latent": 64}
STAGES_SHOWN = 4
PCA_IMAGES = 4000  # enough for the axes, and a few seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", default="auto", metavar="auto|drawn|PATH",
        help="a folder, zip or array of faces; drawn: faces that the program draws; auto: data/raw, else a download, "
        "else drawn (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--kl-weights", type=float, nargs="+", default=[1.0, 100.0, 0.0], metavar="W", help="(1 100 0)")
    parser.add_argument("--latent", type=int, metavar="K", help="latent units (64)")
    parser.add_argument("--likelihood", choices=LIKELIHOODS, default="gaussian", help="of the pixels (%(default)s)")
    parser.add_argument("--widths", type=int, nargs="+", metavar="C", help="channels of the encoder (32 64 128 256)")
    parser.add_argument("--epochs", type=int, metavar="N", help=f"({DEFAULT['epochs']})")
    parser.add_argument("--images", type=int, metavar="N", help="use N images only (all)")
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="(%(default)s)")
    parser.add_argument("--learning-rate", type=float, default=1e-3, metavar="R", help="of Adam (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="(%(default)s)")
    add_run_arguments(parser, Path("runs/vae"))


def run(args: argparse.Namespace) -> None:
    args = _resolved(args)
    faces = resolve_faces(args.data, args.size, args.images, args.seed)
    print(faces.describe(), flush=True)
    training, held_out = _split(faces, args.seed)
    folder = RunFolder(args.out, _settings(args, faces, training, held_out), resume=args.resume, force=args.force)
    if faces.path is not None:
        _save_stages(folder, faces.path, args)
    trained = [_train_one(args, weight, folder, training, held_out) for weight in args.kl_weights]
    _evaluate_all(args, folder, trained, training, held_out)
    # draw everything from the saved results


def _resolved(args):
    """The arguments with defaults filled in, or a UsageError for one that cannot be."""
    args = argparse.Namespace(**vars(args))
    for name, value in (QUICK if args.quick else DEFAULT).items():
        if getattr(args, name, None) is None:
            setattr(args, name, value)
    for name, least in (("latent", 1), ("epochs", 1), ("batch_size", 1), ("images", 20), ("seed", 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise UsageError(f"--{name.replace('_', '-')} {value}: expected at least {least}")
    if args.learning_rate <= 0:
        raise UsageError(f"--learning-rate {args.learning_rate}: expected a positive number")
    if any(weight < 0 for weight in args.kl_weights) or len(set(args.kl_weights)) < len(args.kl_weights):
        raise UsageError(f"--kl-weights {args.kl_weights}: expected different numbers, none below 0")
    if any(width < 1 for width in args.widths) or args.size % 2 ** len(args.widths):
        raise UsageError(f"--widths {args.widths}: each halves the side of {args.size} pixels, which must stay whole")
    return args


def _split(faces: Faces, seed: int) -> tuple[Faces, Faces]:
    training, held_out = split_faces(faces, HELD_OUT_SHARE, seed)
    least = 2 * vae_arrays.PAIRS
    if len(held_out) < least:
        raise UsageError(f"--data: {len(faces)} images are too few, {10 * least} are needed at least")
    return training, held_out.take(np.arange(min(len(held_out), MOST_HELD_OUT)))


def _settings(args, faces, training, held_out):
    names = ("kl_weights", "latent", "likelihood", "widths", "epochs", "batch_size", "learning_rate", "seed", "quick")
    data = {
        "source": faces.source, "drawn": faces.drawn, "sha256": faces.content_hash, "images": len(faces),
        "training": len(training), "held_out": len(held_out), "skipped": [list(item) for item in faces.skipped],
    }  # fmt: skip
    return {name: getattr(args, name) for name in names} | {"image_size": args.size, "data": data}


def _new_model(args) -> VAE:
    """The untrained model: the same for every weight, so that the weight is all they differ in."""
    rng = np.random.default_rng([args.seed, 0])
    return VAE(args.size, 3, args.widths, args.latent, rng=rng, likelihood=args.likelihood)


def _train_one(args, weight, folder, training, held_out) -> VAE:
    model = _new_model(args)
    settings = Settings(weight, args.batch_size, args.learning_rate, args.epochs)
    trainer = Trainer(model, training.images, settings, args.seed)
    train(trainer, folder, held_out.images, vae_arrays.prior_latents(args.latent, args.seed))
    return model


def _evaluate_all(args, folder, models, training, held_out) -> None:
    """Write final.csv, factors.csv, verdicts.json and the arrays that the figures are drawn from."""
    final, factors, verdicts = [], [], {}
    for weight, model in zip(args.kl_weights, models, strict=True):
        for split, faces in (("train", training.take(np.arange(len(held_out)))), ("held_out", held_out)):
            final += [(weight, split, name, value) for name, value in _final_metrics(model, faces.images).items()]
        arrays = vae_arrays.results(model, training, held_out, args.seed)
        verdicts[f"{weight:g}"] = vae_arrays.verdict(model, training, held_out, arrays)
        _save_arrays(folder, f"kl_{weight:g}", arrays)
        if held_out.factors is not None:
            scores = diagnostics.factor_scores(encode(model, held_out.images)[0], held_out.factors)
            factors += [(weight, name, score) for name, score in scores.items()]
    _write_rows(folder, "final.csv", ["kl_weight", "split", "metric", "value"], final)
    if factors:
        _write_rows(folder, "factors.csv", ["kl_weight", "factor", "r_squared"], factors)
    folder.write_json("verdicts.json", verdicts)
    components = min(args.latent, len(training) // 2)
    rng = np.random.default_rng([args.seed, 4])
    mse = diagnostics.pca_error(training.images[:PCA_IMAGES], held_out.images, components, rng)
    layers = [layer._asdict() for layer in architecture.layers(models[0])]
    folder.finish(pca={"components": components, "mse": mse}, layers=layers)


def _write_rows(folder, name, columns, rows):
    folder.write_csv(name, pd.DataFrame(rows, columns=columns), float_format="%.6f")


def _final_metrics(model, images) -> dict[str, float]:
    evaluation = diagnostics.evaluate(model, images)
    mse = diagnostics.mean_squared_error(model, images)
    return {
        "neg_elbo": evaluation.negative_elbo, "reconstruction": evaluation.reconstruction, "kl": evaluation.kl,
        "mse": mse, "psnr": diagnostics.psnr(mse), "active_units": evaluation.active_units,
        "bits_per_dim": evaluation.bits_per_dim,
    }  # fmt: skip


def _save_stages(folder, source: Path, args) -> None:
    """Some pictures before and after cropping and resizing, for the report."""
    arrays: dict[str, np.ndarray] = {}
    for i, stage in enumerate(preparation_stages(source, STAGES_SHOWN, args.size, args.seed)):
        arrays |= {f"original_{i}": stage.original, f"crop_{i}": stage.cropped, f"resized_{i}": stage.resized}
    _save_arrays(folder, "preprocessing", arrays)


def _save_arrays(folder, name, arrays):
    with written_beside(folder.path / "arrays" / f"{name}.npz") as temporary:
        np.savez(temporary, **arrays)
