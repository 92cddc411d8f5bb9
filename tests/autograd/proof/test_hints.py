"""The pattern of a wrong gradient: each one recognised, the sentence telling, nothing claimed where nothing fits."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import GradientError, gradcheck
from autograd.apply import apply
from autograd.proof.checking.hints import PATTERNS, recognise, recognise_shape


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


RIGHT = random(4, 5)
SQUARE = random(4, 4)
CUBE = random(4, 5, 6)


def doubled_where(mask, right=RIGHT):
    return np.where(mask, 2 * right, right)


def at_the_border(shape):
    mask = np.ones(shape, bool)
    mask[(slice(1, -1),) * len(shape)] = False
    return mask


@pytest.mark.parametrize(
    ("right", "given", "pattern", "words"),
    [
        (RIGHT, 0 * RIGHT, "zero", "zero everywhere"),
        (RIGHT, -RIGHT, "sign", "every element has the opposite sign"),
        (RIGHT, RIGHT * np.where(random(4, 5, seed=1) > 0, 1, -1), "sign", "wrong elements of 20 have the opposite"),
        (RIGHT, 2 * RIGHT, "factor", "every element is 2 times what it should be: is a value counted twice"),
        (RIGHT, RIGHT / 20, "factor", "every element is 1/20 of what it should be: .* a mean where a sum"),
        (RIGHT, -3 * RIGHT, "factor", "every element is -3 times"),
        (RIGHT, 1.0001 * RIGHT, "factor", "every element is 1.0001 times what it should be: is a constant"),
        (RIGHT, doubled_where(random(4, 5, seed=2) > 0.5), "factor", "wrong elements of 20 is 2 times"),
        (RIGHT, RIGHT + 0.25, "offset", "off by the same amount everywhere, 0.25"),
        (SQUARE, SQUARE.T, "transposed", "it is the transpose of the right gradient"),
        (
            CUBE,
            CUBE.transpose(0, 2, 1).reshape(4, 5, 6),
            "transposed",
            r"order \(0, 2, 1\).*reshape does not transpose",
        ),
        (random(3, 3, 3), random(3, 3, 3).transpose(1, 2, 0), "transposed", r"axes in the order \(1, 2, 0\)"),
        (RIGHT, RIGHT[:, ::-1], "flipped", "back to front along axis 1"),
        (CUBE, CUBE[:, ::-1, ::-1], "flipped", "back to front along axes 1, 2"),
        (RIGHT, RIGHT.sum(0) + 0 * RIGHT, "unbroadcast", "summed along axis 0"),
        (RIGHT, RIGHT.mean(1, keepdims=True) + 0 * RIGHT, "unbroadcast", "averaged along axis 1"),
        (RIGHT, RIGHT[[2, 3, 0, 1]], "swapped", r"along axis 0 .* each other's places \(2, 3, 0, 1\)"),
        (RIGHT, np.random.default_rng(0).permutation(RIGHT.ravel()).reshape(4, 5), "swapped", "in the wrong places"),
        (CUBE, doubled_where(at_the_border(CUBE.shape), CUBE), "factor", "wrong elements of 120 is 2 times"),
        (RIGHT, RIGHT + 0.5 * random(4, 5, seed=3), None, "^$"),
        (RIGHT, np.where(random(4, 5, seed=1) > 0, RIGHT, 0), "dropped term", "get no gradient at all"),
        (RIGHT, RIGHT + random(4, 5, seed=3) * (random(4, 5, seed=1) > 0), None, "^$"),
        (RIGHT, 2 * RIGHT * (1 + 1e-6 * random(4, 5, seed=4)), None, "^$"),
        (RIGHT, random(4, 5, seed=9), None, ""),
        (RIGHT, np.where(RIGHT > 1, np.nan, RIGHT), None, "NaN or infinity"),
        (np.array(3.0), np.array(6.0), "factor", "2 times"),
        (np.array(3.0), np.array(-3.0), "sign", "opposite"),
        (np.array(3.0), np.array(4.0), None, ""),
        (np.zeros(0), np.zeros(0), None, ""),
    ],
)
def test_a_pattern_is_recognised(right, given, pattern, words):
    found, hint = recognise(given, right)
    assert found == pattern
    assert found in PATTERNS or found is None
    assert re.search(words, hint)


def test_facts_beside_the_gradient_tell_more():
    pattern, hint = recognise(CUBE, random(4, 5, 6, seed=1), cotangents=[CUBE])
    assert (pattern, "the derivative of the op itself is missing" in hint) == ("dropped term", True)
    pattern, hint = recognise(SQUARE, random(4, 4, seed=1), others={"1 (b)": SQUARE})
    assert (pattern, hint) == ("swapped", "it is the right gradient of argument 1 (b): are two vjps exchanged?")


def test_a_single_gradient_that_came_in_is_no_constant():
    pattern, hint = recognise(np.ones((2, 3)), np.full((2, 3), 0.7), cotangents=[np.array(0.7)])
    assert (pattern, "the gradient that came in" in hint) == ("dropped term", True)


def test_what_differences_cannot_see_is_no_evidence():
    """With one number above the noise, every wrong gradient would be a multiple of the right one."""
    right = np.array([1.0, 1e-9])
    assert recognise(1.37 * right, right, tolerance=1e-8)[0] != "factor"


@given(st.sampled_from([(3,), (2, 3), (3, 1, 4), (2, 2, 2, 3)]), st.integers(0, 1000), st.floats(-5, 5))
def test_a_common_factor_is_found_for_any_shape(shape, seed, factor):
    right = random(*shape, seed=seed) + 0.1
    if abs(factor) > 1e-3 and abs(factor - 1) > 1e-3 and abs(factor + 1) > 1e-3:
        assert recognise(factor * right, right)[0] == "factor"


@pytest.mark.parametrize(
    ("shape", "expected", "pattern"),
    [
        ((4, 3), (3, 4), "transposed"),
        ((4,), (3, 4), "unbroadcast"),
        ((3, 1), (3, 4), "unbroadcast"),
        ((), (3, 4), "unbroadcast"),
        ((3, 5), (3, 4), "shape"),
    ],
)
def test_a_wrong_shape_is_explained(shape, expected, pattern):
    assert recognise_shape(shape, expected)[0] == pattern


def check_vjp(vjp, *inputs):
    def scaled(x, *rest):
        return 2 * x + sum(rest), lambda g: vjp(g, x), *[lambda g: g for _ in rest]

    with pytest.raises(GradientError) as caught:
        gradcheck(lambda *tensors: apply(scaled, *tensors), *inputs)
    return caught.value


def test_the_hint_is_part_of_the_message():
    error = check_vjp(lambda g, x: 4 * g, random(2, 3))
    assert error.pattern == "factor"
    assert (
        error.hint == "every element is 2 times what it should be: is a value counted twice, or a mean's 1/N missing?"
    )
    assert str(error).endswith(f"hint: {error.hint}")


def test_a_wrong_shape_names_the_op_instead_of_ending_in_an_error_of_numpys():
    error = check_vjp(lambda g, x: 2 * g.sum(0), random(3, 4))
    assert (error.pattern, error.op) == ("unbroadcast", "scaled")
    assert "the backward of scaled gives a gradient of shape (4,) for an argument of shape (3, 4)" in str(error)
    error = check_vjp(lambda g, x: 2 * g.T, random(3, 4))
    assert (error.pattern, error.op) == ("transposed", "scaled")


def test_a_backward_that_fails_names_the_op():
    error = check_vjp(lambda g, x: g @ x, random(3, 4))
    assert (error.pattern, error.op) == ("shape", "scaled")
    assert "the backward of scaled failed: ValueError: matmul" in str(error)
