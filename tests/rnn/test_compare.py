import numpy as np
import pytest

from rnn.compare import draw, estimate, holm, resampled, scores
from rnn.metrics import METRICS, evaluate
from rnn.windows import Windows


@pytest.fixture
def forecasts():
    rng = np.random.default_rng(0)
    labels = rng.random(60) < 0.4
    probability = np.round(np.clip(0.3 * labels + rng.random(60) * 0.7, 0, 1), 1)  # with ties, and with 0 and 1
    return labels, probability, probability >= 0.5


def windows(country, day):
    n = len(country)
    return Windows(np.zeros((n, 3)), np.zeros(n, dtype=bool), np.asarray(country), np.asarray(day))


def test_with_every_window_once_the_scores_are_those_of_evaluate(forecasts):
    once = scores(*forecasts, np.ones((2, 60)))
    for metric, value in evaluate(*forecasts).items():
        np.testing.assert_allclose(once[metric], [value, value], rtol=1e-6)


def test_a_weight_of_two_counts_like_a_repeated_window_and_zero_like_none(forecasts):
    weight = np.random.default_rng(1).integers(0, 3, 60)
    weighted = scores(*forecasts, weight[None])
    repeated = evaluate(*(np.repeat(values, weight) for values in forecasts))
    assert set(weighted) == set(METRICS)
    for metric, value in repeated.items():
        np.testing.assert_allclose(weighted[metric], [value], rtol=1e-6)


@pytest.mark.parametrize("by_day", [False, True])
def test_sums_over_countries_give_the_scores_that_weights_of_windows_give(forecasts, by_day):
    labels, probability, decisions = forecasts
    rng = np.random.default_rng(2)
    asked = Windows(np.zeros((60, 3)), labels, rng.choice([1, 2, 4, 7], 60), rng.integers(0, 5, 60))
    drawn = draw(asked, asked.day if by_day else None, rng, draws=40)
    expected = scores(labels, probability, decisions, drawn.weights(asked))
    for metric, values in resampled(asked, probability, decisions, drawn).items():
        np.testing.assert_allclose(values, expected[metric], rtol=1e-5, err_msg=metric)


def test_a_draw_without_one_of_the_classes_is_undefined_where_a_score_needs_both(forecasts):
    labels, probability, decisions = forecasts
    only_rises = scores(labels, probability, decisions, labels[None].astype(float))
    assert np.isnan(only_rises["auc"]).all()
    assert np.isnan(only_rises["balanced_accuracy"]).all()
    assert np.isfinite(only_rises["brier"]).all()


def test_a_draw_has_as_many_countries_as_there_are_and_no_other_ones():
    asked = windows([2, 2, 5, 7, 7, 7], [1, 2, 3, 4, 5, 6])
    drawn = draw(asked, None, np.random.default_rng(0), draws=50)
    assert drawn.countries.sum(axis=1).tolist() == [3] * 50
    assert drawn.countries[:, [0, 1, 3, 4, 6]].sum() == 0
    weights = drawn.weights(asked)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 1])  # the windows of one country rise and fall together
    np.testing.assert_array_equal(weights[:, 3], drawn.countries[:, 7])


def test_by_time_a_window_counts_as_often_as_its_country_times_its_day():
    asked = windows([0, 0, 1, 1], [8, 9, 8, 9])
    drawn = draw(asked, np.array([8, 9, 8, 9]), np.random.default_rng(0), draws=20)
    np.testing.assert_array_equal(drawn.weights(asked)[:, 2], drawn.countries[:, 1] * drawn.days[:, 8])
    assert drawn.days.sum(axis=1).tolist() == [2] * 20


def test_the_interval_of_clustered_windows_is_wider_than_if_they_were_independent():
    rng = np.random.default_rng(0)
    country = np.repeat(np.arange(30), 20)
    right = np.repeat(rng.random(30) < 0.6, 20)  # all windows of a country are right, or none
    clustered = draw(windows(country, country), None, rng, draws=400)
    apart = draw(windows(np.arange(600), country), None, rng, draws=400)
    spread = [
        scores(right, right, np.ones(600, dtype=bool), drawn.weights(windows(own, country)))["accuracy"].std()
        for drawn, own in ((clustered, country), (apart, np.arange(600)))
    ]
    assert spread[0] == pytest.approx(np.sqrt(right.mean() * (1 - right.mean()) / 30), rel=0.15)
    assert spread[0] > 3 * spread[1]


def test_interval_and_p_value_of_a_normal_mean():
    draws = np.random.default_rng(0).normal(0.3, 0.1, 20_000)
    at = estimate(0.3, draws)
    assert (at.low, at.high) == pytest.approx((0.3 - 0.196, 0.3 + 0.196), abs=0.005)
    assert at.p == pytest.approx(0.0027, abs=2e-4)  # three standard errors
    assert estimate(0.0, draws - 0.3).p == 1


def test_an_undefined_score_has_no_interval():
    assert np.isnan(estimate(float("nan"), np.ones(5)).low)
    assert np.isnan(estimate(1.0, np.full(5, np.nan)).p)


def test_holm_holds_the_smallest_to_level_over_n_and_stops_at_the_first_that_fails():
    assert holm(np.array([0.04, 0.001, 0.02])).tolist() == [True, True, True]
    assert holm(np.array([0.04, 0.001, 0.03])).tolist() == [False, True, False]
    assert holm(np.array([0.02, 0.02, 0.02])).tolist() == [False, False, False]
    assert holm(np.array([np.nan, 0.01])).tolist() == [False, True]
