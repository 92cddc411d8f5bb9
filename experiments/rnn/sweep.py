"""The trainings of problem 1: what is to be trained, one training from start to end, and all of them on every core.

A *training* is one model on the windows of one length, split one way, with one seed. The seed draws the split, the
first weights and the order of the mini-batches, all apart from each other: the models of a seed meet the same split,
whatever their length. Each finished training is one small file in the run folder, so that a run which was stopped
goes on where it was, and a training may happen in any process: the number of processes changes no result.
"""

import json
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config
from tqdm import tqdm

from experiments.memory import keep_freed_memory
from experiments.run_folder import RunFolder, UsageError
from rnn.baselines import BASELINES
from rnn.classifier import SequenceClassifier
from rnn.metrics import accuracy, evaluate
from rnn.scaling import signed_log
from rnn.splits import split
from rnn.train import Part, Record, TrainingSettings, train
from rnn.windows import Windows

SECONDS_BETWEEN_REPORTS = 3.0
EVERYTHING = "all"  # in place of a split: no window is held out


@dataclass(frozen=True)
class Training:
    """One model, one length, one split, one seed. With the split "all" nothing is held out: for the map."""

    model: str
    length: int
    split: str
    seed: int

    @property
    def file(self) -> str:
        """Where in the run folder its result is kept."""
        return f"trainings/{self.model}-L{self.length}-{self.split}-{self.seed}.json"

    def __str__(self) -> str:
        return f"{self.model} L={self.length} {self.split} seed {self.seed}"


@dataclass(frozen=True)
class Result:
    """What a training left behind.

    scores       by metric; none if nothing was held out
    records      of every epoch and part; none for a baseline
    probability  of the windows asked about: the test windows, or each country's last one
    decision     1 where a rise is foreseen, for the same windows: a rule need not decide by its probability
    """

    training: Training
    scores: dict[str, float]
    records: list[Record]
    probability: list[float]
    decision: list[int]


@dataclass(frozen=True)
class Recipe:
    """What all trainings of a run share."""

    days: int
    hidden: int
    layers: int
    settings: TrainingSettings
    seed: int

    def generators(self, seed: int) -> tuple[np.random.Generator, np.random.Generator]:
        """Independent generators for the split and for the net; seeds count on from the run's own."""
        return np.random.default_rng(self.seed + seed), np.random.default_rng([self.seed + seed, 1])

    def test_part(self, windows: Windows, training: Training) -> np.ndarray:
        """The mask (n,) of the windows that a training is tested on."""
        return split(windows, training.split, self.days, self.generators(training.seed)[0])


def train_and_score(training: Training, windows: Windows, recipe: Recipe) -> Result:
    """Train on one part of the windows, a net or a baseline, and score the other."""
    test = recipe.test_part(windows, training)
    known, asked = windows.take(~test), windows.take(test)
    records: list[Record] = []
    if training.model in BASELINES:
        probability, decision = BASELINES[training.model](known, windows)
    else:
        net, records = _fit(training, {"train": known, "test": asked}, recipe)
        probability = net.probability(signed_log(windows.values))
        decision = probability >= 0.5
    scores = {"train_accuracy": accuracy(known.labels, decision[~test])}
    scores |= evaluate(asked.labels, probability[test], decision[test])
    return Result(training, scores, records, _rounded(probability[test]), decision[test].astype(int).tolist())


def forecast(training: Training, windows: Windows, latest: np.ndarray, recipe: Recipe) -> Result:
    """Train a net on all windows and give the probability for each row of `latest` (countries, L)."""
    net, records = _fit(training, {"train": windows}, recipe)
    probability = net.probability(signed_log(latest))
    return Result(training, {}, records, _rounded(probability), (probability >= 0.5).astype(int).tolist())


def _fit(training, parts, recipe):
    _, rng = recipe.generators(training.seed)
    net = SequenceClassifier(training.model, hidden=recipe.hidden, layers=recipe.layers, rng=rng)
    ready = {name: Part(signed_log(windows.values), windows.labels) for name, windows in parts.items()}
    try:
        return net, [record for epoch in train(net, ready, recipe.settings, rng) for record in epoch]
    except FloatingPointError as error:
        raise FloatingPointError(f"{training}: {error}") from error


def _rounded(probability):
    return [round(float(p), 8) for p in probability]


def run_all(
    work: Mapping[Training, Callable[[], Result]],
    folder: RunFolder,
    jobs: int,
    report: Callable[[dict[Training, Result]], None],
) -> dict[Training, Result]:
    """Do what is not done yet, on `jobs` processes; results in the order of `work`.

    Each process multiplies matrices with one thread: many small trainings side by side waste less than one training
    on many cores. `report` is called with what there is now and then, and at the end.

    Raises:
        UsageError: a training whose loss stopped being finite.
    """
    done = {training: result for training in work if (result := _load(folder.path, training))}
    todo = {training: job for training, job in work.items() if training not in done}
    results = _progress(_results(todo, jobs), total=len(work), before=len(done))
    reported = time.monotonic()
    try:
        for result in results:
            folder.write_text(result.training.file, json.dumps(asdict(result)) + "\n")
            done[result.training] = result
            if time.monotonic() - reported > SECONDS_BETWEEN_REPORTS:
                report(_in_order(work, done))
                reported = time.monotonic()
    except FloatingPointError as error:
        raise UsageError(f"{error}: choose a smaller --learning-rate") from error
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # joblib tells of trainings that an interruption cut short
            results.close()
        report(_in_order(work, done))
    return _in_order(work, done)


def _in_order(work, done):
    return {training: done[training] for training in work if training in done}


def _load(folder: Path, training: Training) -> Result | None:
    """The result of a training that was done before; None if there is none, or none that can be read."""
    try:
        saved = json.loads((folder / training.file).read_text(encoding="utf-8"))
        records = [Record(**record) for record in saved["records"]]
        return Result(training, saved["scores"], records, saved["probability"], saved["decision"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _results(todo: dict[Training, Callable[[], Result]], jobs: int) -> Iterable[Result]:
    if not todo:
        return []
    with parallel_config(backend="loky", inner_max_num_threads=1):
        return Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(_in_worker)(job) for job in todo.values())


def _in_worker(job: Callable[[], Result]) -> Result:
    """What a process of its own is asked to do; it inherits nothing of how this one handles memory."""
    keep_freed_memory()
    return job()


def _progress(results: Iterable[Result], total: int, before: int) -> Generator[Result, None, None]:
    """Hand the results on; a bar with the latest loss and accuracy, or a line each where there is no terminal."""
    started = time.monotonic()
    if before:
        print(f"{before} of {total} trainings are there already", flush=True)
    with tqdm(total=total, initial=before, unit=" trainings", disable=None) as bar:
        for count, result in enumerate(results, before + 1):
            bar.set_postfix_str(_in_words(result), refresh=False)
            bar.update()
            if bar.disable:
                passed = time.monotonic() - started
                left = passed / (count - before) * (total - count)
                print(f"[{count}/{total}] {_in_words(result)}   {passed:.0f} s, {left:.0f} s left", flush=True)
            yield result


def _in_words(result: Result) -> str:
    if result.scores:
        loss, share = result.scores["log_loss"], result.scores["accuracy"]
        return f"{result.training}: test loss {loss:.3f}, accuracy {share:.3f}"
    last = result.records[-1]
    return f"{result.training}: training loss {last.loss:.3f}, accuracy {last.accuracy:.3f}"
