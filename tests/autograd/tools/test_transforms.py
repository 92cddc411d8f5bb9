"""Derivatives as functions: right, of the right shape, and nothing else in the world is changed."""

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, jacobian, nn, tanh, value_and_grad

A = np.array([[2.0, 1.0, 0.5], [1.0, 3.0, 0.0], [0.5, 0.0, 1.0]])
V = np.array([1.0, -2.0, 0.5])


def quadratic(x):
    return (x * (x @ A)).sum() / 2


def test_the_gradient_of_a_quadratic_form_is_a_matrix_times_x_and_its_hessian_the_matrix():
    np.testing.assert_allclose(grad(quadratic)(V), A @ V)
    np.testing.assert_allclose(hessian(quadratic, V), A, atol=1e-8)
    value, gradient = value_and_grad(quadratic)(V)
    assert value == pytest.approx(V @ A @ V / 2)
    np.testing.assert_allclose(gradient, A @ V)


def test_several_arguments_give_a_tuple_in_the_order_asked_for():
    gradients = grad(lambda a, b, power: (a * b**power).sum(), (1, 0))(V, 2 * V, power=2)
    np.testing.assert_allclose(gradients[0], 4 * V**2)
    np.testing.assert_allclose(gradients[1], 4 * V**2)


def test_a_jacobian_has_the_shape_of_the_result_and_then_of_the_argument():
    x = np.random.default_rng(0).standard_normal((2, 3))
    found = jacobian(lambda t: t @ A[:, :2], x)
    assert found.shape == (2, 2, 2, 3)
    np.testing.assert_allclose(found, np.einsum("ij,lk->ikjl", np.eye(2), A[:, :2]))
    np.testing.assert_allclose(jacobian(tanh, V), np.diag(1 - np.tanh(V) ** 2))


def test_an_argument_that_is_not_used_has_a_gradient_of_zero():
    np.testing.assert_array_equal(grad(lambda a, b: (a * a).sum(), 1)(V, V), np.zeros(3))
    np.testing.assert_array_equal(grad(lambda a: Tensor(2.0))(V), np.zeros(3))


def test_parameters_that_the_function_uses_keep_their_gradients():
    layer = nn.Linear(3, 1, np.random.default_rng(0), dtype=np.float64)
    layer.weight.grad = np.ones((1, 3))
    x = Tensor(V, requires_grad=True)
    np.testing.assert_allclose(grad(lambda t: layer(t).sum())(x), layer.weight.data[0])
    np.testing.assert_array_equal(layer.weight.grad, np.ones((1, 3)))
    assert layer.bias.grad is None
    assert x.grad is None


def test_float32_stays_and_lists_are_taken():
    assert grad(lambda x: (x * x).sum())(V.astype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(grad(lambda x: (x * x).sum())([1.0, 2.0]), [2, 4])


def test_more_than_one_number_and_integers_are_refused():
    with pytest.raises(ValueError, match="not a single number"):
        grad(lambda x: x * x)(V)
    with pytest.raises(TypeError, match="cannot require a gradient"):
        grad(lambda x: x.sum())(np.arange(3))
