"""Sides that compute something else are found: nothing is compared that is not the same work."""

import numpy as np
import pytest

from autograd import optim
from experiments.benchmark.agreement import DifferentError, difference, history, in_precision, require_same
from experiments.benchmark.sides import LOSS, Side

from ...fakes.benchmark_peers import SMALL

TRAINED = ["autoencoder", "autoencoder_bn", "rnn", "gru", "lstm"]


def compare(ours, theirs, dtype="float64"):
    require_same("work", "peer", dtype, ours, theirs)


def changed(results, name, change):
    return [{**step, name: change(step[name])} for step in results]


@pytest.fixture(params=SMALL)
def results(request):
    return history(in_precision(SMALL[request.param], "float64").ours())


@pytest.mark.parametrize("name", SMALL)
def test_a_problem_starts_the_same_every_time(name):
    for dtype in ("float64", "float32"):
        problem = in_precision(SMALL[name], dtype)
        compare(history(problem.ours()), history(problem.ours()), dtype)


def test_every_result_counts(results):
    for name in results[0]:
        with pytest.raises(DifferentError, match=name):
            compare(results, changed(results, name, lambda x: x * (1 + 1e-6)))


def test_a_result_that_is_missing_is_named(results):
    name = next(iter(results[0]))
    with pytest.raises(DifferentError, match=name):
        compare(results, [{k: v for k, v in step.items() if k != name} for step in results])


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.astype(np.float32),
        lambda x: np.full_like(x, np.nan),
        lambda x: x[..., None],
        lambda x: -x,
        np.zeros_like,
    ],
)
def test_another_dtype_shape_or_sign_is_refused(change):
    results = history(in_precision(SMALL["lstm"], "float64").ours())
    with pytest.raises(DifferentError):
        compare(results, changed(results, "the gradient of head.weight", change))


@pytest.mark.parametrize("name", TRAINED)
def test_another_optimiser_shows_in_the_second_step(name):
    problem = in_precision(SMALL[name], "float64")
    other = problem.ours()
    other.optimizer = optim.SGD(other.model.parameters(), 1e-3)
    with pytest.raises(DifferentError, match="step 2"):
        compare(history(problem.ours()), history(other))


def test_rounding_of_float32_is_allowed_and_a_scale_is_not():
    results = history(SMALL["gru"].ours())
    name = "the gradient of head.weight"
    compare(results, changed(results, name, lambda x: x * np.float32(1 + 1e-5)), "float32")
    with pytest.raises(DifferentError):
        compare(results, changed(results, name, lambda x: x * np.float32(1.05)), "float32")
    with pytest.raises(DifferentError, match=LOSS):
        compare(results, changed(results, LOSS, lambda x: x * 1.001), "float32")


def test_in_float32_the_first_loss_must_agree_closely_and_that_after_an_update_roughly():
    first, later = history(SMALL["gru"].ours())

    def with_loss(step, factor):
        return step | {LOSS: step[LOSS] * factor}

    compare([first, later], [first, with_loss(later, 1 + 3e-4)], "float32")
    with pytest.raises(DifferentError, match=f"{LOSS} in step 1"):
        compare([first, later], [with_loss(first, 1 + 5e-5), later], "float32")
    with pytest.raises(DifferentError, match=f"{LOSS} in step 2"):
        compare([first, later], [first, with_loss(later, 1 + 2e-3)], "float32")


def test_a_wider_dtype_is_refused_though_the_numbers_are_the_same():
    results = history(SMALL["gru"].ours())
    with pytest.raises(DifferentError):
        compare(results, changed(results, "the gradient of head.weight", np.float64), "float32")


def test_a_side_that_writes_over_its_arrays_keeps_its_history():
    class Counter(Side):
        count = np.zeros(1)

        def step(self):
            self.count += 1

        def results(self):
            return {"count": self.count}

    assert [results["count"].item() for results in history(Counter())] == [1, 2]


def test_the_message_is_one_line_that_says_where_and_by_how_much():
    results = history(SMALL["chain"].ours())
    with pytest.raises(DifferentError) as error:
        compare(results, changed(results, "the sum", lambda x: 2 * x), "float32")
    assert str(error.value).startswith("work: the sum in step 1, float32, differs from peer's by 5.0e-01")
    assert "\n" not in str(error.value)


def test_the_difference_is_relative_and_of_zeros_absolute():
    assert difference(np.array([3.0, 4.4]), np.array([3.0, 4.0])) == pytest.approx(0.08)
    assert difference(np.zeros(3), np.zeros(3)) == 0
    assert difference(np.ones(1), np.zeros(1)) == 1
