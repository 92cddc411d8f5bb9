"""The trained autoencoders that a run keeps: one file in models/ for each KL weight."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from data.atomic import visible_files
from experiments.runs.folder import RunFolder, UsageError
from vae.model import VAE
from vae.trained import Trained, finish, load, save

FOLDER = "models"


def model_file(kl_weight: float) -> str:
    """Where a run keeps the model of a KL weight: "models/kl_1.npz"."""
    return f"{FOLDER}/kl_{kl_weight:g}.npz"


def keep_all(folder: RunFolder, models: Mapping[float, VAE], training: np.ndarray) -> dict[float, Trained]:
    """Finish the model of each KL weight on training images, uint8 (N, S, S, C), and write it into the run folder."""
    trained = {weight: finish(model, training) for weight, model in models.items()}
    for weight, each in trained.items():
        path = folder.path / model_file(weight)
        path.parent.mkdir(exist_ok=True)
        save(path, each)
    return trained


def load_vae(run: str | os.PathLike[str], kl_weight: float | None = None) -> Trained:
    """The trained autoencoder of a run folder, to sample from and to reconstruct with.

    >>> from experiments import load_vae                                      # doctest: +SKIP
    >>> load_vae("runs/vae").sample(64, np.random.default_rng(0)).shape       # doctest: +SKIP
    (64, 64, 64, 3)

    Args:
        run: the folder that `python -m experiments vae` wrote.
        kl_weight: which of its models; without one, that of KL weight 1, else the only one.

    Raises:
        UsageError: the folder has no such model, or the file is damaged.
    """
    folder = Path(run)
    kept = visible_files(folder / FOLDER, "kl_*.npz")
    if not kept:
        raise UsageError(
            f"{folder}: no trained model in {FOLDER}/; `python -m experiments vae --out {folder}` trains one"
        )
    path = folder / model_file(1.0 if kl_weight is None else kl_weight)
    if kl_weight is None and len(kept) == 1:
        path = kept[0]
    if path not in kept:
        weights = ", ".join(each.stem.removeprefix("kl_") for each in kept)
        raise UsageError(f"{folder}: no model of this KL weight; --kl-weight may be {weights}")
    try:
        return load(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{error}; train again to replace it") from None
