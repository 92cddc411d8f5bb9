"""Problem 2: a convolutional variational autoencoder on anime faces, with the KL term as it is, times 100 and times 0.

Trains one model for each KL weight, evaluates them on held-out faces, and draws learning curves, reconstructions,
samples of the prior, interpolations and a comparison. All numbers and pictures are written to CSV and .npz files
first; figures, tables and discussion are made from those.

  python -m experiments vae                                    the study, on the best faces at hand
  python -m experiments vae --data anime_faces.zip --epochs 20  pictures of your own, for longer
  python -m experiments vae --latent 2 --kl-weights 1          a latent plane, drawn as a map of faces
  python -m experiments vae --quick --out /tmp/look            everything, small
  python -m experiments vae --resume                           continue a run that was stopped
"""

import argparse
from typing import Any

import numpy as np
import pandas as pd

from data.atomic import written_beside
from data.faces.choose import resolve_faces
from data.faces.load import Faces, preparation_stages, split_faces
from experiments.cli import use_threads
from experiments.run_folder import CONFIG, RunFolder, UsageError, existing_config
from experiments.vae.discussion.findings import write_discussion
from experiments.vae.figures.draw import draw_all
from experiments.vae.saved import open_vae_run
from experiments.vae.settings import LEAST_IMAGES, add_arguments, resolve
from experiments.vae.tables import summary_table, write_tables
from experiments.vae.training import duration, train_all
from experiments.vae.yardsticks import linear_yardsticks
from vae import architecture, diagnostics
from vae.explore import encode
from vae.model import VAE
from vae.snapshot import SHOWN, latent_space, snapshot
from vae.train import Settings, Trainer

__all__ = ["add_arguments", "run"]

HELD_OUT_SHARE, MOST_HELD_OUT = 0.1, 1000
STAGES_SHOWN = 4
FACTOR_IMAGES = 2000  # on which the linear maps to the true factors are fitted


def run(args: argparse.Namespace) -> None:
    settings = resolve(args)
    use_threads(args)
    before = existing_config(args.out, "vae") if args.resume else {}
    faces = resolve_faces(args.data, settings["image_size"], settings["images"], settings["seed"])
    print(faces.describe(), flush=True)
    training, held_out = _split(faces, settings["seed"])
    settings["data"] = _facts(faces, training, held_out, before)
    folder = RunFolder(args.out, "vae", settings, resume=args.resume, force=args.force, data=args.data)
    if before.get("finished"):
        folder.config = before
        folder.write_json(CONFIG, before)
        print(f"{folder.path}: finished before, its figures are drawn again")
    else:
        try:
            _train_and_evaluate(folder, settings, faces, training, held_out)
        finally:
            folder.record_cost()  # also if it is stopped
    draw_all(folder.path)
    write_tables(folder.path)
    write_discussion(folder.path)
    print(f"\n{summary_table(open_vae_run(folder.path))}\n")
    print(f"done in {duration(folder.config['wall_seconds'])}: the results are in {folder.path}")


def _split(faces: Faces, seed: int) -> tuple[Faces, Faces]:
    """Training and held-out faces; UsageError if there are too few to show."""
    wanted = min(max(round(HELD_OUT_SHARE * len(faces)), SHOWN), MOST_HELD_OUT)
    too_few = f"--data: {len(faces)} pictures are too few: {LEAST_IMAGES} different ones are needed at least"
    if len(faces) < LEAST_IMAGES:
        raise UsageError(too_few)
    try:
        training, held_out = split_faces(faces, wanted, seed)
    except ValueError as error:
        raise UsageError(f"{too_few} ({error})") from None
    if min(len(training), len(held_out)) < SHOWN:
        raise UsageError(f"{too_few}; many of these are copies of each other")
    return training, held_out


def _facts(faces: Faces, training: Faces, held_out: Faces, before: dict[str, Any]) -> dict[str, Any]:
    """What config.json says of the data. Notes stay as first told: the words of a failed download vary."""
    notes = before["data"]["notes"] if before else [faces.note] if faces.note else []
    return {
        "source": faces.source,
        "drawn": faces.drawn,
        "sha256": faces.content_hash,
        "images": len(faces),
        "training": len(training),
        "held_out": len(held_out),
        "skipped": [list(item) for item in faces.skipped],
        "notes": notes,
    }


