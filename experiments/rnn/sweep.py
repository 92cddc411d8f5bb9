"""Run all trials of problem 1 on every core; finished ones are files in the run folder and are not run again."""

import json
import os
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from joblib import Parallel, delayed, parallel_config
from tqdm import tqdm

from experiments.rnn.models import model_file
from experiments.runs.folder import RunFolder, UsageError
from experiments.runs.saved import checksum
from experiments.runs.values import ANY_NUMBER, COUNT, TEXT, Kind, Number, check_fields, list_of, object_of
from experiments.system.workers import in_worker
from rnn.train import Record
from rnn.trained import save
from rnn.trial import EVERYTHING, NETS, Trial, TrialResult

SECONDS_BETWEEN_REPORTS = 3.0

NUMBERS_BY_NAME = Kind("numbers by name", lambda value: all(isinstance(each, float) for each in value.values()))
FIELDS = {  # of a file that keeps a trial's result
    "scores": NUMBERS_BY_NAME,
    "choice": NUMBERS_BY_NAME,
    "records": list_of(object_of({"epoch": COUNT, "part": TEXT, "loss": ANY_NUMBER, "accuracy": Number(0, 1)})),
    "probability": list_of(Number(0, 1)),
    "decision": list_of(Number(0, 1, whole=True)),
}

Work = Mapping[Trial, Callable[[], TrialResult]]


def run_all(
    work: Work,
    folder: RunFolder,
    jobs: int,
    report: Callable[[dict[Trial, TrialResult]], None] = lambda done: None,
    shelf: str = "trainings",
) -> dict[Trial, TrialResult]:
    """Run the trials that are not done yet, in `jobs` processes; gives all results in the order of `work`.

    Each process multiplies matrices with one thread: many small trials side by side are faster than one trial on many
    cores. `report` is called with the results so far every few seconds, and at the end. `shelf` is the folder in the
    run folder that keeps the results.

    Raises:
        UsageError: the loss of a trial is no longer finite.
    """
    done = {trial: result for trial in work if (result := _load(folder.path / shelf, trial))}
    done = {trial: result for trial, result in done.items() if _net_is_there(folder.path, trial)}
    todo = {trial: job for trial, job in work.items() if trial not in done}
    results = _with_progress(_results(todo, jobs), work, done)
    reported = time.monotonic()
    try:
        for result in results:
            _keep(folder, shelf, result)
            done[result.trial] = result
            if time.monotonic() - reported > SECONDS_BETWEEN_REPORTS:
                report(_in_order(work, done))
                reported = time.monotonic()
    except FloatingPointError as error:
        raise UsageError(f"{error}: choose a smaller --learning-rate") from error
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # joblib warns about trials cut short by an interruption
            results.close()
        report(_in_order(work, done))
    return _in_order(work, done)


def file_of(trial: Trial) -> str:
    """The name of the file that keeps a trial's result."""
    return f"{trial.model}-L{trial.length}-{trial.split}-{trial.seed}.json"


def _keep(folder: RunFolder, shelf: str, result: TrialResult) -> None:
    """Write the net, if it is to be kept, and then the result, whose presence says that the trial is done."""
    if result.net is not None:
        path = folder.path / model_file(result.trial)
        path.parent.mkdir(exist_ok=True)
        save(path, result.net)
    content = asdict(replace(result, net=None))
    folder.write_text(f"{shelf}/{file_of(result.trial)}", json.dumps(content | {"checksum": checksum(content)}) + "\n")


def _net_is_there(folder: Path, trial: Trial) -> bool:
    return trial.split != EVERYTHING or (folder / model_file(trial)).is_file()


def _load(folder: Path, trial: Trial) -> TrialResult | None:
    """The result of a trial that was run before; None if there is none, or it is not as it was written."""
    path = folder / file_of(trial)
    try:
        saved = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if saved.get("checksum") != checksum(saved) or saved["trial"] != asdict(trial):
            return None
        check_fields(saved, FIELDS, path)
        records = [Record(**record) for record in saved["records"]]
        return TrialResult(
            trial, saved["scores"], records, saved["probability"], saved["decision"], saved["choice"]
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _in_order(work: Work, done: dict[Trial, TrialResult]) -> dict[Trial, TrialResult]:
    return {trial: done[trial] for trial in work if trial in done}


def _results(todo: Work, jobs: int) -> Iterable[TrialResult]:
    if not todo:
        return []
    with parallel_config(backend="loky", inner_max_num_threads=1):
        run_in_workers = Parallel(n_jobs=jobs, return_as="generator_unordered")
        return run_in_workers(delayed(in_worker)(job, os.getpid()) for job in todo.values())


def _with_progress(
    results: Iterable[TrialResult], work: Work, done: dict[Trial, TrialResult]
) -> Generator[TrialResult, None, None]:
    """Pass the results on; a bar with the latest scores, or without a terminal a line for each net.

    Time left is estimated from the steps of the nets: a net's time grows with its length, a baseline's is negligible.
    """
    if done:
        print(f"{len(done)} of {len(work)} models are trained already", flush=True)
    started, count, days = time.monotonic(), len(done), 0
    days_to_train = sum(_days(trial) for trial in work if trial not in done)
    with tqdm(total=len(work), initial=count, unit=" models", disable=None) as bar:
        for result in results:
            count, days = count + 1, days + _days(result.trial)
            bar.set_postfix_str(_in_words(result), refresh=False)
            bar.update()
            if bar.disable and _days(result.trial):
                passed = time.monotonic() - started
                left = passed / days * (days_to_train - days)
                print(f"[{count}/{len(work)}] {_in_words(result)}{_time_left(left)}", flush=True)
            yield result


def _days(trial: Trial) -> int:
    return trial.length if trial.model in NETS else 0


def _time_left(seconds: float) -> str:
    """Nothing when the rest takes less than a second."""
    if seconds < 1:
        return ""
    return f", {seconds:.0f} s left" if seconds < 100 else f", {seconds / 60:.0f} min left"


def _in_words(result: TrialResult) -> str:
    if result.scores:
        loss, share = result.scores["log_loss"], result.scores["accuracy"]
        return f"{result.trial}: test loss {loss:.3f}, accuracy {share:.3f}"
    last = result.records[-1]
    return f"{result.trial}: training loss {last.loss:.3f}, accuracy {last.accuracy:.3f}"
