"""The distribution function of the standard normal is held to Python's own erfc."""

import math

import numpy as np
import pytest

from autograd.kernels.error_function import normal_cdf

X = np.concatenate([np.linspace(-6, 6, 241), [0.0, -0.0, 1e-300, -1e-8, 30.0, -30.0]])


def expected(x):
    return np.array([math.erfc(-float(a) / math.sqrt(2)) / 2 for a in x])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_it_is_right_to_the_digits_of_the_dtype_also_in_the_left_tail(dtype):
    """In the tail e^(-x^2 / 2) makes x^2 / 2 relative errors of the rounding of its exponent."""
    x, info = X.astype(dtype), np.finfo(dtype)
    found = normal_cdf(x)
    assert found.dtype == dtype
    tolerance = 4 * info.eps * (1 + x.astype(float) ** 2) * expected(x) + 4 * float(info.smallest_normal)
    assert (np.abs(found - expected(x)) <= tolerance).all()


def test_infinities_and_huge_numbers_are_certain_and_nan_stays():
    with np.errstate(over="ignore"):
        found = normal_cdf(np.array([-np.inf, -1e200, 1e200, np.inf, np.nan]))
    np.testing.assert_array_equal(found, [0, 0, 1, 1, np.nan])


def test_it_continues_to_complex_numbers_for_the_complex_step():
    slope = normal_cdf(X + 1e-30j).imag / 1e-30
    np.testing.assert_allclose(slope, np.exp(-X * X / 2) / math.sqrt(2 * math.pi), rtol=1e-12, atol=1e-300)
