"""Sharing the work of a kernel between threads: `in_parallel(function, items)`.

NumPy's own functions run on one core; only its large matrix products use threads. But while NumPy computes, it releases
the global interpreter lock, and other Python threads run. So a kernel cuts its work into items, some rows, channels or
products each, and `in_parallel` calls the function on each item, in as many threads as `set_threads` allows. The
cuts must depend on the sizes alone, never on the number of threads: then the results are the same to the last bit.

The threads of the BLAS wait in busy loops, and would compete with these for the same cores. So `set_threads`, with any
number, limits the BLAS to one thread in the whole process. Before the first call, the kernels use one thread and the
BLAS as many as it likes. Its rounding may depend on that number: only after `set_threads` are the bytes of a result
independent of the number of cores.

The number of threads is a property of the machine, not of a computation, and is the one setting that lives here and
not in an argument.

Taught by docs/15-fast-convolution.md.
"""

import contextvars
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from numbers import Integral
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def available_cores() -> int:
    """How many cores this process may use, which taskset or a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_threads(count: int) -> None:
    """Let the kernels use `count` threads from now on, and the BLAS one. At import the kernels use one.

    Raises:
        ValueError: fewer than one, or no whole number.
    """
    if not isinstance(count, Integral) or count < 1:
        raise ValueError(f"set_threads: {count} threads, expected a whole number, at least 1")
    from threadpoolctl import threadpool_limits  # here, so that importing the engine needs nothing but NumPy

    _team.resize(count)
    threadpool_limits(limits=1, user_api="blas")


def get_threads() -> int:
    """How many threads the kernels use."""
    return len(_team.helpers) + 1


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """[function(item) for item in items], in any order and in several threads; returns when all calls have ended.

    The calls must be independent. If one raises, no further calls start; when the running ones have ended, the first
    error is raised.
    """
    items = list(items)
    helpers = _team.helpers[: len(items) - 1] if len(items) > 1 else []
    if not helpers:
        return [function(item) for item in items]
    task = _Task(function, items)
    try:
        for helper in helpers:
            # helpers run with the context of this thread: np.errstate holds there too
            helper.tasks.put((task, contextvars.copy_context()))
        with _staying_on(_team.core):
            task.work()
    finally:
        try:
            task.close()
        finally:
            task.close()  # an interruption may come before the first line of the first call
    if task.errors:
        raise task.errors[0]
    return task.results


class _Task:
    """The items of one call of in_parallel; each thread takes the next item until none is left.

    A helper that was busy may come after the last item: it finds the task closed, and does nothing. So a task waits
    only for threads that work on it, and a task inside another cannot wait for itself.
    """

    def __init__(self, function: Callable[[Any], Any], items: list[Any]):
        self.function = function
        self.waiting: Iterator[tuple[int, Any]] = iter(list(enumerate(items)))  # taking the next is atomic
        self.results: list[Any] = [None] * len(items)
        self.errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._closed = False
        self._at_work = 0
        # One entry for each thread that has left. A semaphore's wait is Python code: an interruption within it can keep
        # the semaphore's lock for ever. A SimpleQueue's wait is one call into C, which is interrupted before or after.
        self._left: queue.SimpleQueue = queue.SimpleQueue()

    def work(self) -> None:
        try:
            for i, item in self.waiting:
                self.results[i] = self.function(item)
        except BaseException as error:
            self.errors.append(error)
            for _ in self.waiting:  # take the rest, so that no thread starts another item
                pass

    def join(self) -> None:
        """Help the thread that owns the task, unless the task is closed."""
        with self._lock:
            if self._closed:
                return
            self._at_work += 1
        try:
            self.work()
        finally:
            with self._lock:
                self._at_work -= 1
            self._left.put(None)

    def close(self) -> None:
        """Wait until no thread works on it. A KeyboardInterrupt is held back: no thread may write to arrays later."""
        interruption = None
        while not self._closed or self._at_work:
            try:
                with self._lock:
                    self._closed = True
                if self._at_work:
                    self._left.get()
            except BaseException as error:
                interruption = error
                for _ in self.waiting:
                    pass
        if interruption is not None:
            raise interruption


class _Team:
    """The helper threads beside the calling one; each waits for its next task."""

    def __init__(self) -> None:
        self.helpers: list[_Helper] = []
        self.core: int | None = None  # the core on which the calling thread stays while it works with them

    def resize(self, threads: int) -> None:
        before = self.helpers
        self.core, *cores = _cores_to_stay_on(threads)
        self.helpers = [_Helper(core) for core in cores]
        for helper in before:
            helper.tasks.put(None)


class _Helper(threading.Thread):
    def __init__(self, core: int | None):
        super().__init__(daemon=True, name="autograd")
        self.core = core
        self.tasks: queue.SimpleQueue = queue.SimpleQueue()
        self.start()

    def run(self) -> None:
        with _staying_on(self.core):
            while (job := self.tasks.get()) is not None:
                task, context = job
                context.run(task.join)
                del job, task, context  # they would keep the arrays of the task alive


def _cores_to_stay_on(threads: int) -> list[int | None]:
    """A core for each thread, if there are exactly as many; otherwise let the system choose.

    Linux tends to wake threads that often wait for each other on one core, which helps threads that share data. With as
    many cores as threads, one thread on each core is always better.
    """
    if threads > 1 and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) == threads:
            return list(cores)
    return [None] * threads


@contextmanager
def _staying_on(core: int | None) -> Iterator[None]:
    """Keep the calling thread on one core for a while, if the system allows; None lets it move."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    try:
        with suppress(OSError):
            os.sched_setaffinity(0, {core})
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, before)


_team = _Team()

if hasattr(os, "register_at_fork"):  # threads do not survive a fork: the child starts with one

    def _start_anew() -> None:
        global _team
        _team = _Team()

    os.register_at_fork(after_in_child=_start_anew)
