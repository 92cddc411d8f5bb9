"""Sigmoid and softplus are right to the last digits at both ends, in values and in the gradients that use them."""

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.kernels.logistic import sigmoid, softplus


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_digits_are_right_wherever_the_result_can_be_written(dtype):
    x = np.linspace(-80, 80, 4001).astype(dtype)
    wide = x.astype(np.float64)
    tolerance = 4 * np.finfo(dtype).eps
    assert sigmoid(x).dtype == softplus(x).dtype == dtype
    np.testing.assert_allclose(sigmoid(x), 1 / (1 + np.exp(-wide)), rtol=tolerance)
    np.testing.assert_allclose(softplus(x), np.where(wide > 0, wide, 0) + np.log1p(np.exp(-abs(wide))), rtol=tolerance)


def test_nothing_overflows_and_what_is_no_number_stays_so():
    x = np.array([-np.inf, -1e4, 0, 1e4, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(sigmoid(x), np.array([0, 0, 0.5, 1, 1, np.nan], np.float32))
    np.testing.assert_array_equal(softplus(x)[[0, 1, 3, 4, 5]], np.array([0, 0, 1e4, np.inf, np.nan], np.float32))


def test_the_argument_is_left_alone_and_may_be_a_single_number():
    x = np.array(-2.0)
    assert sigmoid(x) == 1 / (1 + np.exp(2.0))
    assert x == -2


@pytest.mark.parametrize("function", [autograd.sigmoid, autograd.softplus])
def test_the_complex_step_has_something_to_say(function):
    report = autograd.gradcheck(function, np.linspace(-5, 5, 8))
    assert report.complex_step is not None
    assert report.absolute < 1e-15


FAR_LEFT = {
    "sigmoid": lambda x: autograd.sigmoid(x),
    "softplus": lambda x: autograd.softplus(x),
    "binary cross-entropy": lambda x: autograd.binary_cross_entropy_with_logits(x, np.zeros(1)),
    "likelihood": lambda x: -autograd.bernoulli_log_likelihood(x, np.zeros(1)),
}


@pytest.mark.parametrize("function", FAR_LEFT.values(), ids=FAR_LEFT)
def test_a_small_gradient_is_not_rounded_to_nothing(function):
    x = Tensor(np.array([-20.0], np.float32), requires_grad=True)
    function(x).sum().backward()
    np.testing.assert_allclose(x.grad, [np.exp(-20)], rtol=1e-6)  # 2.06e-9


def test_the_logarithm_of_a_small_probability_is_finite():
    assert autograd.sigmoid(Tensor(np.array(-40.0))).log().item() == pytest.approx(-40)
