import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.splits import SPLITS, split, validation
from rnn.windows import comparable_windows, make_windows

DAYS = 40


def noise_windows(countries=10, length=5):
    return make_windows(np.random.default_rng(0).integers(0, 50, (countries, DAYS)), length)


@given(st.sampled_from(SPLITS), st.integers(0, 1000), st.integers(2, 12))
def test_every_window_is_in_exactly_one_part_and_neither_is_empty(how, seed, countries):
    windows = noise_windows(countries)
    test = split(windows, how, DAYS, np.random.default_rng(seed))
    assert test.shape == (len(windows),)
    assert test.dtype == bool
    assert 0 < test.sum() < len(windows)


def test_by_time_the_targets_of_the_last_14_days_are_test_and_all_others_train():
    windows = noise_windows()
    test = split(windows, "time", DAYS, np.random.default_rng(0))
    assert np.unique(windows.day[test]).tolist() == list(range(26, 40))
    assert windows.day[~test].max() == 25


@given(st.integers(0, 1000))
def test_by_country_no_country_is_in_both_parts(seed):
    windows = noise_windows()
    test = split(windows, "country", DAYS, np.random.default_rng(seed))
    held_out, trained = set(windows.country[test]), set(windows.country[~test])
    assert len(held_out) == 3
    assert not held_out & trained


def test_at_random_three_tenths_of_the_windows_are_test():
    windows = noise_windows()
    assert split(windows, "random", DAYS, np.random.default_rng(0)).sum() == round(0.3 * len(windows))


@pytest.mark.parametrize("how", SPLITS)
def test_a_seed_splits_the_pairs_of_all_lengths_alike(how):
    x = np.random.default_rng(1).integers(0, 3, (8, DAYS))
    masks = [split(w, how, DAYS, np.random.default_rng(7)) for w in comparable_windows(x, (2, 5, 9)).values()]
    np.testing.assert_array_equal(masks[0], masks[1])
    np.testing.assert_array_equal(masks[0], masks[2])


@given(st.sampled_from(SPLITS), st.integers(0, 1000), st.integers(3, 12))
def test_the_validation_cut_is_a_part_of_training_of_the_same_kind_as_the_test(how, seed, countries):
    windows = noise_windows(countries)
    known = windows.take(~split(windows, how, DAYS, np.random.default_rng(seed)))
    cut = validation(known, how, np.random.default_rng(seed + 1))
    assert 0 < cut.sum() < len(known)
    chosen, left = known.take(cut), known.take(~cut)
    if how == "time":
        assert chosen.day.min() == left.day.max() + 1
    if how == "country":
        assert not set(chosen.country) & set(left.country)


def test_the_validation_cut_by_time_is_14_days_or_a_third_of_few():
    windows = noise_windows()
    for days, expected in ((44, 14), (12, 4), (2, 1)):
        known = windows.take(windows.day >= DAYS - days)
        cut = validation(known, "time", np.random.default_rng(0))
        assert len(np.unique(known.day[cut])) == min(expected, len(np.unique(known.day)) // 3 or 1)


def test_one_day_of_training_leaves_nothing_to_choose_by():
    one_day = noise_windows().take(noise_windows().day == 20)
    with pytest.raises(ValueError, match="split 'time' leaves 10 windows to train on, too few to set some aside"):
        validation(one_day, "time", np.random.default_rng(0))


@pytest.mark.parametrize("how", ["country", "random"])
def test_another_seed_makes_another_split(how):
    windows = noise_windows()
    one, other = (split(windows, how, DAYS, np.random.default_rng(seed)) for seed in (0, 1))
    assert (one != other).any()


def test_refuses_a_split_without_training_or_test_part():
    with pytest.raises(ValueError, match="split 'country' leaves 0 windows to test on"):
        split(noise_windows(countries=1), "country", DAYS, np.random.default_rng(0))
    late = noise_windows().take(noise_windows().day >= 30)
    with pytest.raises(ValueError, match="split 'time' leaves 0 windows to train on"):
        split(late, "time", DAYS, np.random.default_rng(0))
    with pytest.raises(ValueError, match="split is 'alphabet', expected one of time, country, random"):
        split(noise_windows(), "alphabet", DAYS, np.random.default_rng(0))
