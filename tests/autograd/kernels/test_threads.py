"""Work shared out between threads: all of it, once, with the same bytes however many there are."""

import gc
import os
import signal
import sys
import threading
import time
import weakref

import numpy as np
import pytest

import autograd
from autograd import Tensor, nn, optim
from autograd.kernels.threads import in_parallel
from autograd.optim.optimizer import MAX_STRETCH


@pytest.fixture
def threads():
    """A function that sets the number of threads, for the time of a test."""
    before = autograd.get_threads()
    yield autograd.set_threads
    autograd.set_threads(before)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_item_is_worked_on_exactly_once(threads, count):
    threads(count)
    assert autograd.get_threads() == count
    done = []
    in_parallel(done.append, range(100))
    assert sorted(done) == list(range(100))


def test_items_are_worked_on_in_several_threads(threads):
    threads(2)
    both, names = threading.Barrier(2, timeout=10), set()

    def wait_for_the_other(_):
        both.wait()  # would time out in one thread alone
        names.add(threading.current_thread().name)

    in_parallel(wait_for_the_other, range(2))
    assert len(names) == 2


def test_an_error_in_any_thread_reaches_the_caller_and_the_threads_go_on(threads):
    threads(2)

    def fail(item):
        if item == 7:
            raise ValueError("seven")

    for _ in range(3):
        with pytest.raises(ValueError, match="seven"):
            in_parallel(fail, range(10))
    done = []
    in_parallel(done.append, range(10))
    assert sorted(done) == list(range(10))


def test_after_an_error_no_further_items_are_begun(threads):
    threads(2)
    begun = []

    def fail_at_first(item):
        begun.append(item)
        time.sleep(0.001)
        if item == 0:
            raise ValueError("zero")

    with pytest.raises(ValueError, match="zero"):
        in_parallel(fail_at_first, range(200))
    assert len(begun) < 20


class Interruption(Exception):
    """Stands for Ctrl-C, which pytest would take as meant for itself."""


@pytest.fixture
def interrupt_after():
    """A function that lets an Interruption come after so many seconds, wherever the main thread is then."""

    def interrupt(*_):
        raise Interruption

    before = signal.signal(signal.SIGALRM, interrupt)
    gc.disable()  # Python swallows an exception that comes while a callback of the garbage collector runs
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    gc.enable()
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer that interrupts")
def test_an_interruption_at_any_moment_leaves_nobody_at_work_and_the_next_call_right(threads, interrupt_after):
    if sys.gettrace():
        pytest.skip("an interruption within the tool that measures coverage keeps that tool's own lock for ever")
    threads(2)
    delays = np.random.default_rng(0).uniform(0, 0.001, 1500)
    at_work = []

    def slow(item):
        at_work.append(item)
        np.sort(np.arange(2_000)[::-1])
        at_work.remove(item)
        return item

    for delay in delays:
        try:
            interrupt_after(delay)
            while True:
                in_parallel(slow, range(4))
        except Interruption:
            interrupt_after(0)
        finished = at_work.copy()
        time.sleep(0.0003)
        assert len(at_work) == len(finished)  # an item that was interrupted stays in it; none goes on
        at_work.clear()
        assert in_parallel(abs, range(-5, 0)) == [5, 4, 3, 2, 1]


def test_threads_let_go_of_what_they_worked_on(threads):
    threads(2)
    array = np.zeros(1000)
    watched = weakref.ref(array)
    in_parallel(lambda i, array=array: array[i], range(50))
    del array
    deadline = time.monotonic() + 5
    while watched() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert watched() is None


def test_the_number_of_threads_may_change_while_they_work(threads):
    threads(2)
    in_parallel(lambda i: autograd.set_threads(2 + i % 2), range(8))
    assert in_parallel(abs, [-1, -2, -3]) == [1, 2, 3]


