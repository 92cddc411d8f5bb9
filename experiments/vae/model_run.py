"""The training of one model: its trainer, its checkpoint, its rows of metrics.csv, a turn at a time.

A checkpoint holds everything that decides the following steps (``vae/train.py``) and the metrics of all epochs so far.
So a run that is continued from any checkpoint, in this process or in another, ends with the same bytes as one that was
never stopped.
"""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograd.tools import checkpoint
from experiments.runs.folder import UsageError, write_arrays
from experiments.vae.saved import METRIC_COLUMNS
from vae.diagnostics import evaluate
from vae.explore import decode
from vae.noise_level import best_noise
from vae.snapshot import as_bytes
from vae.train import NotFiniteError, Step, Trainer

Watch = Callable[[Step], bool]  # is shown every step, and says whether to stop after it


class ModelRun:
    """The training of one model.

    Args:
        trainer: before its first step.
        folder: of the run.
    """

    def __init__(self, trainer: Trainer, folder: Path):
        self.trainer, self.folder = trainer, folder
        self.weight, self.epochs = trainer.settings.kl_weight, trainer.settings.epochs
        self.name = f"KL x{self.weight:g}"
        self.checkpoint = folder / "checkpoints" / f"kl_{self.weight:g}.npz"
        self.rows: list[list[Any]] = []

    @property
    def epochs_left(self) -> float:
        """Epochs still to train, with fractions."""
        done = self.trainer.epochs_done + self.trainer.position / len(self.trainer.images)
        return max(self.epochs - done, 0.0)

    @property
    def is_done(self) -> bool:
        """Whether all epochs are trained and evaluated."""
        return bool(self.rows) and not self.epochs_left

    @property
    def frame(self) -> Path:
        """The file with the prior draws as the last epoch decodes them, uint8 `grid` (G, S, S, C)."""
        return self.folder / f"arrays/frames/kl_{self.weight:g}_{self.trainer.epochs_done:04d}.npz"

    def turn(self, held_out: np.ndarray, prior: np.ndarray, watch: Watch, seconds: float) -> None:
        """Train to the end of the epoch and evaluate, or stop between two steps; the state is saved in either case.

        It stops after `seconds`, or when `watch` says so. The first turn only evaluates the untrained model.
        """
        started = time.monotonic()
        if self.rows:
            for step in self._steps():
                is_told = watch(step)
                if self.trainer.position and (is_told or time.monotonic() - started > seconds):
                    self.save()
                    return
        self._evaluate(held_out, prior)
        self.save()

    def save(self) -> None:
        """Write the checkpoint."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.save(self.checkpoint, {"trainer": self.trainer.state(), "rows": self.rows})

    def restore(self) -> bool:
        """Continue from the checkpoint; False if there is none.

        Raises:
            UsageError: it is damaged, or of another architecture or training.
        """
        try:
            state = checkpoint.load(self.checkpoint)
            self.trainer.restore(state["trainer"])
            self.rows = self._checked(state["rows"])
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else error
            raise UsageError(
                f"cannot continue from {self.checkpoint}: {reason} (delete that file to train this weight from the "
                "start)"
            ) from None
        return True

    def place(self) -> str:
        """ "2 of 3 epochs and 40 steps"."""
        steps = f" and {self.trainer.steps_done} steps" if self.trainer.position else ""
        return f"{self.trainer.epochs_done} of {self.epochs} epochs{steps}"

    def _checked(self, rows: Any) -> list[list[Any]]:
        """The rows of metrics.csv, two for each epoch so far; ValueError if they are others."""
        steps = [(epoch, split) for epoch in range(self.trainer.epochs_done + 1) for split in ("train", "held_out")]
        found = [(row[1], row[2]) for row in rows if isinstance(row, list) and len(row) == len(METRIC_COLUMNS)]
        numbers = [value for row in rows for value in (row[0], *row[3:])] if found == steps else []
        if found != steps or not all(type(value) in (int, float) and math.isfinite(value) for value in numbers):
            raise ValueError(f"its metrics are not those of {self.trainer.epochs_done} epochs")
        return rows

    def _steps(self) -> Iterator[Step]:
        try:
            yield from self.trainer.epoch()
        except NotFiniteError as error:
            raise self._diverged(str(error)) from None

    def _evaluate(self, held_out: np.ndarray, prior: np.ndarray) -> None:
        """Add the rows of an epoch (0 is before training), and save the decoded prior draws.

        Raises:
            UsageError: the bound of training or held-out images is not finite; nothing has been added or saved.
        """
        trainer = self.trainer
        model, epoch = trainer.model, trainer.epochs_done
        splits = {"train": trainer.images[: len(held_out)], "held_out": held_out}
        with np.errstate(all="ignore"), best_noise(model, trainer.images):  # an overflow is refused below
            found = {split: evaluate(model, images, linear_map=trainer.linear_map) for split, images in splits.items()}
        for split, e in found.items():
            if not np.isfinite(e.negative_elbo):
                name = "training" if split == "train" else "held-out"
                raise self._diverged(f"epoch {epoch}: the negative ELBO of {name} images is {e.negative_elbo}")
        for split, e in found.items():
            self.rows.append(
                [self.weight, epoch, split, e.negative_elbo, e.reconstruction, e.kl, e.bits_per_dim, e.active_units]
            )
        write_arrays(self.frame, {"grid": as_bytes(decode(model, prior))}, compressed=True)

    def _diverged(self, what: str) -> UsageError:
        """The error for a loss that is not finite."""
        kept = f"The last good state is kept in {self.checkpoint}; " if self.checkpoint.is_file() else ""
        return UsageError(
            f"KL weight {self.weight:g}, {what}. {kept}start again with --force and a smaller --learning-rate"
        )
