import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn.scaling import SCALINGS, Standardisation, level_kept, signed_log, steps_lost


@given(st.integers(-1_000_000, 1_000_000))
def test_signed_log_is_odd_and_undone_by_its_inverse(count):
    y = signed_log(np.array([count]), np.float64)
    assert y == -signed_log(np.array([-count]), np.float64)
    np.testing.assert_allclose(np.sign(y) * np.expm1(np.abs(y)), count, rtol=1e-9)


def test_signed_log_makes_float32_to_train_with():
    assert signed_log(np.array([[1, -15, 0]])).dtype == np.float32


def test_standardisation_uses_the_constants_of_what_it_was_fitted_on_and_no_others():
    train = np.array([[0.0, 5.0], [4.0, 5.0]], dtype=np.float32)
    standardise = Standardisation.fit(train)
    np.testing.assert_array_equal(standardise(train), [[-1, 0], [1, 0]])
    np.testing.assert_array_equal(standardise(np.array([[1000, 6]], np.float32)), [[499, 1]])
    assert standardise(train).dtype == np.float32


COUNTS = np.array([[0, 2, 4, 4], [100, 100, 200, 1000], [7, 7, 7, 7]])


def test_a_scaling_of_all_days_uses_two_constants_of_the_training_part():
    scale = SCALINGS["all_days"](np.array([[0, 4], [0, 4]]))  # mean 2, deviation 2
    np.testing.assert_array_equal(scale(np.array([[2, 4, 10]])), [[0, 1, 4]])


def test_a_window_by_itself_keeps_its_shape_and_loses_its_level():
    for name in ("window", "log_window"):
        scaled = SCALINGS[name](COUNTS)(COUNTS)
        np.testing.assert_allclose(scaled[:2].mean(axis=1), 0, atol=1e-6)
        np.testing.assert_allclose(scaled[:2].std(axis=1), 1, rtol=1e-6)
        np.testing.assert_array_equal(scaled[2], 0)
    np.testing.assert_allclose(SCALINGS["window"](COUNTS)(10 * COUNTS), SCALINGS["window"](COUNTS)(COUNTS), rtol=1e-6)
    np.testing.assert_array_equal(SCALINGS["log_relative"](COUNTS)(COUNTS)[:, -1], 0)


def test_every_scaling_trains_in_float32():
    for fit in SCALINGS.values():
        assert fit(COUNTS)(COUNTS).dtype == np.float32


def test_steps_are_lost_where_the_scaling_makes_them_small():
    lost = steps_lost(COUNTS, COUNTS / 100)
    np.testing.assert_array_equal(lost, [1, 0, np.nan])  # steps of 2; of 100 and 800; none


def test_the_level_is_kept_by_what_it_is_a_line_of():
    counts = np.random.default_rng(0).integers(1, 1000, (200, 1))
    assert level_kept(counts, signed_log(counts)) > 0.999
    assert level_kept(counts, np.zeros((200, 1))) < 0.001
