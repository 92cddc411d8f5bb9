import numpy as np
import pytest

from rnn.features import net_inputs, window_features
from rnn.scaling import signed_log

VALUES = np.array([[0, 3, 3, 1], [5, -2, 0, 7]])


def test_log_inputs_are_the_signed_log():
    np.testing.assert_array_equal(net_inputs(VALUES, "log"), signed_log(VALUES))


def test_step_inputs_are_level_distance_to_the_last_day_and_sign_of_the_step():
    x = net_inputs(VALUES, "steps")
    log = signed_log(VALUES)
    assert x.shape == (2, 4, 3)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x[..., 0], log)
    np.testing.assert_array_equal(x[..., 1], log - log[:, [3]])
    assert x[..., 2].tolist() == [[0, 1, 0, -1], [0, -1, 1, 1]]


def test_an_unknown_kind_of_inputs_is_refused():
    with pytest.raises(ValueError, match="kind is 'raw', expected one of log, steps"):
        net_inputs(VALUES, "raw")


@pytest.mark.parametrize("length", [1, 2, 4, 14])
def test_window_features_are_3_l_plus_1_finite_numbers(length):
    values = np.random.default_rng(0).integers(-3, 50, (6, length))
    assert window_features(values).shape == (6, 3 * length + 1)
    assert np.isfinite(window_features(values)).all()


def test_window_features_by_hand():
    log = np.log1p([0, 3, 3, 1])
    expected = [*log, *(log[:3] - log[3]), 1, 0, -1, log.mean(), log.std(), 0.25]
    np.testing.assert_allclose(window_features(VALUES[:1])[0], expected)
