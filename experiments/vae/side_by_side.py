"""Models trained side by side, in processes of one study: whichever is free takes the next turn of a model.

A turn is half a minute of training, or the rest of an epoch. Between two turns a model lies in its checkpoint, so any
process can go on with it, and three models keep two cores busy to the end. Every model draws from its own generators:
the bytes are those of one model after the other.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib.externals.loky import ProcessPoolExecutor

import autograd
from experiments.system.workers import begin_worker
from experiments.vae.model_run import ModelRun
from experiments.vae.progress import Board
from vae.train import Trainer

SECONDS_OF_A_TURN = 30.0
SECONDS_BETWEEN_LOOKS = 0.2  # at the board, to draw the progress

NewTrainer = Callable[[float, np.ndarray], Trainer]  # from the KL weight and the training images


@dataclass(frozen=True)
class Shelf:
    """What a worker has to know: how to make a trainer, and where the shared files lie.

    Attributes:
        weights: the KL weights, in the order of the board's rows.
        new_trainer: makes a trainer before its first step.
        folder: of the run.
        prior: latents (G, K) that are decoded after each epoch.
        board: file of the board's numbers.
        threads: of each worker.
    """

    weights: tuple[float, ...]
    new_trainer: NewTrainer
    folder: Path
    prior: np.ndarray
    board: Path
    threads: int


@contextmanager
def shared(folder: Path, **arrays: np.ndarray) -> Iterator[dict[str, Path]]:
    """Files in the run folder that hold the arrays during the block; what a killed run left, the next one deletes."""
    paths = {name: folder / f".{name}.{os.getpid()}.part.npy" for name in arrays}
    try:
        for name, path in paths.items():
            np.save(path, arrays[name])
        yield paths
    finally:
        for path in paths.values():
            with suppress(OSError):  # Windows deletes no file that is still mapped
                path.unlink(missing_ok=True)


def side_by_side(
    runs: Sequence[ModelRun],
    shelf: Shelf,
    images: np.ndarray,
    held_out: np.ndarray,
    workers: int,
    board: Board,
    look: Callable[[], None],
) -> Iterator[ModelRun]:
    """Let workers train the runs to their ends, or until the board says "stop"; gives each run after its every turn.

    Args:
        runs: in this process they follow the checkpoints.
        images, held_out: uint8 (N, S, S, C), to train on and to evaluate on.
        look: called several times a second.

    Raises:
        UsageError: from a turn; the others have been stopped and saved by then.
    """
    waiting: list[ModelRun] = [run for run in runs if not run.is_done]
    under_way: dict[Future, ModelRun] = {}
    with shared(shelf.folder, images=images, held_out=held_out) as files, _workers(shelf, files, workers) as pool:
        while under_way or (waiting and not board.stop):
            while waiting and len(under_way) < workers and not board.stop:
                run = max(waiting, key=lambda run: run.epochs_left)
                waiting.remove(run)
                under_way[pool.submit(_turn, run.weight)] = run
            ended, _ = wait(under_way, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            look()
            for future in ended:
                run = under_way.pop(future)
                if future.exception():
                    board.stop = True
                    wait(under_way)
                future.result()
                run.restore()
                if not run.is_done:
                    waiting.append(run)
                yield run


@contextmanager
def _workers(shelf: Shelf, files: dict[str, Path], count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are ready for `_turn`; an error in the block ends them at once.

    They inherit that Ctrl-C is ignored. In a terminal it goes to all processes, and this one tells the others.
    """
    pool = ProcessPoolExecutor(count, initializer=_begin, initargs=(shelf, files, os.getpid()))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pool.submit(int)
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        yield pool
    except BaseException:
        pool.shutdown(kill_workers=True)
        raise
    pool.shutdown()


@dataclass
class _Desk:
    """What lies before a worker."""

    shelf: Shelf
    images: np.ndarray
    held_out: np.ndarray
    board: Board


_desk: _Desk  # of this process, where it is a worker


def _begin(shelf: Shelf, files: dict[str, Path], parent: int) -> None:
    global _desk
    begin_worker(parent)
    autograd.set_threads(shelf.threads)
    images, held_out = (np.load(files[name], mmap_mode="r") for name in ("images", "held_out"))
    _desk = _Desk(shelf, images, held_out, Board(np.load(shelf.board, mmap_mode="r+")))


def _turn(weight: float) -> None:
    """One turn of a model, from its checkpoint to its next one."""
    shelf, board = _desk.shelf, _desk.board
    run = ModelRun(shelf.new_trainer(weight, _desk.images), shelf.folder)
    run.restore()
    index = shelf.weights.index(weight)
    run.turn(_desk.held_out, shelf.prior, lambda step: board.note(index, run, step), SECONDS_OF_A_TURN)
