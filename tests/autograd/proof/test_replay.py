"""Stochastic functions are checked too: every evaluation draws the same numbers, and none is missed afterwards."""

import functools

import numpy as np
import pytest

import autograd
from autograd import GradientError, Tensor, gradcheck, nn
from autograd.proof.checking.replay import replaying
from autograd.tools.closure_walk import reach

GLOBAL = np.random.default_rng(5)


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def reparameterised(mean, log_variance, rng):
    return mean + autograd.exp(0.5 * log_variance) * rng.standard_normal(mean.shape)


def noisy(x):
    return x * GLOBAL.standard_normal(x.shape)


class Model:
    def __init__(self, rng):
        self.parts = {"noise": [rng]}

    def __call__(self, x):
        return x * self.parts["noise"][0].standard_normal(x.shape)

    def method(self, x):
        return self(x)


def test_a_generator_among_the_inputs_is_replayed_and_reported():
    report = gradcheck(reparameterised, random(3), random(3, seed=1), np.random.default_rng(0))
    assert report.generators == 1
    assert "1 random generator replayed at each evaluation" in repr(report)


@pytest.mark.parametrize("mode", ["full", "directional"])
def test_dropout_is_checked_as_it_trains(mode):
    net = nn.Sequential(nn.Linear(4, 8, GLOBAL, dtype=np.float64), nn.Dropout(0.5, GLOBAL), nn.Tanh())
    x = random(5, 4)
    report = gradcheck(lambda *_: net(Tensor(x)), *net.parameters(), mode=mode)
    assert report.generators == 1


def closure(rng):
    return lambda x: x * rng.standard_normal(x.shape)


def default(x, rng=GLOBAL):
    return x * rng.standard_normal(x.shape)


@pytest.mark.parametrize(
    "function",
    [
        noisy,
        closure(np.random.default_rng(1)),
        default,
        functools.partial(lambda rng, x: x * rng.standard_normal(x.shape), np.random.default_rng(1)),
        Model(np.random.default_rng(1)),
        Model(np.random.default_rng(1)).method,
        lambda x: (lambda y: noisy(y) + noisy(y))(x),
    ],
    ids=["global", "closure", "default", "partial", "object", "method", "nested"],
)
def test_a_generator_is_found_wherever_the_function_keeps_it(function):
    assert gradcheck(function, random(3)).generators == 1


def test_generators_are_left_as_they_were_also_by_an_error():
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    gradcheck(closure(rng), random(3))
    assert rng.bit_generator.state == state
    with pytest.raises(GradientError):
        gradcheck(lambda x: closure(rng)(x).detach() + x, random(3))
    assert rng.bit_generator.state == state


def test_a_wrong_gradient_is_found_through_noise():
    rng = np.random.default_rng(0)
    with pytest.raises(GradientError):
        gradcheck(lambda m, s: m + autograd.exp(s).detach() * rng.standard_normal(3), random(3), random(3))


def test_running_statistics_are_left_as_they_were():
    norm = nn.BatchNorm(3, dtype=np.float64)
    mean, variance = norm.running_mean.copy(), norm.running_var.copy()
    gradcheck(lambda x: norm(x), random(4, 3))
    assert (norm.running_mean == mean).all()
    assert (norm.running_var == variance).all()


def test_rewinding_gives_the_same_numbers_again():
    rng = np.random.default_rng(3)
    with replaying(rng) as rewind:
        first = rng.random(4)
        assert rewind() == 1
        assert (rng.random(4) == first).all()
    assert (rng.random(4) == first).all()


def test_reach_ends_on_things_that_hold_each_other():
    a, b = [], []
    a.append(b)
    b.append(a)
    assert [thing for thing in reach(a) if thing is b] == [b]


def test_reach_follows_global_names_only_if_asked():
    assert not [thing for thing in reach(noisy) if thing is GLOBAL]
    assert [thing for thing in reach(noisy, named_globals=True) if thing is GLOBAL]
