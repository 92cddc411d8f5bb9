"""Sharing the work of a kernel between threads: `in_parallel(function, items)`.

NumPy's own functions run on one core; only its matrix products know threads, and those only for large matrices. But
while NumPy computes it lets other Python threads run. So a kernel cuts its work into items, a few images each, and
`in_parallel` calls the function on each item, in as many threads as `set_threads` allows. How the work is cut must
depend on its size alone, never on the number of threads; then neither do the results, down to the last bit.

The matrix library's own threads would compete with these for the same cores, waiting in busy loops, so it is held to
one while more than one thread of ours is allowed.

The number of threads is a property of the machine, not of a computation, and is the one setting that lives here and
not in an argument.
"""

import contextvars
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")


def available_cores() -> int:
    """How many cores this process may use, which taskset or a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_threads(count: int) -> None:
    """Let the kernels use `count` threads from now on. At import it is 1.

    Raises:
        ValueError: fewer than one.
    """
    if count < 1:
        raise ValueError(f"set_threads: {count} threads, expected at least 1")
    _team.resize(count - 1)
    threadpool_limits(limits=1, user_api="blas")


def get_threads() -> int:
    """How many threads the kernels use."""
    return len(_team.helpers) + 1


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """[function(item) for item in items], in any order and in several threads at once; back when all are done.

    The calls must not depend on each other. If one raises, the others that have begun are finished, and the first
    error is raised.
    """
    items = list(items)
    if len(items) < 2 or not _team.helpers or not _team.lock.acquire(blocking=False):
        return [function(item) for item in items]  # also where `function` itself uses in_parallel
    try:
        return _team.run(function, items)
    finally:
        _team.lock.release()


class _Task:
    """The items of one call of in_parallel, from which each thread takes the next one until there are none."""

    def __init__(self, function: Callable, items: list):
        self.function = function
        self.waiting: Iterator = iter(list(enumerate(items)))  # taking the next is atomic
        self.results: list = [None] * len(items)
        self.errors: list[BaseException] = []

    def work(self) -> None:
        try:
            for i, item in self.waiting:
                self.results[i] = self.function(item)
        except BaseException as error:
            self.errors.append(error)
            self.waiting = iter(())


class _Team:
    """The helpers beside the calling thread, each waiting for its next task."""

    def __init__(self) -> None:
        self.helpers: list[_Helper] = []
        self.lock = threading.Lock()  # one task at a time

    def resize(self, count: int) -> None:
        with self.lock:
            while len(self.helpers) > count:
                self.helpers.pop().tasks.put(None)
            cores = _cores_to_stay_on(count + 1)
            for helper in self.helpers:
                helper.tasks.put(None)
            self.helpers = [_Helper(core) for core in cores[1:]]
            self.core = cores[0]

    def run(self, function: Callable, items: list) -> list:
        task = _Task(function, items)
        helpers = self.helpers[: len(items) - 1]
        for helper in helpers:
            # the settings of this thread, such as np.errstate, hold in the helpers too
            helper.tasks.put((task, contextvars.copy_context()))
        with _staying_on(self.core):
            task.work()
        for helper in helpers:
            helper.done.get()
        if task.errors:
            raise task.errors[0]
        return task.results


class _Helper(threading.Thread):
    def __init__(self, core: int | None):
        super().__init__(daemon=True, name="autograd")
        self.core = core
        self.tasks: queue.SimpleQueue = queue.SimpleQueue()
        self.done: queue.SimpleQueue = queue.SimpleQueue()
        self.start()

    def run(self) -> None:
        with _staying_on(self.core):
            while (job := self.tasks.get()) is not None:
                task, context = job
                context.run(task.work)
                self.done.put(None)


def _cores_to_stay_on(threads: int) -> list[int | None]:
    """A core for each thread, if there are exactly as many; otherwise let the system choose.

    Threads that often wait for each other tend to be woken on one core, by a rule of Linux that helps those which
    share data; with as many cores as threads there is only one sensible way to place them.
    """
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) == threads:
            return list(cores)
    return [None] * threads


@contextmanager
def _staying_on(core: int | None) -> Iterator[None]:
    """Keep the calling thread on one core for a while; None lets it move."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


_team = _Team()

if hasattr(os, "register_at_fork"):  # threads do not survive a fork: the child starts with one, like any process

    def _start_anew() -> None:
        global _team
        _team = _Team()

    os.register_at_fork(after_in_child=_start_anew)
