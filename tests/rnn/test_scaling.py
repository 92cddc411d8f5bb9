import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn.scaling import Standardisation, signed_log


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
