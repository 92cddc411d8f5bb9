"""Corners are told from wrong gradients: skipped and named where they are near, never an excuse for a mistake."""

import numpy as np
import pytest

import autograd
from autograd import GradientError, Tensor, gradcheck
from autograd.apply import apply
from autograd.proof.checking.kinks import Skip, describe_skips

EPS = 6e-6
ONE = np.ones((1, 1, 1, 1))  # a filter that changes nothing


def away(*shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


def test_an_element_at_a_corner_is_skipped_and_the_report_says_where_and_of_which_op():
    x = away(4, 6)
    x[0, 3] = 0
    report = gradcheck(autograd.relu, x)
    assert (report.checked, report.skipped) == (23, 1)
    assert "element [0, 3] lies within a step of a kink of relu: skipped 1 of 24" in repr(report)


@pytest.mark.parametrize("share", np.linspace(-0.99, 0.99, 41))
@pytest.mark.parametrize("slope", [1.0, 1.01])
def test_next_to_a_corner_shorter_steps_judge_and_at_the_corner_nothing_does(share, slope):
    def rule(x):
        return np.abs(x - 1), lambda g: slope * g * np.sign(x - 1)

    x = np.array([1 + share * EPS, 3.0])
    if slope == 1:
        report = gradcheck(lambda x: apply(rule, x), x)
        assert report.checked == 2
    else:
        with pytest.raises(GradientError, match="2 of 2 are wrong" if abs(share) > 1e-9 else "1 of 2 are wrong"):
            gradcheck(lambda x: apply(rule, x), x)


def test_an_element_too_near_to_a_corner_for_any_step_is_skipped():
    assert gradcheck(lambda x: autograd.abs(x - 1), np.array([1 + 1e-13, 3.0])).skipped == 1


def test_at_the_corner_itself_the_mean_of_both_slopes_counts_as_right():
    assert gradcheck(autograd.abs, np.array([0.0, 1.0])).checked == 2


@pytest.mark.parametrize(
    ("function", "x", "op"),
    [
        (lambda x: autograd.relu(autograd.tanh(x) * 3), [0.0, 1.0], "relu"),
        (lambda x: autograd.tanh(autograd.leaky_relu(x)) * 3, [0.0, 1.0], "leaky_relu"),
        (lambda x: autograd.maximum(x, 1.0), [1 + 1e-13, 3.0], "maximum"),
        (lambda x: autograd.clip(x, 0.0, 1.0), [0.5, 1.0], "clip"),
        (lambda x: x.max(), [1 + 1e-13, 1.0, 0.5], "max"),
        (lambda x: autograd.where(x.data > 0, x, 2 * x), [0.0, 1.0], "where"),
        (lambda x: x * 2 if x.data[0] > 1 else x * 3 - 1, [1.0, 0.3], "a branch of the function"),
        (
            lambda x: autograd.conv2d(x.reshape(1, 1, 2, 1), np.ones((1, 1, 1, 1)), activation="relu"),
            [0, 1.0],
            "conv2d",
        ),
    ],
)
def test_the_op_with_the_corner_is_named(function, x, op):
    report = gradcheck(function, np.array(x))
    assert report.skipped
    assert op in report.arguments[0].remark


@pytest.mark.parametrize("factor", [1.0001, 2.0, -1.0, 0.0])
def test_a_wrong_gradient_is_no_corner(factor):
    """Neither where the function is straight nor where it bends a lot."""

    def rule(x):
        return np.exp(3 * x) + np.sin(20 * x), lambda g: factor * g * (3 * np.exp(3 * x) + 20 * np.cos(20 * x))

    with pytest.raises(GradientError, match="24 of 24 are wrong"):
        gradcheck(lambda x: apply(rule, x), away(4, 6))


def test_a_wrong_gradient_beside_a_corner_is_found():
    x = away(6)
    x[2] = 0

    def rule(x):
        return np.maximum(x, 0), lambda g: 1.01 * g * (x > 0)

    with pytest.raises(GradientError, match=r"of 5 are wrong"):
        gradcheck(lambda x: apply(rule, x), x)


@pytest.mark.parametrize("mode", ["full", "directional"])
def test_a_check_of_which_nothing_is_left_is_refused(mode):
    with pytest.raises(ValueError, match=r"nothing of argument 0 \(x\) is left to check: .* a kink of relu.* move it"):
        gradcheck(autograd.relu, np.zeros(3), mode=mode)


def test_another_direction_is_tried_where_one_crosses_a_corner():
    """A thousand numbers at a corner: no direction avoids it. One at a corner of slope 0 on a side: neither."""
    rng = np.random.default_rng(0)
    w = Tensor(rng.standard_normal((40, 30)), requires_grad=True)
    points = rng.standard_normal((50, 40))
    gradcheck(lambda w: autograd.relu(points @ w).sum(), w, mode="directional")


def test_a_skip_in_words():
    one, two = Skip((0, 3), "relu"), Skip((1, 2), "abs")
    assert describe_skips([one], 24) == "element [0, 3] lies within a step of a kink of relu: skipped 1 of 24"
    assert describe_skips([one, two], 24).startswith("elements [0, 3], [1, 2] lie within a step of a kink of relu or a")
    assert "[0, 3], [0, 3], [0, 3] and 2 more lie" in describe_skips([one] * 5, 24)
    assert describe_skips([Skip((), "")], 1) == "element [] lies within a step of a kink: skipped 1 of 1"
    assert (
        describe_skips([Skip(None, "max")], 9) == "every direction tried crosses a kink of max within a step: skipped"
    )
