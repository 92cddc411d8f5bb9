"""What is seen of training while it runs: a bar for each model, a line for each epoch, the time that is left."""

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from tqdm import tqdm

from experiments.prose import duration
from experiments.vae.model_run import ModelRun
from vae.train import Step


class Board:
    """A few numbers that all processes of a training read and write: the last step of each model, and "stop".

    Args:
        numbers: (models + 1, 3) float64, in memory or in a file that the processes share. The row of a model holds the
            steps that it has taken and the terms of the last one; the first number of the last row is 1 for "stop".
    """

    def __init__(self, numbers: np.ndarray):
        self.numbers = numbers

    @staticmethod
    def shape(models: int) -> tuple[int, int]:
        """The shape of the numbers of so many models."""
        return models + 1, 3

    @property
    def stop(self) -> bool:
        """Whether all models are to be saved after their present step."""
        return bool(self.numbers[-1, 0])

    @stop.setter
    def stop(self, value: bool) -> None:
        self.numbers[-1, 0] = value

    def note(self, index: int, run: ModelRun, step: Step) -> bool:
        """Note a step of the model number `index`; gives whether to stop."""
        taken = run.trainer.epochs_done * run.trainer.steps_per_epoch + run.trainer.steps_done
        self.numbers[index] = taken, step.reconstruction, step.kl
        return self.stop


class Bars:
    """A progress bar for each model on a terminal; a line for each epoch everywhere."""

    def __init__(self, runs: Sequence[ModelRun], board: Board, workers: int):
        self.runs, self.board, self.clock = runs, board, Clock(runs)
        self._told = [len(run.rows) for run in runs]
        self._workers = workers
        self._bars = [
            tqdm(total=run.epochs * run.trainer.steps_per_epoch, desc=run.name, unit="step", position=i,
                 leave=False, disable=None)
            for i, run in enumerate(runs)
        ]  # fmt: skip

    def refresh(self) -> None:
        """Draw what the board says."""
        for bar, (taken, reconstruction, kl) in zip(self._bars, self.board.numbers, strict=False):
            if not bar.disable and taken > bar.n:
                bar.set_postfix_str(f"negative ELBO {reconstruction + kl:.0f}, KL {kl:.1f}", refresh=False)
                bar.update(int(taken) - bar.n)

    def report(self, run: ModelRun) -> bool:
        """Print the epoch that a model has ended with its last turn; False if it has ended none."""
        index = self.runs.index(run)
        if len(run.rows) == self._told[index]:
            return False
        self._told[index] = len(run.rows)
        epoch = run.trainer.epochs_done
        lines = [f"{run.name}, epoch {epoch}/{run.epochs}{self.clock.lap(self._workers) if epoch else ''}"]
        for _, _, split, bound, reconstruction, kl, bits, active in run.rows[-2:]:
            lines.append(
                f"  {split.replace('_', '-'):8}  reconstruction {reconstruction:8.0f} + KL {kl:6.1f} = negative ELBO "
                f"{bound:8.0f} nats, {bits:.3f} bits/dim, {active}/{run.trainer.model.latent} active"
            )
        tqdm.write("\n".join(lines))
        sys.stdout.flush()
        return True

    def close(self) -> None:
        """Take the bars off the terminal."""
        for bar in self._bars:
            bar.close()


class Clock:
    """How long an epoch takes, and how long the remaining ones will."""

    def __init__(self, runs: Sequence[ModelRun]):
        self._runs, self._started = runs, time.monotonic()
        self._at_first = self.epochs_left

    @property
    def epochs_left(self) -> float:
        """Epochs of all models still to train."""
        return sum(run.epochs_left for run in self._runs)

    @property
    def seconds_per_epoch(self) -> float | None:
        """Of wall time, all processes together; None before any training."""
        done = self._at_first - self.epochs_left
        return round((time.monotonic() - self._started) / done, 3) if done else None

    def lap(self, workers: int) -> str:
        """ ", 24 s per epoch, 6 min left"; without the time left when nothing is left."""
        seconds, left = self.seconds_per_epoch or 0.0, self.epochs_left
        return f", {duration(seconds * workers)} per epoch" + (f", {duration(seconds * left)} left" if left else "")


@contextmanager
def stopped_by_interrupt(board: Board) -> Iterator[None]:
    """Ctrl-C writes "stop" on the board, so that no step is saved half done; a second one kills."""

    def on_interrupt(*_):
        if board.stop:
            raise KeyboardInterrupt
        board.stop = True
        print("\nstopping after this step ...", file=sys.stderr, flush=True)

    if threading.current_thread() is not threading.main_thread():  # as in a worker of a cluster, which gets no Ctrl-C
        yield
        return
    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
