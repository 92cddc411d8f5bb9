"""Who runs the tasks: processes of this machine, or the workers of a Dask cluster. joblib drives both.

A worker that is killed costs nothing but time: Dask gives its tasks to another one; of joblib's own processes the whole
pool ends, and what is left is given to a new pool.
"""

import importlib
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed, parallel_config

from experiments.runs.folder import UsageError
from experiments.sweep.tasks import MAX_STARTS, Outcome, Task, run_task
from experiments.system.workers import in_worker

ADDRESS = re.compile(r"(tcp|tls)://[^\s:/]+:\d{1,5}")
START = "python -m distributed.cli.dask_worker --nthreads 1"
SECONDS_TO_CONNECT, SECONDS_TO_A_WORKER = 10, 60

Give = Callable[[Sequence[Task]], Iterator[Outcome]]  # gives tasks out and yields each outcome as it comes


def check_address(dask: str | None) -> None:
    """UsageError unless it is None, "local" or the address of a scheduler."""
    if dask is not None and dask != "local" and not ADDRESS.fullmatch(dask):
        raise UsageError(f"--dask {dask}: expected local, or the address of a scheduler such as tcp://10.0.0.7:8786")


@contextmanager
def workers(jobs: int, dask: str | None) -> Iterator[tuple[Give, int]]:
    """The function that gives tasks out, and how many are worked on at a time.

    Args:
        jobs: processes, here or in a local cluster.
        dask: None for joblib's own processes, "local" for a Dask cluster on this machine, or a scheduler's address.

    Raises:
        UsageError: Dask is not installed, or there is no scheduler, or it has no worker.
    """
    here = Path.cwd()
    if dask is None:
        in_time = partial(_in_processes, jobs=jobs, where=here)
        yield (lambda tasks: _in_new_pools(in_time, tasks)), jobs
        return
    with _client(jobs, dask) as (client, gone):
        on_cluster = partial(_on_cluster, client=client, where=here)
        yield (lambda tasks: _in_new_pools(on_cluster, tasks, gone)), sum(client.nthreads().values())


def _in_processes(tasks: Sequence[Task], jobs: int, where: Path) -> Iterator[Outcome]:
    with parallel_config(backend="loky", inner_max_num_threads=1):
        run = Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
        yield from run(delayed(in_worker)(partial(run_task, task, where), os.getpid()) for task in tasks)


def _on_cluster(tasks: Sequence[Task], client: Any, where: Path) -> Iterator[Outcome]:
    with parallel_config(backend="dask", client=client):
        # All are given out at once, so that workers which join later find something to do.
        run = Parallel(n_jobs=-1, batch_size=1, pre_dispatch="all", return_as="generator_unordered")
        yield from run(delayed(run_task)(task, where) for task in tasks)


def _in_new_pools(give: Give, tasks: Sequence[Task], broken: type[Exception] = BrokenProcessPool) -> Iterator[Outcome]:
    """Give the tasks out; after the death of a pool give out the rest again.

    A task that is started too often is a failed task (`run_task`), so the pools die MAX_STARTS times in a row at most.
    """
    left, deaths = list(tasks), 0
    while left:
        try:
            for outcome in give(left):
                left = [task for task in left if task != outcome.task]
                deaths = 0
                yield outcome
        except broken:
            deaths += 1
            if deaths > MAX_STARTS:
                raise


@contextmanager
def _client(jobs: int, dask: str) -> Iterator[tuple[Any, type[Exception]]]:
    """A client of the cluster, and the error that tells of a task whose workers were killed again and again."""
    try:
        distributed: Any = importlib.import_module("dask.distributed")
    except ImportError:
        raise UsageError(f"--dask {dask}: Dask is not installed: pip install -r requirements-cluster.txt") from None
    if dask == "local":
        # One thread a worker: a task redirects the streams and the working folder of its process.
        cluster = distributed.LocalCluster(
            n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR
        )
        with cluster, distributed.Client(cluster) as client:
            yield client, distributed.KilledWorker
        return
    try:
        client = distributed.Client(dask, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"--dask {dask}: no scheduler answers ({reason}): is it running, is the port open?") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_A_WORKER)
        except TimeoutError:
            raise UsageError(f"--dask {dask}: the scheduler has no worker: start one ({START} {dask})") from None
        if max(client.nthreads().values()) > 1:
            raise UsageError(f"--dask {dask}: a worker has several threads, expected one, as by {START} {dask}")
        yield client, distributed.KilledWorker
