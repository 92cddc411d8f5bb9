"""Work shared out between threads: all of it, once, with the same bytes however many there are."""

import threading

import numpy as np
import pytest

import autograd
from autograd import Tensor, nn, optim
from autograd.kernels.threads import in_parallel
from autograd.optim.optimizer import STRETCH


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


def test_fewer_than_one_thread_are_refused():
    with pytest.raises(ValueError, match="0 threads, expected at least 1"):
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
    parameters = [Tensor(rng.standard_normal(n, dtype=np.float32), requires_grad=True) for n in (7, 3 * STRETCH + 5, 9)]
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
