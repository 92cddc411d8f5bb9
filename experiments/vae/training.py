"""The trainings of one run, a model for each KL weight: progress, checkpoints, and a stop that can be gone on from.

A checkpoint is written after every epoch, every minute within one, and on Ctrl-C. It holds all that decides what comes
next (``vae/train.py``) and the numbers of all epochs so far, from which metrics.csv is written anew each time: from
whichever checkpoint a run goes on, it ends with the same bytes as one that was never stopped.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from autograd import checkpoint
from experiments.run_folder import RunFolder, UsageError, written_beside
from vae.diagnostics import Evaluation, evaluate
from vae.explore import decode
from vae.model import VAE
from vae.train import NotFiniteError, Step, Trainer

METRIC_COLUMNS = ["kl_weight", "epoch", "split", "neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units"]
SECONDS_BETWEEN_CHECKPOINTS = 60.0
EVALUATION_COST = 0.4  # of an image, beside that of training on it: forward only


class Training:
    """One model of a run on its way: its trainer, its place in the folder, and its rows of metrics.csv."""

    def __init__(self, trainer: Trainer, folder: RunFolder):
        self.trainer = trainer
        self.weight, self.epochs = trainer.settings.kl_weight, trainer.settings.epochs
        name = f"kl_{self.weight:g}"
        self.path = folder.path / "checkpoints" / f"{name}.npz"
        self._frame = str(folder.path / "arrays" / "frames" / f"{name}_{{epoch:04d}}.npz")
        self.rows: list[list[Any]] = []

    @property
    def epochs_left(self) -> float:
        done = self.trainer.epochs_done + self.trainer.position / len(self.trainer.images)
        return max(self.epochs - done, 0.0)

    def frame(self, epoch: int) -> Path:
        """The fixed grid of prior samples after an epoch, a picture of the GIF."""
        return Path(self._frame.format(epoch=epoch))

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.save(self.path, {"trainer": self.trainer.state(), "rows": self.rows})

    def restore(self) -> None:
        """Take up the checkpoint, if there is one.

        Raises:
            UsageError: it is damaged, or of another architecture or training.
        """
        try:
            state = checkpoint.load(self.path)
            self.trainer.restore(state["trainer"])
            self.rows = state["rows"]
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError) as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else error
            raise UsageError(
                f"cannot go on from {self.path}: {reason} (without that file this weight is trained from the start)"
            ) from None
        place = f" and {self.trainer.steps_done} steps" if self.trainer.position else ""
        print(f"KL x{self.weight:g}: going on after {self.trainer.epochs_done} of {self.epochs} epochs{place}")


def train_all(
    weights: list[float],
    fresh_trainer: Callable[[float], Trainer],
    folder: RunFolder,
    held_out: np.ndarray,
    grid: np.ndarray,
) -> tuple[list[VAE], float | None]:
    """Train a model for each KL weight to its end, from the checkpoints in the folder where there are any.

    Args:
        fresh_trainer: gives the trainer of a weight, before its first step.
        held_out: uint8 images (H, S, S, C) to evaluate on after each epoch, beside as many training images.
        grid: latents (64, K) that are decoded after each epoch.

    Returns:
        The models, and the mean seconds of an epoch with its evaluation: None if nothing was left to train.

    Raises:
        UsageError: a checkpoint is damaged or of another model, or a loss stopped being finite.
        KeyboardInterrupt: after Ctrl-C, when the state has been saved.
    """
    trainings = [Training(fresh_trainer(weight), folder) for weight in weights]
    for training in trainings:
        training.restore()
    clock = _Clock(trainings)
    if clock.epochs_left:
        guess = clock.epochs_left * _seconds_of_an_epoch(fresh_trainer(weights[0]), held_out)
        print(f"{clock.epochs_left:.4g} epochs to train, about {duration(guess)}", flush=True)
    with _interrupt_flag() as interrupted:
        for training in trainings:

            def end_of_epoch(training=training):
                _evaluate(training, held_out, grid, clock)
                _write_metrics(folder, trainings)
                training.save()

            if not training.rows:
                end_of_epoch()
            while training.epochs_left:
                _one_epoch(training, interrupted)
                end_of_epoch()
                if interrupted():
                    raise KeyboardInterrupt
    _write_metrics(folder, trainings)
    return [training.trainer.model for training in trainings], clock.seconds_per_epoch


def _one_epoch(training: Training, interrupted: Callable[[], bool]) -> None:
    trainer, saved_at = training.trainer, time.monotonic()
    label = f"KL x{training.weight:g}, epoch {trainer.epochs_done + 1}/{training.epochs}"
    total, done = trainer.steps_per_epoch, trainer.steps_done
    with tqdm(total=total, initial=done, desc=label, unit="step", leave=False, disable=None) as bar:
        for step in _steps(training):
            bar.set_postfix_str(
                f"rec {step.reconstruction:.0f}  KL {step.kl:.1f}  -ELBO {step.negative_elbo:.0f}", refresh=False
            )
            bar.update()
            overdue = time.monotonic() - saved_at > SECONDS_BETWEEN_CHECKPOINTS
            if trainer.position and (overdue or interrupted()):  # an epoch's end is saved with its evaluation
                training.save()
                saved_at = time.monotonic()
                if interrupted():
                    raise KeyboardInterrupt


def _steps(training: Training) -> Iterator[Step]:
    try:
        yield from training.trainer.epoch()
    except NotFiniteError as error:
        raise _diverged(training, str(error)) from None


def _diverged(training: Training, what: str) -> UsageError:
    return UsageError(
        f"KL weight {training.weight:g}, {what}. The last good state is kept in {training.path}; "
        "a smaller --learning-rate, from the start with --force, usually helps"
    )


def _evaluate(training: Training, held_out: np.ndarray, grid: np.ndarray, clock: "_Clock") -> None:
    """Add the rows of an epoch, 0 being before training; save the picture of the fixed grid; say what was found.

    Raises:
        UsageError: the bound of either split is not finite; nothing has been added or saved.
    """
    trainer = training.trainer
    model, epoch = trainer.model, trainer.epochs_done
    splits = {"train": trainer.images[: len(held_out)], "held_out": held_out}
    with np.errstate(all="ignore"):  # what overflows shows in the bound
        found = {split: evaluate(model, images) for split, images in splits.items()}
    for split, e in found.items():
        if not np.isfinite(e.negative_elbo):
            name = "training" if split == "train" else "held-out"
            raise _diverged(training, f"epoch {epoch}: the negative ELBO of {name} faces is {e.negative_elbo}")
    for split, e in found.items():
        numbers = [e.negative_elbo, e.reconstruction, e.kl, e.bits_per_dim, e.active_units]
        training.rows.append([training.weight, epoch, split, *numbers])
    with written_beside(training.frame(epoch)) as temporary:
        np.savez_compressed(temporary, grid=np.rint(decode(model, grid) * 255).astype(np.uint8))
    print(f"KL x{training.weight:g}, epoch {epoch}/{training.epochs}{clock.lap() if epoch else ''}")
    for split, e in found.items():
        print(f"  {split.replace('_', '-'):8}  {_in_words(e, model.latent)}", flush=True)


def _in_words(e: Evaluation, latent: int) -> str:
    return (
        f"reconstruction {e.reconstruction:8.0f} + KL {e.kl:6.1f} = -ELBO {e.negative_elbo:8.0f} nats, "
        f"{e.bits_per_dim:.3f} bits/dim, {e.active_units}/{latent} active"
    )


def _write_metrics(folder: RunFolder, trainings: list[Training]) -> None:
    rows = [row for training in trainings for row in training.rows]
    folder.write_csv("metrics.csv", pd.DataFrame(rows, columns=METRIC_COLUMNS), float_format="%.8g")


class _Clock:
    """How long epochs take, and how long the rest of the run will."""

    def __init__(self, trainings: list[Training]):
        self._trainings, self._started, self._at_first = trainings, time.monotonic(), 0.0
        self._at_first = self.epochs_left

    @property
    def epochs_left(self) -> float:
        return sum(training.epochs_left for training in self._trainings)

    @property
    def seconds_per_epoch(self) -> float | None:
        done = self._at_first - self.epochs_left
        return round((time.monotonic() - self._started) / done, 3) if done else None

    def lap(self) -> str:
        """How long an epoch takes and the run will: ", 24 s an epoch, 6 min left"."""
        seconds = self.seconds_per_epoch or 0.0
        return f", {duration(seconds)} an epoch, {duration(seconds * self.epochs_left)} left"


def _seconds_of_an_epoch(scratch: Trainer, held_out: np.ndarray) -> float:
    """A guess from two steps of a trainer that is thrown away, after a first one to warm up."""
    ends = [time.perf_counter()]
    with suppress(NotFiniteError):  # training itself will tell
        ends += [time.perf_counter() for _ in islice(scratch.epoch(), 3)]
    step = ends[-1] - ends[0] if len(ends) < 3 else (ends[-1] - ends[1]) / (len(ends) - 2)
    evaluations = 2 * len(held_out) / scratch.settings.batch_size
    return step * (scratch.steps_per_epoch + EVALUATION_COST * evaluations)


def duration(seconds: float) -> str:
    """Seconds in the unit that fits: "40 s", "7 min", "3.2 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


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
