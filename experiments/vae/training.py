"""Training one model for each KL weight: progress, checkpoints, and a stop from which `--resume` continues.

Models are trained one after the other, or side by side in processes (`side_by_side.py`): the same bytes. A checkpoint
is written after every epoch, every minute within one, and on Ctrl-C; metrics.csv is written anew each time.
After each epoch, `so_far_kl_1.png` shows the same draws of the prior.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice

import numpy as np
import pandas as pd

import autograd
from experiments.prose import duration
from experiments.runs.folder import RunFolder
from experiments.runs.saved import read_arrays
from experiments.vae.model_run import ModelRun
from experiments.vae.progress import Bars, Board, stopped_by_interrupt
from experiments.vae.saved import METRIC_COLUMNS
from experiments.vae.saved_pictures import save_grid
from experiments.vae.side_by_side import NewTrainer, Shelf, shared, side_by_side
from vae.model import VAE
from vae.train import NotFiniteError, Step, Trainer

SECONDS_BETWEEN_CHECKPOINTS = 60.0
EVALUATION_COST = 0.4  # time to evaluate an image, relative to training on it: forward pass only


def train_all(
    weights: Sequence[float],
    new_trainer: NewTrainer,
    folder: RunFolder,
    images: np.ndarray,
    held_out: np.ndarray,
    prior: np.ndarray,
    jobs: int = 1,
) -> tuple[dict[float, VAE], float | None]:
    """Train a model for each KL weight, continuing from the checkpoints in the folder where there are any.

    Args:
        new_trainer: gives the trainer of a weight on images, before its first step.
        images: uint8 (N, S, S, C) to train on.
        held_out: uint8 images (H, S, S, C) to evaluate on after each epoch, beside as many training images.
        prior: latents (G, K) that are decoded after each epoch.
        jobs: processes, which share the threads that the engine has been given.

    Returns:
        The model of each weight, and the mean seconds per epoch with its evaluation: None if nothing was left to train.

    Raises:
        UsageError: a checkpoint is damaged or of another model, or a loss stopped being finite.
        KeyboardInterrupt: after Ctrl-C, when the state has been saved.
    """
    runs = [ModelRun(new_trainer(weight, images), folder.path) for weight in weights]
    for run in runs:
        if run.restore():
            print(f"{run.name}: continuing after {run.place()}")
    left = [run for run in runs if not run.is_done]
    workers = max(min(jobs, len(left)), 1)
    each = max(autograd.get_threads() // workers, 1)
    with shared(folder.path, board=np.zeros(Board.shape(len(runs)))) as files:
        board = Board(np.load(files["board"], mmap_mode="r+"))
        if left:
            _announce(runs, new_trainer(left[0].weight, images), held_out, workers, each)
        bars = Bars(runs, board, workers)
        with stopped_by_interrupt(board), closing(bars):
            if workers == 1:
                turns = _one_by_one(runs, held_out, prior, board, bars)
            else:
                shelf = Shelf(tuple(weights), new_trainer, folder.path, prior, files["board"], each)
                turns = side_by_side(runs, shelf, images, held_out, workers, board, bars.refresh)
            for run in turns:
                _write_metrics(folder, runs)
                if bars.report(run):
                    _show(run)
        if board.stop:
            raise KeyboardInterrupt
    _write_metrics(folder, runs)
    for run in runs:  # an earlier run may have ended between its last checkpoint and the picture
        _show(run)
    return {run.weight: run.trainer.model for run in runs}, bars.clock.seconds_per_epoch


def _one_by_one(
    runs: Sequence[ModelRun], held_out: np.ndarray, prior: np.ndarray, board: Board, bars: Bars
) -> Iterator[ModelRun]:
    """Train the runs in this process, in order, or until the board says "stop"; gives each run after its every turn."""
    for index, run in enumerate(runs):

        def watch(step: Step, index=index, run=run) -> bool:
            is_told = board.note(index, run, step)
            bars.refresh()
            return is_told

        while not run.is_done and not board.stop:
            run.turn(held_out, prior, watch, SECONDS_BETWEEN_CHECKPOINTS)
            yield run


def _write_metrics(folder: RunFolder, runs: Sequence[ModelRun]) -> None:
    rows = [row for run in runs for row in run.rows]
    folder.write_csv("metrics.csv", pd.DataFrame(rows, columns=list(METRIC_COLUMNS)), float_format="%.8g")


def _show(run: ModelRun) -> None:
    """Write the prior draws of the last epoch as a picture, to be looked at while the training goes on."""
    if run.frame.exists():
        save_grid(run.folder / f"so_far_kl_{run.weight:g}.png", read_arrays(run.frame)["grid"], columns=8)


def _announce(runs: Sequence[ModelRun], scratch: Trainer, held_out: np.ndarray, workers: int, threads: int) -> None:
    """Print how many epochs are to be trained, in how many processes, and a guess of the time that they take."""
    epochs, before = sum(run.epochs_left for run in runs), autograd.get_threads()
    if not epochs:
        return
    autograd.set_threads(threads)
    seconds = epochs * _seconds_per_epoch(scratch, held_out) / workers
    autograd.set_threads(before)
    how = f" in {workers} processes" if workers > 1 else ""
    print(f"{epochs:.4g} epochs to train{how}, about {duration(seconds)}", flush=True)


def _seconds_per_epoch(scratch: Trainer, held_out: np.ndarray) -> float:
    """An estimate from two steps, after one to warm up, of a trainer that is then thrown away."""
    ends = [time.perf_counter()]
    with suppress(NotFiniteError):  # training itself will report it
        ends += [time.perf_counter() for _ in islice(scratch.epoch(), 3)]
    step = ends[-1] - ends[0] if len(ends) < 3 else (ends[-1] - ends[1]) / (len(ends) - 2)
    evaluations = 3 * len(held_out) / scratch.settings.batch_size
    return step * (scratch.steps_per_epoch + EVALUATION_COST * evaluations)
