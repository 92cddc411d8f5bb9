"""Training one model for each KL weight: progress, checkpoints, and a stop from which `--resume` continues.

A checkpoint is written after every epoch, every minute within one, and on Ctrl-C. It holds everything that decides
the following steps (``vae/train.py``) and the metrics of all epochs so far, from which metrics.csv is written anew
each time. So a run continued from any checkpoint ends with the same bytes as one that was never stopped.
"""

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from autograd.tools import checkpoint
from experiments.prose import duration
from experiments.runs.folder import RunFolder, UsageError
from experiments.vae.saved import METRIC_COLUMNS
from vae.diagnostics import Evaluation, evaluate
from vae.explore import decode
from vae.model import VAE
from vae.noise_level import best_noise
from vae.snapshot import as_bytes
from vae.train import NotFiniteError, Step, Trainer

SECONDS_BETWEEN_CHECKPOINTS = 60.0
EVALUATION_COST = 0.4  # time to evaluate an image, relative to training on it: forward pass only


class ModelRun:
    """The training of one model: its trainer, its files in the run folder, and its rows of metrics.csv."""

    def __init__(self, trainer: Trainer, folder: RunFolder):
        self.trainer, self.folder = trainer, folder
        self.weight, self.epochs = trainer.settings.kl_weight, trainer.settings.epochs
        self.name = f"KL x{self.weight:g}"
        self.checkpoint = folder.path / "checkpoints" / f"kl_{self.weight:g}.npz"
        self.rows: list[list[Any]] = []

    @property
    def epochs_left(self) -> float:
        """Epochs still to train, with fractions."""
        done = self.trainer.epochs_done + self.trainer.position / len(self.trainer.images)
        return max(self.epochs - done, 0.0)

    def save(self) -> None:
        """Write the checkpoint."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.save(self.checkpoint, {"trainer": self.trainer.state(), "rows": self.rows})

    def restore(self) -> None:
        """Continue from the checkpoint, if there is one.

        Raises:
            UsageError: it is damaged, or of another architecture or training.
        """
        try:
            state = checkpoint.load(self.checkpoint)
            self.trainer.restore(state["trainer"])
            self.rows = self._checked(state["rows"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else error
            raise UsageError(
                f"cannot continue from {self.checkpoint}: {reason} (delete that file to train this weight from the "
                "start)"
            ) from None
        place = f" and {self.trainer.steps_done} steps" if self.trainer.position else ""
        print(f"{self.name}: continuing after {self.trainer.epochs_done} of {self.epochs} epochs{place}")

    def _checked(self, rows: Any) -> list[list[Any]]:
        """The rows of metrics.csv, two for each epoch so far; ValueError if they are others."""
        steps = [(epoch, split) for epoch in range(self.trainer.epochs_done + 1) for split in ("train", "held_out")]
        found = [(row[1], row[2]) for row in rows if isinstance(row, list) and len(row) == len(METRIC_COLUMNS)]
        numbers = [value for row in rows for value in (row[0], *row[3:])] if found == steps else []
        if found != steps or not all(type(value) in (int, float) and math.isfinite(value) for value in numbers):
            raise ValueError(f"its metrics are not those of {self.trainer.epochs_done} epochs")
        return rows

    def diverged(self, what: str) -> UsageError:
        """The error for a loss that is not finite."""
        kept = f"The last good state is kept in {self.checkpoint}; " if self.checkpoint.is_file() else ""
        return UsageError(
            f"KL weight {self.weight:g}, {what}. {kept}start again with --force and a smaller --learning-rate"
        )


def train_all(
    weights: Sequence[float],
    new_trainer: Callable[[float], Trainer],
    folder: RunFolder,
    held_out: np.ndarray,
    prior: np.ndarray,
) -> tuple[dict[float, VAE], float | None]:
    """Train a model for each KL weight, continuing from the checkpoints in the folder where there are any.

    Args:
        new_trainer: gives the trainer of a weight, before its first step.
        held_out: uint8 images (H, S, S, C) to evaluate on after each epoch, beside as many training images.
        prior: latents (G, K) that are decoded after each epoch.

    Returns:
        The model of each weight, and the mean seconds per epoch with its evaluation: None if nothing was left to train.

    Raises:
        UsageError: a checkpoint is damaged or of another model, or a loss stopped being finite.
        KeyboardInterrupt: after Ctrl-C, when the state has been saved.
    """
    runs = [ModelRun(new_trainer(weight), folder) for weight in weights]
    for run in runs:
        run.restore()
    clock = _Clock(runs)
    if clock.epochs_left:
        guess = clock.epochs_left * _seconds_per_epoch(new_trainer(weights[0]), held_out)
        print(f"{clock.epochs_left:.4g} epochs to train, about {duration(guess)}", flush=True)
    with _interrupt_flag() as interrupted:
        for run in runs:

            def end_of_epoch(run=run):
                _evaluate(run, held_out, prior, clock)
                _write_metrics(folder, runs)
                run.save()

            if not run.rows:
                end_of_epoch()
            while run.epochs_left:
                _one_epoch(run, interrupted)
                end_of_epoch()
                if interrupted():
                    raise KeyboardInterrupt
    _write_metrics(folder, runs)
    return {run.weight: run.trainer.model for run in runs}, clock.seconds_per_epoch


def _one_epoch(run: ModelRun, interrupted: Callable[[], bool]) -> None:
    trainer, saved_at = run.trainer, time.monotonic()
    label = f"{run.name}, epoch {trainer.epochs_done + 1}/{run.epochs}"
    total, done = trainer.steps_per_epoch, trainer.steps_done
    with tqdm(total=total, initial=done, desc=label, unit="step", leave=False, disable=None) as bar:
        for step in _steps(run):
            terms = f"reconstruction {step.reconstruction:.0f}, KL {step.kl:.1f}"
            bar.set_postfix_str(f"{terms}, negative ELBO {step.negative_elbo:.0f}", refresh=False)
            bar.update()
            overdue = time.monotonic() - saved_at > SECONDS_BETWEEN_CHECKPOINTS
            if trainer.position and (overdue or interrupted()):  # the end of an epoch is saved after its evaluation
                run.save()
                saved_at = time.monotonic()
                if interrupted():
                    raise KeyboardInterrupt


def _steps(run: ModelRun) -> Iterator[Step]:
    try:
        yield from run.trainer.epoch()
    except NotFiniteError as error:
        raise run.diverged(str(error)) from None


def _evaluate(run: ModelRun, held_out: np.ndarray, prior: np.ndarray, clock: "_Clock") -> None:
    """Add the rows of an epoch (0 is before training), save the decoded prior draws, print the terms.

    Raises:
        UsageError: the bound of training or held-out images is not finite; nothing has been added or saved.
    """
    trainer = run.trainer
    model, epoch = trainer.model, trainer.epochs_done
    splits = {"train": trainer.images[: len(held_out)], "held_out": held_out}
    with np.errstate(all="ignore"), best_noise(model, trainer.images):  # an overflow is refused below
        found = {split: evaluate(model, images, linear_map=trainer.linear_map) for split, images in splits.items()}
    for split, e in found.items():
        if not np.isfinite(e.negative_elbo):
            name = "training" if split == "train" else "held-out"
            raise run.diverged(f"epoch {epoch}: the negative ELBO of {name} images is {e.negative_elbo}")
    for split, e in found.items():
        run.rows.append(
            [run.weight, epoch, split, e.negative_elbo, e.reconstruction, e.kl, e.bits_per_dim, e.active_units]
        )
    frame = f"arrays/frames/kl_{run.weight:g}_{epoch:04d}.npz"
    run.folder.write_arrays(frame, {"grid": as_bytes(decode(model, prior))}, compressed=True)
    print(f"{run.name}, epoch {epoch}/{run.epochs}{clock.lap() if epoch else ''}")
    for split, e in found.items():
        print(f"  {split.replace('_', '-'):8}  {_in_words(e, model.latent)}", flush=True)


def _in_words(e: Evaluation, latent: int) -> str:
    return (
        f"reconstruction {e.reconstruction:8.0f} + KL {e.kl:6.1f} = negative ELBO {e.negative_elbo:8.0f} nats, "
        f"{e.bits_per_dim:.3f} bits/dim, {e.active_units}/{latent} active"
    )


def _write_metrics(folder: RunFolder, runs: list[ModelRun]) -> None:
    rows = [row for run in runs for row in run.rows]
    folder.write_csv("metrics.csv", pd.DataFrame(rows, columns=list(METRIC_COLUMNS)), float_format="%.8g")


class _Clock:
    """How long an epoch takes, and how long the remaining ones will."""

    def __init__(self, runs: list[ModelRun]):
        self._runs, self._started = runs, time.monotonic()
        self._at_first = self.epochs_left

    @property
    def epochs_left(self) -> float:
        return sum(run.epochs_left for run in self._runs)

    @property
    def seconds_per_epoch(self) -> float | None:
        done = self._at_first - self.epochs_left
        return round((time.monotonic() - self._started) / done, 3) if done else None

    def lap(self) -> str:
        """ ", 24 s per epoch, 6 min left"; without the time left when nothing is left."""
        seconds, left = self.seconds_per_epoch or 0.0, self.epochs_left
        return f", {duration(seconds)} per epoch" + (f", {duration(seconds * left)} left" if left else "")


def _seconds_per_epoch(scratch: Trainer, held_out: np.ndarray) -> float:
    """An estimate from two steps, after one to warm up, of a trainer that is then thrown away."""
    ends = [time.perf_counter()]
    with suppress(NotFiniteError):  # training itself will report it
        ends += [time.perf_counter() for _ in islice(scratch.epoch(), 3)]
    step = ends[-1] - ends[0] if len(ends) < 3 else (ends[-1] - ends[1]) / (len(ends) - 2)
    evaluations = 3 * len(held_out) / scratch.settings.batch_size
    return step * (scratch.steps_per_epoch + EVALUATION_COST * evaluations)


@contextmanager
def _interrupt_flag():
    """Ctrl-C sets a flag that is read between two steps, so that no step is saved half done; a second one kills."""
    pressed: list[bool] = []

    def on_interrupt(*_):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)
        print("\nstopping after this step ...", file=sys.stderr, flush=True)

    if threading.current_thread() is not threading.main_thread():  # as in a worker of a cluster, which gets no Ctrl-C
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
