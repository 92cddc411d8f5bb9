import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn.correlation import (
    best_partners,
    clustered_order,
    constant_series,
    correlated_set,
    correlation_matrix,
)
from tests.fakes.course_windows import course_new_cases
from tests.fakes.real_files import needs_real_files

counts = st.integers(2, 6).flatmap(
    lambda rows: st.integers(2, 12).flatmap(
        lambda days: arrays(np.int64, (rows, days), elements=st.integers(-50, 40_000))
    )
)


@given(counts)
def test_equals_numpy_on_rows_that_vary_and_is_nan_elsewhere_without_a_warning(series):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        correlation = correlation_matrix(series)
    varies = ~constant_series(series)
    assert np.isnan(correlation[~varies]).all()
    assert np.isnan(correlation[:, ~varies]).all()
    expected = np.corrcoef(series[varies]) if varies.sum() > 1 else np.ones((varies.sum(),) * 2)
    np.testing.assert_allclose(correlation[np.ix_(varies, varies)], expected, rtol=0, atol=1e-12)


@needs_real_files
def test_equals_numpy_on_the_course_file():
    series = course_new_cases()
    np.testing.assert_allclose(correlation_matrix(series), np.corrcoef(series), rtol=0, atol=1e-12)


def test_coefficient_is_covariance_over_the_deviations_by_hand():
    # X = 0 1 2, Y = 1 0 2: Cov = (1 * 0 + 0 * -1 + ... ) = 1/3, Var = 2/3 each
    assert correlation_matrix(np.array([[0, 1, 2], [1, 0, 2]]))[0, 1] == pytest.approx(0.5, abs=1e-15)


def test_a_constant_fraction_is_constant_in_spite_of_rounding():
    series = np.array([[0.1] * 7, [1, 2, 3, 4, 5, 6, 7.0]])
    assert constant_series(series).tolist() == [True, False]
    assert np.isnan(correlation_matrix(series)[0]).all()


def test_partner_is_the_best_other_country_and_a_constant_one_has_none():
    correlation = np.array([[1, 0.2, 0.6, np.nan], [0.2, 1, -0.4, np.nan], [0.6, -0.4, 1, np.nan], [np.nan] * 4])
    partner, coefficient = best_partners(correlation)
    assert partner.tolist() == [2, 0, 0, -1]
    np.testing.assert_array_equal(coefficient, [0.6, 0.2, 0.6, np.nan])


def test_set_holds_who_is_in_a_pair_strictly_above_the_threshold():
    correlation = np.array([[1, 0.2, 0.6], [0.2, 1, -0.9], [0.6, -0.9, 1]])
    assert correlated_set(correlation, 0.2).tolist() == [True, False, True]
    assert correlated_set(correlation, 0.6).tolist() == [False, False, False]


@needs_real_files
def test_set_sizes_of_the_course_file():
    correlation, thresholds = correlation_matrix(course_new_cases()), [0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9]
    assert [correlated_set(correlation, threshold).sum() for threshold in thresholds] == [
        182,
        181,
        179,
        167,
        143,
        122,
        103,
        84,
        55,
    ]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.zeros(5), r"shape \(5,\), expected \(countries, days\)"),
        (np.zeros((3, 1)), "at least two days"),
        (np.array([[1.0, 2.0], [3.0, np.nan]]), "nan in row 1, day 1"),
    ],
)
def test_refuses_what_has_no_correlation(series, message):
    with pytest.raises(ValueError, match=message):
        correlation_matrix(series)


@given(st.integers(0, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_clustered_order_is_a_permutation(count: int, seed: int):
    values = np.random.default_rng(seed).uniform(-1, 1, (count, count))
    values = (values + values.T) / 2
    if count:
        values[0, :] = values[:, 0] = np.nan
    assert sorted(clustered_order(values)) == list(range(count))


def test_clustered_order_brings_groups_together():
    rng = np.random.default_rng(3)
    group = rng.permutation(np.repeat([0, 1, 2], 5))
    similarity = np.where(group[:, None] == group, 0.9, 0.1) + rng.uniform(0, 0.05, (15, 15))
    ordered = group[clustered_order((similarity + similarity.T) / 2)]
    assert (np.diff(ordered) != 0).sum() == 2


def test_clustered_order_puts_similar_ends_side_by_side():
    places = np.array([0.0, 1.0, 2.2, 3.5, 5.0, 6.1, 7.5])
    shuffled = np.random.default_rng(1).permutation(places)
    ordered = shuffled[clustered_order(-np.abs(shuffled[:, None] - shuffled))]
    assert ordered.tolist() in (sorted(places), sorted(places, reverse=True))


def test_clusters_are_as_similar_as_their_pairs_on_average():
    # After a and b, the mean of the pairs a-c and b-c (0.4) loses against c-d (0.5): c and d must stand together.
    values = np.array([[1, 0.9, 0.8, -0.2], [0.9, 1, 0, 0.55], [0.8, 0, 1, 0.5], [-0.2, 0.55, 0.5, 1]])
    assert clustered_order(values) in ([1, 0, 2, 3], [3, 2, 0, 1])


def test_a_shared_trend_correlates_the_counts_and_not_their_changes():
    rng = np.random.default_rng(0)
    counts = 5.0 * np.arange(80) + 20 * rng.standard_normal((12, 80))
    assert median(counts) > 0.9
    assert abs(median(np.diff(counts))) < 0.1


@needs_real_files
def test_on_the_course_file_day_to_day_changes_do_not_correlate():
    x = course_new_cases()
    assert median(x) == pytest.approx(0.39, abs=0.01)
    assert abs(median(np.diff(x))) < 0.005


def median(series):
    """Of the coefficients of all pairs of different rows."""
    return np.median(correlation_matrix(series)[np.tril_indices(len(series), k=-1)])
