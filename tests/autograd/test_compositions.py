"""Ops made of other ops give what NumPy and the plain definition give, and their gradients flow."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, gradcheck

X = np.random.default_rng(0).standard_normal((2, 1, 3, 1))


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (lambda x: autograd.squeeze(x), np.squeeze),
        (lambda x: autograd.squeeze(x, 1), lambda x: np.squeeze(x, 1)),
        (lambda x: autograd.squeeze(x, (1, -1)), lambda x: np.squeeze(x, (1, -1))),
        (lambda x: autograd.expand_dims(x, 0), lambda x: np.expand_dims(x, 0)),
        (lambda x: autograd.expand_dims(x, (1, -1)), lambda x: np.expand_dims(x, (1, -1))),
        (lambda x: autograd.flatten(x), np.ravel),
        (lambda x: autograd.flatten(x, 1), lambda x: x.reshape(2, 3)),
        (lambda x: autograd.flatten(x, 1, 2), lambda x: x.reshape(2, 3, 1)),
        (lambda x: autograd.swapaxes(x, 0, -2), lambda x: np.swapaxes(x, 0, -2)),
    ],
)
def test_shapes_are_numpys_and_gradients_flow(ours, numpys):
    np.testing.assert_array_equal(ours(Tensor(X)).data, numpys(X))
    np.testing.assert_array_equal(ours(X).data, numpys(X))
    gradcheck(ours, X)


def test_a_number_without_axes_is_flattened_to_one_axis():
    assert autograd.flatten(Tensor(2.0)).shape == (1,)
    assert autograd.squeeze(Tensor(2.0)).shape == ()


def test_an_empty_batch_is_flattened():
    assert autograd.flatten(Tensor(np.zeros((0, 2, 3))), 1).shape == (0, 6)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: autograd.squeeze(X, 0), r"squeeze: axis 0 of shape \(2, 1, 3, 1\) has size 2, expected 1"),
        (lambda: autograd.flatten(X, 2, 1), "flatten: axes 2 to 1 .* end before they start"),
        (lambda: autograd.swapaxes(X, 0, 4), "axis 4 is out of bounds"),
        (lambda: autograd.conv1d(X, X), r"conv1d: x has shape .*expected \(batch, time, channels\)"),
    ],
)
def test_what_does_not_fit_is_refused_in_the_words_of_the_caller(function, message):
    with pytest.raises(ValueError, match=message):
        function()


@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2}], ids=str)
def test_conv1d_is_its_sum_over_taps_and_channels(options):
    rng = np.random.default_rng(1)
    x, w, b = rng.standard_normal((2, 9, 3)), rng.standard_normal((4, 3, 3)), rng.standard_normal(4)
    stride, padding, dilation = (
        options.get(name, default) for name, default in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    padded = np.pad(x, ((0, 0), (padding, padding), (0, 0)))
    steps = range(0, padded.shape[1] - 2 * dilation, stride)
    expected = np.stack([sum(padded[:, t + dilation * k] @ w[:, k].T for k in range(3)) for t in steps], 1) + b
    np.testing.assert_allclose(autograd.conv1d(x, w, b, **options).data, expected)
    gradcheck(lambda *a: autograd.conv1d(*a, **options), x, w, b)


def test_pieces_that_nobody_uses_get_no_gradient():
    x = Tensor(np.arange(6.0), requires_grad=True)
    _, middle, _ = autograd.split(x, [2, 4])
    (middle * middle).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 4, 6, 0, 0])


def test_a_product_of_zeros_has_a_gradient():
    x = Tensor(np.array([0.0, 2.0, 3.0]), requires_grad=True)
    autograd.prod(x).backward()
    np.testing.assert_array_equal(x.grad, [6, 0, 0])


def test_the_length_of_nothing_but_zeros_is_zero_and_so_is_its_gradient():
    x = Tensor(np.zeros((2, 3)), requires_grad=True)
    autograd.norm(x, axis=1).sum().backward()
    np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))


@pytest.mark.parametrize("subscripts", ["ij,jk", "ij->ji", "ij,kj->", "i...,j...->ij...", "ij , jk -> ik"])
def test_einsum_is_numpys(subscripts):
    rng = np.random.default_rng(2)
    arrays = [rng.standard_normal((3, 3)) for _ in range(subscripts.count(",") + 1)]
    np.testing.assert_allclose(autograd.einsum(subscripts, *arrays).data, np.einsum(subscripts, *arrays))
    gradcheck(lambda *a: autograd.einsum(subscripts, *a), *arrays)


def test_einsum_of_wrong_shapes_names_the_op_and_the_shapes():
    with pytest.raises(ValueError, match=r"einsum: .*\(2, 3\) and \(2, 3\)"):
        autograd.einsum("ij,jk->ik", np.zeros((2, 3)), np.zeros((2, 3)))


def test_ignoring_every_label_leaves_no_mean():
    with pytest.raises(ValueError, match="all of it is ignored"):
        autograd.cross_entropy(np.zeros((2, 3)), np.array([7, 7]), ignore_index=7)


@pytest.mark.parametrize("weight", [np.ones(2), np.ones((2, 3))])
def test_class_weights_of_another_shape_are_refused(weight):
    with pytest.raises(ValueError, match=r"weight has shape .*broadcast to \(3,\)"):
        autograd.cross_entropy(np.zeros((2, 3)), np.array([0, 1]), weight=weight)


@pytest.mark.parametrize("function", [autograd.sum, autograd.prod, autograd.norm, autograd.logsumexp, autograd.cumsum])
@pytest.mark.parametrize("axis", [0, -1])
def test_a_number_without_axes_is_reduced_along_its_only_imagined_axis(function, axis):
    for along in [axis] if function is autograd.cumsum else [axis, (axis,)]:
        x = Tensor(np.array(3.0), requires_grad=True)
        y = function(x, axis=along)
        y.backward()
        assert (y.shape, y.item(), x.grad.shape, x.grad.item()) == ((), 3.0, (), 1.0)


@pytest.mark.parametrize("start, end", [(0, 0), (0, 1), (1, 1), (1, 2), (0, 2), (2, 3), (0, -1), (-2, -1)])
def test_flatten_joins_the_axes_from_start_to_end_and_keeps_the_others(start, end):
    x = np.arange(120.0).reshape(2, 3, 4, 5)
    joined = list(range(4))[start : end % 4 + 1]
    sizes = [x.shape[axis] for axis in range(4)]
    expected = x.reshape(*sizes[: joined[0]], -1, *sizes[joined[-1] + 1 :])
    np.testing.assert_array_equal(autograd.flatten(Tensor(x), start, end).data, expected, strict=True)
