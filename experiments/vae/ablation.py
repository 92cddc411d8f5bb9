"""What each choice buys: the autoencoder with and without batch normalisation, the linear start, the decaying rate ...

Trains a model at KL weight 1 for every variant, all on the same faces, and prints a table: what it achieves on held-out
faces, and how long it trained. All variants take the same number of steps, or, with --equal seconds, as many epochs as
fit into the CPU time that the first variant takes. A variant that is done is kept in ablation.csv, so --resume
continues where a run stopped.

  python -m experiments ablation --quick                   all variants on small faces, in a few minutes
  python -m experiments ablation --quick --equal seconds   the same for as much CPU time each
  python -m experiments ablation --data faces.zip          at full size, a night
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from data.errors import DataError
from data.faces.choose import resolve_faces
from data.faces.load import Faces
from experiments.cli import add_run_arguments, add_settings, add_threads_argument, read_settings, use_threads
from experiments.markdown import table
from experiments.runs.folder import RunFolder
from experiments.runs.saved import SavedRun
from experiments.runs.values import POSITIVE_COUNT, Number
from experiments.vae.evaluation import final_metrics, sample_distances
from experiments.vae.faces import facts, split
from experiments.vae.settings import VaeSettings
from experiments.vae.yardsticks import linear_yardsticks, main_components
from vae.diagnostics import evaluate
from vae.principal_components import PrincipalComponents
from vae.train import Trainer
from vae.trained import finish

BARE = {"norm": "none", "start": "random", "schedule": "constant", "prior": "standard", "noise": "shared"}
VARIANTS: dict[str, dict[str, Any]] = {
    "none of them": {},
    "learning rate with cosine decay": {"schedule": "cosine"},
    "batch normalisation, leaky ReLU": {"norm": "batch"},
    "linear map in training": {"prior": "linear"},
    "linear start": {"start": "linear"},
    "batch normalisation, cosine decay": {"norm": "batch", "schedule": "cosine"},
    "– and the linear map in training": {"norm": "batch", "schedule": "cosine", "prior": "linear"},
    "– and the linear start (default)": {"norm": "batch", "schedule": "cosine", "start": "linear"},
    "– and a noise level for each pixel": {
        "norm": "batch", "schedule": "cosine", "start": "linear", "noise": "per-pixel",
    },
}  # fmt: skip
TABLE = {  # column of ablation.csv: its heading and format
    "neg_elbo_learned_noise": ("negative ELBO, noise level as learned", "{:,.0f}"),
    "neg_elbo": ("negative ELBO, noise level in closed form", "{:,.0f}"),
    "neg_elbo_mapped": ("negative ELBO, through the map", "{:,.0f}"),
    "kl": ("KL", "{:.0f}"),
    "kl_mapped": ("KL, through the map", "{:.0f}"),
    "mse": ("MSE", "{:.4f}"),
    "frechet_as_trained": ("Frechet distance as trained", "{:.0f}"),
    "frechet_mapped": ("Frechet distance, through the map", "{:.0f}"),
    "epochs": ("epochs", "{:.0f}"),
    "cpu_seconds": ("CPU seconds of training", "{:.0f}"),
}
FILE = "ablation.csv"


@dataclass(frozen=True)
class SavedAblation(SavedRun):
    """The rows of an ablation, read back."""

    STUDY = "vae-ablation"
    COLUMNS: ClassVar = {FILE: ("variant", *TABLE, "frechet_floor")}
    TEXT_COLUMNS = frozenset(("variant",))
    RANGES: ClassVar = {"cpu_seconds": Number(0, 1e9), "epochs": POSITIVE_COUNT}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/ablation"))
    add_threads_argument(parser)
    add_settings(parser, VaeSettings)
    parser.add_argument(
        "--equal", choices=["steps", "seconds"], default="steps",
        help="what all variants get alike: steps, or seconds of CPU time, those of the first variant (%(default)s)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    # The settings that all variants share, and the faces.
    settings = read_settings(VaeSettings, args)
    use_threads(args)
    faces = resolve_faces(settings.data, settings.image_size, settings.images, settings.seed)
    training, held_out = split(faces, settings.seed)
    components = main_components(training.images, settings)

    # The run folder, with the rows of variants that are done.
    what = {"data": facts(faces, training, held_out), "equal": args.equal, **settings.recorded()}
    folder = RunFolder(args.out, "vae-ablation", what, resume=args.resume, force=args.force, data=settings.data)
    rows = _rows_so_far(SavedAblation(folder.path, folder.config))

    # A training for each of the others.
    for name, changes in VARIANTS.items():
        if name not in {row["variant"] for row in rows}:
            variant = replace(settings, **BARE | changes)
            if rows and args.equal == "seconds":
                seconds = _seconds_of_an_epoch(variant, components, training)
                variant = replace(variant, epochs=max(1, round(rows[0]["cpu_seconds"] / seconds)))
            metrics = _train(variant, components, training, held_out)
            rows.append({"variant": name, **metrics})
            folder.write_csv(FILE, pd.DataFrame(rows), float_format="%.6g")
            print(f"{name}: negative ELBO {metrics['neg_elbo']:,.0f}", flush=True)
    text = _report(rows, settings, components, training.images, held_out.images)
    folder.write_text("ablation.md", text + "\n")
    folder.finish()
    print(f"\n{text}\n")


def _rows_so_far(saved: SavedAblation) -> list[Any]:
    """The rows of variants that are done; DataError if one is not as it was written."""
    if not saved.has(FILE):
        return []
    frame = saved.table(FILE)
    if frame.isna().any(axis=None):
        raise DataError(f"{saved.folder / FILE}: a field is empty: delete the file to train all variants again")
    return frame.to_dict("records")


def _seconds_of_an_epoch(settings: VaeSettings, components: PrincipalComponents, training: Faces) -> float:
    """CPU seconds, from the first epoch of a training that is then thrown away."""
    trainer = Trainer(settings.new_model(components), training.images, settings.training(1.0), settings.seed)
    started = time.process_time()
    for _ in trainer.epoch():
        pass
    return time.process_time() - started


def _train(
    settings: VaeSettings, components: PrincipalComponents, training: Faces, held_out: Faces
) -> dict[str, float]:
    """The metrics of one variant at a KL weight of 1, on held-out faces."""
    trainer = Trainer(settings.new_model(components), training.images, settings.training(1.0), settings.seed)
    started = time.process_time()
    while trainer.epochs_done < settings.epochs:
        for _ in trainer.epoch():
            pass
    seconds = time.process_time() - started
    mapped = settings.prior == "linear"
    learned = evaluate(trainer.model, held_out.images, linear_map=trainer.linear_map)
    trained = finish(trainer.model, training.images)
    found = final_metrics(trained, held_out.images, mapped=mapped)
    found |= sample_distances(trained, settings, components, training.images, held_out.images)
    return {
        **found,
        "neg_elbo_learned_noise": learned.negative_elbo,
        "neg_elbo_mapped": found["reconstruction"] + found["kl_mapped"],
        "epochs": settings.epochs,
        "cpu_seconds": seconds,
    }


def _report(
    rows: list[dict[str, Any]],
    settings: VaeSettings,
    components: PrincipalComponents,
    training: np.ndarray,
    held_out: np.ndarray,
) -> str:
    """The table, and the linear yardsticks below it."""
    cells = [[row["variant"], *(_number(row[key], form) for key, (_, form) in TABLE.items())] for row in rows]
    header = ["", *(heading for heading, _ in TABLE.values())]
    pca, linear = linear_yardsticks(
        components, training, held_out, kl_weights=[1.0], latent=settings.latent, likelihood="gaussian",
        mirror=settings.mirror, rng=np.random.default_rng(0),
    )  # fmt: skip
    bound = next(value for _, metric, value in linear if metric == "neg_elbo")
    floor = rows[0]["frechet_floor"]
    return (
        table(header, cells, "l" + "r" * len(TABLE))
        + f"\n\nAs many training faces: Frechet distance {floor:.0f}. The best linear code of {pca.components} "
        f"units reaches a negative ELBO of {_number(bound, '{:,.0f}')}, PCA a mean squared error of {pca.mse:.4f}."
    )


def _number(value: float, form: str) -> str:
    """A number in a format, with a true minus."""
    return form.format(value).replace("-", "−")
