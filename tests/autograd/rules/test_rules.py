"""Every rule on every one of its samples: the table that ``python -m autograd`` walks too."""

import inspect

import numpy as np
import pytest

import autograd
from autograd import GradientError, gradcheck
from autograd.apply import apply
from autograd.proof.gradcheck import check_rule
from autograd.proof.samples import SAMPLES
from autograd.rules import RULES
from autograd.tensor import Tensor

CASES = [
    pytest.param(name, sample, id=f"{name}-{i}")
    for name, samples in SAMPLES.items()
    for i, sample in enumerate(samples)
]
over_all_samples = pytest.mark.parametrize(("name", "sample"), CASES)


def draw(sample, dtype=np.float64):
    arguments = sample.draw(np.random.default_rng(7))
    return [a.astype(dtype, copy=False) if is_floating(a) else a for a in arguments]


def is_floating(a):
    return isinstance(a, np.ndarray) and a.dtype.kind == "f"


def incoming(value, dtype=np.float64):
    """Random gradients for a rule's value, in the form in which its vjps take them."""
    rng = np.random.default_rng([8, 1])
    if isinstance(value, tuple):
        return [rng.standard_normal(v.shape).astype(dtype) for v in value]
    return np.asarray(rng.standard_normal(value.shape)).astype(dtype)


def arrays_in(value):
    return list(value) if isinstance(value, tuple | list) else [value]


def differentiable(arguments, vjps):
    return [i for i, (a, vjp) in enumerate(zip(arguments, vjps, strict=False)) if is_floating(a) and vjp is not None]


def test_every_rule_has_samples():
    assert set(SAMPLES) == set(RULES)
    assert all(SAMPLES.values())


def test_every_public_function_is_a_rule():
    of_tensors = {
        name
        for name, function in inspect.getmembers(autograd.functional, inspect.isfunction)
        if function is getattr(autograd, name, None)
    }
    assert of_tensors
    assert of_tensors - set(RULES) == {"lift"}  # which makes functions of rules


def test_every_rule_is_public_or_an_operator():
    assert set(RULES) - set(vars(autograd)) == {"getitem"}


@over_all_samples
def test_gradient_agrees_with_central_differences(name, sample):
    report = check_rule(RULES[name], draw(sample), sample.options)
    for argument in report.arguments:
        # Rounding gives a tiny element beside large ones a large relative error, so its absolute error counts.
        assert argument.relative < 1e-7 or argument.absolute < 1e-8, argument


@over_all_samples
def test_every_floating_argument_of_a_sample_is_differentiated(name, sample):
    """Otherwise a vjp could be missing, and the check would have nothing to compare."""
    arguments = draw(sample)
    _, *vjps = RULES[name](*arguments, **sample.options)
    assert differentiable(arguments, vjps) == [i for i, a in enumerate(arguments) if is_floating(a)]


@over_all_samples
def test_float32_in_gives_float32_out(name, sample):
    arguments = draw(sample, np.float32)
    options = {**sample.options, **({"dtype": np.float32} if name == "astype" else {})}
    value, *vjps = RULES[name](*arguments, **options)
    assert [v.dtype for v in arrays_in(value)] == [np.float32] * len(arrays_in(value))
    for i in differentiable(arguments, vjps):
        assert vjps[i](incoming(value, np.float32)).dtype == np.float32, f"gradient of argument {i}"


def test_astype_gives_its_gradient_in_the_dtype_it_came_from():
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    y = x.astype(np.float64)
    y.backward(np.ones(3))
    assert (y.dtype, x.grad.dtype) == (np.float64, np.float32)


@over_all_samples
def test_rule_changes_neither_its_arguments_nor_the_incoming_gradient(name, sample):
    arguments = draw(sample)
    value, *vjps = RULES[name](*arguments, **sample.options)
    g = incoming(value)
    guarded = [a for a in [*arguments, *arrays_in(g)] if isinstance(a, np.ndarray)]
    for array in guarded:
        array.flags.writeable = False
    contents = [array.tobytes() for array in guarded]

    value, *vjps = RULES[name](*arguments, **sample.options)
    results = [v.tobytes() for v in arrays_in(value)]
    for i in differentiable(arguments, vjps):
        vjps[i](g)

    assert [array.tobytes() for array in guarded] == contents
    assert [v.tobytes() for v in arrays_in(value)] == results, "a vjp changed the rule's own value"


