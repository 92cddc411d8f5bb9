"""Rounds in turn: fair to every side, the same numbers whatever is timed."""

import gc

import numpy as np
import pytest

from experiments.benchmark.timing import Plan, Ratio, fastest, interleaved, ratio


class Watch:
    """A stopwatch that takes `per_step` seconds a step and writes down when it is read."""

    def __init__(self, name, per_step, log):
        self.name, self.per_step, self.log = name, per_step, log

    def __call__(self, steps):
        self.log.append((self.name, steps))
        return steps * self.per_step


def test_a_reading_is_seconds_a_step():
    table = interleaved([Watch("a", 0.25, []), Watch("b", 0.5, [])], Plan(rounds=4, least_seconds=1))
    np.testing.assert_allclose(table, [[0.25, 0.5]] * 4)


def test_every_other_round_runs_in_reverse():
    log = []
    interleaved([Watch(name, 1.0, log) for name in "abc"], Plan(rounds=3, least_seconds=1))
    assert "".join(name for name, _ in log[-9:]) == "abccbaabc"


@pytest.mark.parametrize("per_step", [1e-6, 3e-4, 0.02, 5.0])
def test_a_reading_lasts_at_least_what_was_asked_and_not_much_more(per_step):
    log = []
    interleaved([Watch("a", per_step, log)], Plan(rounds=1, least_seconds=0.1))
    _, steps = log[-1]
    assert 0.1 <= steps * per_step <= 0.1 + per_step * 1.01


def test_a_slow_first_step_does_not_shorten_the_readings():
    slow_once, log = iter([1000.0]), []

    def stopwatch(steps):
        log.append(steps)
        return next(slow_once, steps / 1024)

    table = interleaved([stopwatch], Plan(rounds=2, least_seconds=1.0))
    np.testing.assert_allclose(table, 1 / 1024)
    assert log[-1] == 1024


def test_the_collector_is_off_while_timing_and_on_afterwards_even_after_an_error():
    def stopwatch(steps):
        assert not gc.isenabled()
        raise OSError

    assert gc.isenabled()
    with pytest.raises(OSError):
        interleaved([stopwatch], Plan(rounds=1))
    assert gc.isenabled()


def test_the_ratio_is_the_median_of_the_rounds_ratios_and_not_of_the_times():
    ours, theirs = np.array([1.0, 4.0, 9.0]), np.array([4.0, 2.0, 6.0])
    assert ratio(ours, theirs) == Ratio(1.5, 0.25, 2.0)


def test_a_drift_that_hits_both_sides_leaves_the_ratio_alone():
    drift = np.array([1.0, 1.3, 0.8, 2.0])
    assert ratio(3 * drift, 4 * drift) == pytest.approx((0.75, 0.75, 0.75))


def test_the_fastest_side_is_that_of_the_smallest_median():
    assert fastest(np.array([[1.0, 2.0, 3.0], [9.0, 2.0, 3.0], [9.0, 90.0, 0.1]])) == 1
