"""Ops that a user writes: a rule becomes a function of tensors, and what is no rule is refused in one line."""

import doctest
import inspect

import numpy as np
import pytest

import autograd
from autograd import GradientError, Tensor, functional, gradcheck, lift


@lift
def swish(x, steepness, scale=1.0):
    """x sigmoid(b x), times a scale."""
    p = 1 / (1 + np.exp(-steepness * x))
    slope = x * p * (1 - p)
    return scale * x * p, lambda g: scale * g * (p + steepness * slope), lambda g: scale * g * x * slope


@lift
def halves(x):
    """Two results; their gradients come as a list, None for a result that was not used."""

    def vjp(g):
        first, second = (
            np.zeros(part.shape) if given is None else given for part, given in zip((a, b), g, strict=True)
        )
        return np.concatenate([first, 2 * second])

    a, b = x[: len(x) // 2], 2 * x[len(x) // 2 :]
    return (a, b), vjp


def test_a_rule_of_ones_own_is_checked_in_one_line():
    gradcheck(swish, np.array([[0.5, -1.0, 2.0]]), np.array([[1.5], [0.5]]))  # broadcasting is the engine's affair
    gradcheck(lambda x: halves(x)[1] * halves(x)[0], np.array([1.0, 2.0, 3.0, 4.0]))


def test_arguments_and_options_may_go_by_name():
    x, b = Tensor(np.array([1.0, 2.0]), requires_grad=True), Tensor(np.array(0.5), requires_grad=True)
    np.testing.assert_array_equal(swish(x, steepness=b, scale=2.0).data, 2 * swish(x, b).data)
    swish(x=x, steepness=b).sum().backward()
    assert x.grad.shape == (2,)
    assert b.grad.shape == ()
    assert swish.__doc__ == "x sigmoid(b x), times a scale."
    with pytest.raises(TypeError, match="swish: an option is a Tensor"):
        swish(x, b, scale=Tensor(np.array(2.0)))


def test_a_wrong_rule_is_found_by_the_check():
    with pytest.raises(GradientError):
        gradcheck(lift(lambda x: (x**3, lambda g: 3 * x * g)), np.array([0.5, 2.0]))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda x: x * 2, r"<lambda>: returned (ndarray|float64), but a rule returns a tuple: its value, then a vjp"),
        (lambda x: [x * 2, lambda g: g], r"returned list, but a rule returns a tuple"),
        (lambda x: None, r"returned NoneType, but a rule returns a tuple"),
        (np.sin, r"sin: returned (ndarray|float64), but a rule returns a tuple"),
        (lambda x: (x * 2, 3), r"<lambda>: its rule returned 3 in the place of a vjp, expected a function of g"),
        (
            lambda x: (x * 2, lambda g: None),
            r"<lambda>: a vjp returned NoneType \(is a return missing\?\), expected an",
        ),
        (lambda x: (x * 2, lambda g: 2.0), r"<lambda>: a vjp returned float, expected an array"),
        (lambda x: (x * 2,), r"<lambda>: an option is a Tensor"),
    ],
)
@pytest.mark.parametrize("shape", [(3,), (3, 2), ()], ids=str)
def test_what_is_no_rule_is_refused_in_one_line(rule, message, shape):
    x = Tensor(np.ones(shape), requires_grad=True)
    with pytest.raises(TypeError, match=message):
        lift(rule)(x).sum().backward()


def test_only_a_function_can_be_lifted():
    with pytest.raises(TypeError, match="lift: expected a rule, which is a function of arrays, not 3"):
        lift(3)


def test_what_is_no_number_is_refused_by_every_function():
    for function in (autograd.add, autograd.exp, swish):
        with pytest.raises((TypeError, ValueError)):
            function("a", "b") if function is autograd.add else function("a")


def test_the_example_of_the_docstring_works():
    results = doctest.testmod(functional)
    assert (results.failed, results.attempted) == (0, 6)


@pytest.mark.parametrize("wrong", [None, "a"], ids=repr)
def test_an_op_whose_result_would_be_no_numbers_is_refused(wrong):
    x = Tensor(np.ones(3), requires_grad=True)
    objects = lift(lambda condition, a, b: (np.array([a[0], b], object), None, None, None))
    for name, function in {"where": autograd.where, "<lambda>": objects}.items():
        with pytest.raises(
            TypeError, match=f"^{name}: expected tensors, arrays or numbers, not ndarray and Tensor and"
        ):
            function(np.array([True, False, True]), x, wrong)


def test_a_function_that_does_not_tell_its_parameters_is_lifted_and_judged_by_what_it_returns():
    with pytest.raises(ValueError, match="signature"):
        inspect.signature(min)
    with pytest.raises(TypeError, match="min: returned float64, but a rule returns a tuple"):
        lift(min)(Tensor(np.ones(3)))


def test_all_floating_arguments_become_complex_beside_a_complex_tensor():
    seen = []

    @lift
    def rule(a, b, c):
        seen.extend((a.dtype, b.dtype, c.dtype))
        return a + b + c, None, None, None

    rule(Tensor(np.ones(2)), Tensor(np.ones(2, np.complex128)), np.ones(2, np.float32))
    assert seen == [np.complex128] * 3


def test_a_scalar_of_numpy_reaches_a_rule_as_a_number_of_python():
    seen = []

    @lift
    def scaled(a, factor):
        seen.append(factor)
        return a * factor, lambda g: g * factor

    y = scaled(Tensor(np.ones(2, np.float32)), np.float64(0.5))
    assert (type(seen[0]), seen[0], y.dtype) == (float, 0.5, np.float32)


def test_an_option_may_stand_at_its_position():
    x, target = Tensor(np.array([1.0, 2.0]), requires_grad=True), np.array([0.0, 0.0])
    assert autograd.mse(x, target, "sum").item() == autograd.mse(x, target, reduction="sum").item() == 5
