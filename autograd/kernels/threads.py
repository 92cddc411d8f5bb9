"""Sharing the work of a kernel between threads: `in_parallel(function, items)`.

NumPy's own functions run on one core; only its matrix products know threads, and those only for large matrices. But
while NumPy computes it lets other Python threads run. So a kernel cuts its work into items, some rows, channels or
products each, and `in_parallel` calls the function on each item, in as many threads as `set_threads` allows. How the
work is cut must depend on its size alone, never on the number of threads; then neither do the results, down to the
last bit.

The matrix library's own threads would compete with these for the same cores, waiting in busy loops. So from the first
`set_threads` on, whatever its number, the library uses one in the whole process; before it, the kernels use one and
the library as many as it likes. How it rounds may depend on that number: the same bytes on any machine are promised
after a `set_threads`.

The number of threads is a property of the machine, not of a computation, and is the one setting that lives here and
not in an argument.

Taught by docs/06-convolution.md.
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
    """Let the kernels use `count` threads from now on, and the matrix library one. At import the kernels use one.

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
    """[function(item) for item in items], in any order and in several threads at once; back when all are done.

    The calls must not depend on each other. If one raises, no further ones are begun, and the first error is raised
    when those that run have ended.
    """
    items = list(items)
    helpers = _team.helpers[: len(items) - 1] if len(items) > 1 else []
    if not helpers:
        return [function(item) for item in items]
    task = _Task(function, items)
    try:
        for helper in helpers:
            # the settings of this thread, such as np.errstate, hold in the helpers too
            helper.tasks.put((task, contextvars.copy_context()))
        with _staying_on(_team.core):
            task.work()
    finally:
        task.close()
    if task.errors:
        raise task.errors[0]
    return task.results


class _Task:
    """The items of one call of in_parallel, from which each thread takes the next one until there are none.

    A helper that comes too late, since it was busy with another task, finds it closed and leaves it alone. So a task
    waits only for threads that are at work on it, and one within another cannot wait for itself.
    """

    def __init__(self, function: Callable[[Any], Any], items: list[Any]):
        self.function = function
        self.waiting: Iterator[tuple[int, Any]] = iter(list(enumerate(items)))  # taking the next is atomic
        self.results: list[Any] = [None] * len(items)
        self.errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._closed = False
        self._at_work = 0
        self._left = threading.Semaphore(0)

    def work(self) -> None:
        try:
            for i, item in self.waiting:
                self.results[i] = self.function(item)
        except BaseException as error:
            self.errors.append(error)
            for _ in self.waiting:  # nothing is left for the others
                pass

    def join(self) -> None:
        """Work on it beside the thread whose task it is, unless that is done."""
        with self._lock:
            if self._closed:
                return
            self._at_work += 1
        try:
            self.work()
        finally:
            with self._lock:
                self._at_work -= 1
            self._left.release()

    def close(self) -> None:
        """Wait until nobody is at work. Ctrl-C meanwhile is kept until then: nobody may go on writing afterwards."""
        interruption = None
        while not self._closed or self._at_work:
            try:
                with self._lock:
                    self._closed = True
                if self._at_work:
                    self._left.acquire()
            except BaseException as error:
                interruption = error
                for _ in self.waiting:
                    pass
        if interruption is not None:
            raise interruption


class _Team:
    """The helpers beside the calling thread, each waiting for its next task."""

    def __init__(self) -> None:
        self.helpers: list[_Helper] = []
        self.core: int | None = None  # on which the calling thread stays while it works with them

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
                del job, task, context  # and with them the arrays that the task was about


def _cores_to_stay_on(threads: int) -> list[int | None]:
    """A core for each thread, if there are exactly as many; otherwise let the system choose.

    Threads that often wait for each other tend to be woken on one core, by a rule of Linux that helps those which
    share data; with as many cores as threads there is only one sensible way to place them.
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

if hasattr(os, "register_at_fork"):  # threads do not survive a fork: the child starts with one, like any process

    def _start_anew() -> None:
        global _team
        _team = _Team()

    os.register_at_fork(after_in_child=_start_anew)