@over_all_samples
def test_rule_accepts_gradients_that_are_not_contiguous(name, sample):
    arguments = draw(sample)
    value, *vjps = RULES[name](*arguments, **sample.options)
    plain = incoming(value)
    spread = [np.repeat(g[..., None], 2, -1)[..., 0].T.copy().T for g in arrays_in(plain)]
    spread = spread if isinstance(value, tuple) else spread[0]
    for i in differentiable(arguments, vjps):
        expected = RULES[name](*arguments, **sample.options)[1 + i](plain)
        np.testing.assert_allclose(vjps[i](spread), expected, rtol=1e-12, atol=1e-14)


PLANTED = {
    "scaled": lambda dx: dx * 1.0001,
    "zeroed": np.zeros_like,
    "rolled": lambda dx: np.roll(dx.ravel(), 1).reshape(dx.shape),
}


@pytest.mark.parametrize("error", PLANTED)
@over_all_samples
def test_check_catches_an_error_planted_in_any_vjp(name, sample, error):
    """The checker is checked: a rule with one vjp spoiled must fail, wherever the error changes the gradient."""
    arguments = draw(sample)
    _, *vjps = RULES[name](*arguments, **sample.options)
    for i in differentiable(arguments, vjps):
        if not changes_the_gradient(PLANTED[error], name, arguments, sample.options, i):
            continue
        spoiled = spoil(RULES[name], i, PLANTED[error])

        def function(x, spoiled=spoiled, i=i):
            return apply(spoiled, *arguments[:i], x, *arguments[i + 1 :], **sample.options)

        with pytest.raises(GradientError, match=r"the gradient of argument 0 \(x\) is wrong at index"):
            gradcheck(function, arguments[i])


def spoil(rule, i, error):
    """The rule with an error planted in the gradient of argument i."""

    def spoiled(*arguments, **options):
        value, *vjps = rule(*arguments, **options)
        right = vjps[i]
        vjps[i] = lambda g: error(np.asarray(right(g)))
        return value, *vjps

    spoiled.__name__ = rule.__name__
    return spoiled


def changes_the_gradient(error, name, arguments, options, i):
    right, wrong = (gradient_of(rule, arguments, options, i) for rule in (RULES[name], spoil(RULES[name], i, error)))
    return not np.allclose(right, wrong, rtol=1e-5, atol=0)


def gradient_of(rule, arguments, options, i):
    tensors = [Tensor(a, requires_grad=j == i) if is_floating(a) else a for j, a in enumerate(arguments)]
    results = apply(rule, *tensors, **options)
    results = results if isinstance(results, tuple) else (results,)

    def total(*values):
        return np.sum([v.sum() for v in values]), *[
            lambda g, v=v: g * np.random.default_rng([9, 1]).uniform(1, 2, v.shape) for v in values
        ]

    apply(total, *results).backward()
    return tensors[i].grad


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logsumexp_of_nothing_but_minus_infinity_is_minus_infinity_and_has_no_gradient(dtype):
    """A row behind a mask; the row below it is not disturbed."""
    x = np.array([[-np.inf, -np.inf], [-np.inf, 3.0]], dtype)
    y, vjp = RULES["logsumexp"](x)
    np.testing.assert_array_equal(y, [-np.inf, 3.0])
    np.testing.assert_array_equal(vjp(np.ones(2, dtype)), [[0, 0], [0, 1]])
    assert y.dtype == vjp(np.ones(2, dtype)).dtype == dtype


def test_the_gradient_of_a_transposed_weight_has_the_weights_order_in_memory():
    rng = np.random.default_rng(0)
    x, weight, g = (rng.standard_normal(shape) for shape in ((2, 5, 3), (4, 3), (2, 5, 4)))
    _, _, of_right = RULES["matmul"](x, weight.T)
    gradient = of_right(g)
    np.testing.assert_allclose(gradient, np.einsum("nik,nij->kj", x, g), rtol=1e-12)
    assert gradient.T.flags.c_contiguous