def test_several_callers_at_once_each_get_their_own_results(threads):
    threads(3)
    found = {}

    def call(k):
        found[k] = [in_parallel(lambda i: k * i, range(40)) for _ in range(20)]

    callers = [threading.Thread(target=call, args=(k,)) for k in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(20)
    assert found == {k: [[k * i for i in range(40)]] * 20 for k in range(4)}


def test_work_within_work_does_not_wait_for_itself(threads):
    threads(2)
    done = []
    in_parallel(lambda i: in_parallel(lambda j: done.append((i, j)), range(3)), range(4))
    assert len(done) == 12


def test_error_settings_of_the_caller_hold_in_all_threads(threads):
    threads(2)
    with np.errstate(over="ignore"):
        in_parallel(lambda _: np.float32(1e38) * np.ones(3, np.float32) * 10, range(20))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        in_parallel(lambda _: np.full(3, np.float32(1e38)) * np.float32(10), range(20))


@pytest.mark.filterwarnings("ignore:.*multi-threaded")  # which is what this is about
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_does_not_wait_for_threads_that_it_does_not_have(threads):
    threads(2)
    in_parallel(lambda _: None, range(4))
    child = os.fork()
    if child == 0:
        os._exit(0 if autograd.get_threads() == 1 and in_parallel(abs, [-1, -2]) == [1, 2] else 1)
    deadline = time.monotonic() + 20
    while (state := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    if state == (0, 0):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert state == (child, 0)


def test_fewer_than_one_thread_are_refused():
    with pytest.raises(ValueError, match=r"1\.5 threads, expected a whole number"):
        autograd.set_threads(1.5)
    with pytest.raises(ValueError, match="0 threads, expected a whole number, at least 1"):
        autograd.set_threads(0)


def train(steps=3):
    """The parameters of a small image network after a few steps."""
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Conv2d(3, 16, 4, rng, stride=2, padding=1, activation="relu"),
        nn.Conv2d(16, 24, 4, rng, stride=2, padding=1),
        nn.BatchNorm(24),
        nn.ConvTranspose2d(24, 16, 4, rng, stride=2, padding=1, activation="leaky_relu"),
        nn.ConvTranspose2d(16, 3, 4, rng, stride=2, padding=1),
    )
    adam = optim.Adam(model.parameters(), 1e-3)
    images = rng.standard_normal((17, 32, 32, 3), dtype=np.float32)
    for _ in range(steps):
        adam.zero_grad()
        autograd.mse(model(Tensor(images)), Tensor(images)).backward()
        adam.step()
    return [parameter.data.tobytes() for parameter in model.parameters()]


def test_a_training_gives_the_same_bytes_with_any_number_of_threads(threads):
    threads(1)
    alone = train()
    for count in (2, 3):
        threads(count)
        assert train() == alone


def updated(make_optimizer, steps=3):
    """The bytes of a few parameters, among them one of several stretches, after some updates."""
    rng = np.random.default_rng(0)
    parameters = [
        Tensor(rng.standard_normal(n, dtype=np.float32), requires_grad=True) for n in (7, 3 * MAX_STRETCH + 5, 9)
    ]
    optimizer = make_optimizer(parameters)
    for _ in range(steps):
        for parameter in parameters:
            parameter.grad = rng.standard_normal(parameter.shape, dtype=np.float32)
        optimizer.step()
    return [parameter.data.tobytes() for parameter in parameters]


@pytest.mark.parametrize(
    "make_optimizer",
    [
        lambda parameters: optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=0.1),
        lambda parameters: optim.Adam(parameters, 0.1, weight_decay=0.1),
        lambda parameters: optim.AdamW(parameters, 0.1),
    ],
    ids=["sgd", "adam", "adamw"],
)
def test_an_update_gives_the_same_bytes_with_any_number_of_threads(threads, make_optimizer):
    threads(1)
    alone = updated(make_optimizer)
    for count in (2, 3):
        threads(count)
        assert updated(make_optimizer) == alone
