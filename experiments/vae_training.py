"""Training one VAE of a run: progress, one line an epoch, checkpoints, and a stop that can be gone on from.

A checkpoint is written after every epoch, every minute within one, and on Ctrl-C. Whichever of them a run goes on
from, it ends with the same bytes as one that was never stopped (``vae/train.py``).
"""

import math
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from autograd import checkpoint
from vae.diagnostics import Evaluation, evaluate
from vae.explore import decode
from vae.train import NotFiniteError, Trainer

from .run_folder import RunFolder, UsageError, written_beside

METRIC_COLUMNS = ["kl_weight", "epoch", "split", "neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units"]
SECONDS_BETWEEN_CHECKPOINTS = 60


def checkpoint_path(folder: RunFolder, weight: float) -> Path:
    return folder.path / "checkpoints" / f"kl_{weight:g}.npz"


def frame_path(folder: RunFolder, weight: float, epoch: int) -> Path:
    """The fixed grid of prior samples after an epoch, a picture of the GIF."""
    return folder.path / "arrays" / "frames" / f"kl_{weight:g}_{epoch:04d}.npz"


def train(trainer: Trainer, folder: RunFolder, held_out: np.ndarray, grid: np.ndarray) -> None:
    """Train to the end, from the checkpoint in the folder if there is one.

    Args:
        trainer: a fresh one; its settings name the KL weight and the number of epochs.
        held_out: uint8 images to evaluate on after each epoch, beside as many training images.
        grid: latents (64, K) that are decoded after each epoch.

    Raises:
        UsageError: the checkpoint is damaged or of another model, or the loss stopped being finite.
        KeyboardInterrupt: after Ctrl-C, when the state has been saved.
    """
    weight = trainer.settings.kl_weight
    path = checkpoint_path(folder, weight)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        _restore(trainer, path)
    elif trainer.epochs_done == 0:
        _end_of_epoch(trainer, folder, held_out, grid)
    with _interrupt_flag() as interrupted:
        while trainer.epochs_done < trainer.settings.epochs:
            _one_epoch(trainer, path, interrupted)
            _end_of_epoch(trainer, folder, held_out, grid)
            checkpoint.save(path, trainer.state())


def _one_epoch(trainer, path, interrupted):
    epoch, saved_at = trainer.epochs_done + 1, time.monotonic()
    done = math.ceil(trainer.position / trainer.settings.batch_size)
    label = f"KL x{trainer.settings.kl_weight:g}, epoch {epoch}/{trainer.settings.epochs}"
    with tqdm(total=trainer.steps_per_epoch, initial=done, desc=label, leave=False, disable=None, unit="step") as bar:
        try:
            for step in trainer.epoch():
                total = step.reconstruction + step.kl
                bar.set_postfix_str(
                    f"rec {step.reconstruction:.0f}  KL {step.kl:.1f}  -ELBO {total:.0f}", refresh=False
                )
                bar.update()
                if interrupted():
                    checkpoint.save(path, trainer.state())
                    raise KeyboardInterrupt
                if time.monotonic() - saved_at > SECONDS_BETWEEN_CHECKPOINTS:
                    checkpoint.save(path, trainer.state())
                    saved_at = time.monotonic()
        except NotFiniteError as error:
            raise UsageError(
                f"KL weight {trainer.settings.kl_weight:g}: {error}. The checkpoint before it is kept in {path}; "
                "a smaller --learning-rate usually helps"
            ) from None


def _end_of_epoch(trainer, folder, held_out, grid):
    weight, epoch, model = trainer.settings.kl_weight, trainer.epochs_done, trainer.model
    evaluations = {"train": evaluate(model, trainer.images[: len(held_out)]), "held_out": evaluate(model, held_out)}
    _record(folder, weight, epoch, evaluations)
    pictures = np.rint(decode(model, grid) * 255).astype(np.uint8)
    with written_beside(frame_path(folder, weight, epoch)) as temporary:
        np.savez(temporary, grid=pictures)
    print(_line(trainer, evaluations), flush=True)


def _line(trainer, evaluations: dict[str, Evaluation]) -> str:
    epochs = f"epoch {trainer.epochs_done}/{trainer.settings.epochs}"
    lines = [
        f"{name.replace('_', '-'):8}  reconstruction {e.reconstruction:8.0f} + KL {e.kl:6.1f} = -ELBO "
        f"{e.negative_elbo:8.0f} nats, {e.bits_per_dim:.3f} bits/dim, {e.active_units}/{trainer.model.latent} active"
        for name, e in evaluations.items()
    ]
    return f"KL x{trainer.settings.kl_weight:g}, {epochs}\n  " + "\n  ".join(lines)


def _record(folder, weight, epoch, evaluations: dict[str, Evaluation]) -> None:
    """Add an epoch to metrics.csv; one that was cut off before its checkpoint is written again, not twice."""
    path = folder.path / "metrics.csv"
    rows = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=METRIC_COLUMNS)
    rows = rows[(rows.kl_weight != weight) | (rows.epoch < epoch)]
    new = [
        [weight, epoch, split, e.negative_elbo, e.reconstruction, e.kl, e.bits_per_dim, e.active_units]
        for split, e in evaluations.items()
    ]
    tables = [rows, pd.DataFrame(new, columns=METRIC_COLUMNS)]
    folder.write_csv("metrics.csv", pd.concat([table for table in tables if len(table)]), float_format="%.6f")


def _restore(trainer, path):
    try:
        state = checkpoint.load(path)
        trainer.restore(state)
    except (checkpoint.CheckpointError, ValueError, KeyError) as error:
        raise UsageError(f"cannot go on: {error}") from None
    place = f"epoch {trainer.epochs_done}" + (f" and {trainer.position} images" if trainer.position else "")
    print(f"KL x{trainer.settings.kl_weight:g}: going on after {place}", flush=True)


@contextmanager
def _interrupt_flag():
    """Ctrl-C sets a flag that is asked for between two steps, so that none is saved half done; a second one kills."""
    pressed: list[bool] = []

    def on_interrupt(*_):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)
        print("\nstopping after this step ...", file=sys.stderr, flush=True)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