def _train_and_evaluate(folder, settings, faces, training, held_out) -> None:
    if faces.path is not None:
        _save_stages(folder, faces, settings)

    def fresh_trainer(weight: float) -> Trainer:
        names = ("batch_size", "learning_rate", "epochs", "mirror")
        how = Settings(weight, **{name: settings[name] for name in names})
        return Trainer(_new_model(settings), training.images, how, settings["seed"])

    weights, grid = settings["kl_weights"], _prior_latents(settings)
    models, seconds = train_all(weights, fresh_trainer, folder, held_out.images, grid)
    _evaluate(folder, dict(zip(weights, models, strict=True)), grid, training, held_out)
    layers = [layer._asdict() for layer in architecture.layers(models[0])]
    names = ("kl_weights", "latent", "likelihood", "mirror")
    pca, rows = linear_yardsticks(
        training.images,
        held_out.images,
        **{name: settings[name] for name in names},
        rng=np.random.default_rng([settings["seed"], 4]),
    )
    _write_rows(folder, "linear_code.csv", ["kl_weight", "metric", "value"], rows)
    folder.finish(pca=pca._asdict(), layers=layers, seconds_per_epoch=seconds)


def _prior_latents(settings) -> np.ndarray:
    """Draws from the prior N(0, I), (64, K): the same for every weight and epoch."""
    rng = np.random.default_rng([settings["seed"], 3])
    return rng.standard_normal((64, settings["latent"]), dtype=np.float32)


def _new_model(settings) -> VAE:
    """The untrained model: the same for every weight, so that the weight is all they differ in."""
    rng = np.random.default_rng([settings["seed"], 0])
    names = ("image_size", "widths", "latent", "likelihood")
    return VAE(**{name: settings[name] for name in names}, rng=rng)


def _evaluate(folder, models: dict[float, VAE], grid, training, held_out) -> None:
    """Write final.csv, factors.csv, verdicts.json and the arrays that the figures are drawn from."""
    final: list[tuple] = []
    factors: list[tuple] = []
    verdicts = {}
    for weight, model in models.items():
        for split, images in (("train", training.images[: len(held_out)]), ("held_out", held_out.images)):
            final += [(weight, split, name, value) for name, value in _final_metrics(model, images).items()]
        arrays = snapshot(model, training.images, held_out.images, grid)
        _save_arrays(folder, f"kl_{weight:g}", arrays)
        verdicts[f"{weight:g}"] = facts = latent_space(model, training.images, held_out.images, arrays["samples"])
        factors += [(weight, name, score) for name, score in _factor_scores(model, training, held_out).items()]
        print(f"KL x{weight:g}: {facts['verdict']}", flush=True)
    _write_rows(folder, "final.csv", ["kl_weight", "split", "metric", "value"], final)
    if factors:
        _write_rows(folder, "factors.csv", ["kl_weight", "factor", "r_squared"], factors)
    folder.write_json("verdicts.json", verdicts)


def _final_metrics(model, images) -> dict[str, float]:
    evaluation = diagnostics.evaluate(model, images)
    mse = diagnostics.mean_squared_error(model, images)
    return {
        "neg_elbo": evaluation.negative_elbo,
        "reconstruction": evaluation.reconstruction,
        "kl": evaluation.kl,
        "mse": mse,
        "psnr": float(diagnostics.psnr(mse)),
        "active_units": evaluation.active_units,
        "bits_per_dim": evaluation.bits_per_dim,
    }


def _factor_scores(model, training, held_out) -> dict[str, float]:
    """R squared of each true factor; none where the faces were not drawn."""
    if held_out.factors is None:
        return {}
    known = training.take(np.arange(min(len(training), FACTOR_IMAGES)))
    (means, _), (test_means, _) = encode(model, known.images), encode(model, held_out.images)
    return diagnostics.factor_scores(means, known.factors, test_means, held_out.factors)


def _save_stages(folder, faces, settings) -> None:
    """Some pictures before and after cropping and resizing, for the report."""
    arrays: dict[str, np.ndarray] = {}
    for i, stage in enumerate(preparation_stages(faces.path, STAGES_SHOWN, settings["image_size"], settings["seed"])):
        arrays |= {f"original_{i}": stage.original, f"crop_{i}": stage.cropped, f"resized_{i}": stage.resized}
    _save_arrays(folder, "preprocessing", arrays)


def _save_arrays(folder, name, arrays):
    with written_beside(folder.path / "arrays" / f"{name}.npz") as temporary:
        np.savez(temporary, **arrays)


def _write_rows(folder, name, columns, rows):
    folder.write_csv(name, pd.DataFrame(rows, columns=columns), float_format="%.8g")
