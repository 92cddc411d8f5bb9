"""Normalisations against their written-out Jacobians, over drawn shapes; statistics, stability, refusals."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import layer_normalization, normalization, normalization_layout, plain

from .definitions import normalize

EPSILON = 1e-3
MEMORY_ORDERS = [(0, 1, 2, 3), (1, 2, 0, 3), (3, 1, 2, 0)]


def in_memory_order(array, order):
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order)) if array.ndim == 4 else array


def drawn(shape, channels_shape, order=(0, 1, 2, 3)):
    """x, g of this shape and memory order and gamma, beta: all read-only."""
    rng = np.random.default_rng(0)
    arrays = [
        in_memory_order(3 + rng.standard_normal(shape), order),
        in_memory_order(rng.standard_normal(shape), order),
    ]
    arrays += [rng.standard_normal(channels_shape), rng.standard_normal(channels_shape)]
    for a in arrays:
        a.flags.writeable = False
    return arrays


def check(fast, x, g, gamma, beta, groups):
    """(y, dx, dgamma, dbeta) of a fast form, against the definition with these groups' numbers."""
    wide_gamma, wide_beta = np.broadcast_to(gamma, x.shape), np.broadcast_to(beta, x.shape)
    y, dx, dgamma, dbeta = normalize(x, g, wide_gamma, wide_beta, groups, EPSILON)
    rest = tuple(range(x.ndim - gamma.ndim))
    for found, expected in zip(fast, (y, dx, dgamma.sum(rest), dbeta.sum(rest)), strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


def cut_into(row, block):
    """Let rows and blocks be this short, so that small arrays have many."""
    return mock.patch.multiple(normalization_layout, MAX_ROW=row, BLOCK=block)


CUTS = [(8192, 65536), (1, 1), (12, 24), (24, 1)]
image_shapes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2, 4, 6]))
shapes = image_shapes | st.tuples(st.integers(1, 5), st.sampled_from([2, 4, 6]))


@settings(max_examples=60, deadline=None)
@given(shapes.filter(lambda s: np.prod(s[:-1]) > 1), st.sampled_from(MEMORY_ORDERS), st.sampled_from(CUTS))
def test_batch_norm_and_its_gradients_equal_the_definition(shape, order, cut):
    x, g, gamma, beta = drawn(shape, shape[-1:], order)
    with cut_into(*cut):
        y, saved, mean, variance = normalization.batch_norm_forward(x, gamma, beta, EPSILON)
        gradients = normalization.batch_norm_gradients(g, saved)
    groups = np.broadcast_to(np.arange(shape[-1]), shape)
    check((y, *gradients), x, g, gamma, beta, groups)
    rest = tuple(range(x.ndim - 1))
    np.testing.assert_allclose(mean, x.mean(rest), atol=1e-12)
    np.testing.assert_allclose(variance, x.var(rest, ddof=1), atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(shapes, st.sampled_from([1, 2]), st.sampled_from(MEMORY_ORDERS), st.sampled_from(CUTS))
def test_group_norm_and_its_gradients_equal_the_definition(shape, groups, order, cut):
    groups = min(groups, shape[-1])
    x, g, gamma, beta = drawn(shape, shape[-1:], order)
    with cut_into(*cut):
        y, saved = normalization.group_norm_forward(x, gamma, beta, groups, EPSILON)
        gradients = normalization.group_norm_gradients(g, saved)
    image = np.arange(shape[0]).reshape(-1, *[1] * (x.ndim - 1))
    numbers = np.broadcast_to(image * groups + np.arange(shape[-1]) // (shape[-1] // groups), shape)
    check((y, *gradients), x, g, gamma, beta, numbers)


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(1, 3), st.sampled_from(MEMORY_ORDERS))
def test_layer_norm_fast_and_plain_and_its_gradients_equal_the_definition(shape, axes, order):
    axes = min(axes, len(shape))
    x, g, gamma, beta = drawn(shape, shape[-axes:], order)
    y, saved = layer_normalization.layer_norm_forward(x, gamma, beta, EPSILON)
    examples = shape[: len(shape) - axes]
    numbers = np.arange(np.prod(examples, dtype=int)).reshape(*examples, *[1] * axes)
    fast = (y, *layer_normalization.layer_norm_gradients(g, saved))
    check(fast, x, g, gamma, beta, np.broadcast_to(numbers, shape))
    value, gradients = plain.layer_norm(x, gamma, beta, EPSILON)
    check((value, *gradients(g)), x, g, gamma, beta, np.broadcast_to(numbers, shape))


def test_large_arrays_are_normalised_block_by_block_to_the_same_result():
    x, g, gamma, beta = drawn((4, 40, 40, 16), (16,))
    y, saved, mean, variance = normalization.batch_norm_forward(x, gamma, beta)
    assert x.size > normalization_layout.BLOCK
    np.testing.assert_allclose(mean, x.mean((0, 1, 2)), atol=1e-12)
    np.testing.assert_allclose(variance, x.var((0, 1, 2), ddof=1), atol=1e-12)
    np.testing.assert_allclose(y, gamma * (x - mean) / np.sqrt(x.var((0, 1, 2)) + 1e-5) + beta, atol=1e-12)
    dx, dgamma, dbeta = normalization.batch_norm_gradients(g, saved)
    np.testing.assert_allclose(dbeta, g.sum((0, 1, 2)), atol=1e-10)
    np.testing.assert_allclose(dgamma, (g * (y - beta) / gamma).sum((0, 1, 2)), atol=1e-9)
    # what normalising makes invisible gets no gradient: a shift of a channel, and a scaling of its deviations
    np.testing.assert_allclose(dx.sum((0, 1, 2)), 0, atol=1e-10)
    np.testing.assert_allclose((dx * x).sum((0, 1, 2)), 0, atol=1e-2)
    by_hand, _ = layer_normalization.layer_norm_forward(x, np.ones(16), np.zeros(16), 0.0)
    deviations = x - x.mean(-1, keepdims=True)
    np.testing.assert_allclose(by_hand, deviations / x.std(-1, keepdims=True), atol=1e-11)


def test_inference_uses_the_running_statistics_as_constants():
    x, g, gamma, beta = drawn((2, 3, 3, 4), (4,))
    mean, variance = np.array([0.5, 1, 2, 3]), np.array([1, 2, 0.5, 4])
    y = normalization.batch_norm_inference(x, gamma, beta, mean, variance, EPSILON)
    normal = (x - mean) / np.sqrt(variance + EPSILON)
    np.testing.assert_allclose(y, gamma * normal + beta, atol=1e-12)
    dx, dgamma, dbeta = normalization.batch_norm_inference_gradients(g, x, y, gamma, mean, variance, EPSILON)
    np.testing.assert_allclose(dx, g * gamma / np.sqrt(variance + EPSILON), atol=1e-12)
    np.testing.assert_allclose(dgamma, (g * normal).sum((0, 1, 2)), atol=1e-12)
    np.testing.assert_allclose(dbeta, g.sum((0, 1, 2)), atol=1e-12)


@pytest.mark.parametrize(("activation", "slope"), [("relu", 0.0), ("leaky_relu", 0.3)])
def test_batch_norm_may_end_in_an_activation_which_equals_one_op_after_the_other(activation, slope):
    x, g, gamma, beta = drawn((3, 4, 5, 6), (6,), order=(1, 2, 0, 3))
    constant = np.full_like(x[..., :1], 7)  # normalised to exactly 0, the corner, where the slope is the negative one
    x, gamma, beta = np.concatenate([x[..., :5], constant], -1), np.append(gamma[:5], 1), np.append(beta[:5], 0)
    after = activation, slope

    plain, saved, mean, variance = normalization.batch_norm_forward(x, gamma, beta)
    before = np.where(plain > 0, 1, slope) * g
    expected = np.maximum(plain, slope * plain), *normalization.batch_norm_gradients(before, saved)
    y, saved, _, _ = normalization.batch_norm_forward(x, gamma, beta, 1e-5, *after)
    for found, wanted in zip((y, *normalization.batch_norm_gradients(g, saved)), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)

    running = mean, variance
    plain = normalization.batch_norm_inference(x, gamma, beta, *running)
    before = np.where(plain > 0, 1, slope) * g
    expected = normalization.batch_norm_inference_gradients(before, x, plain, gamma, *running)
    y = normalization.batch_norm_inference(x, gamma, beta, *running, 1e-5, *after)
    np.testing.assert_allclose(y, np.maximum(plain, slope * plain), atol=1e-12)
    gradients = normalization.batch_norm_inference_gradients(g, x, y, gamma, *running, 1e-5, *after)
    for found, wanted in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_float32_stays_float32():
    x, g, gamma, beta = (a.astype(np.float32) for a in drawn((2, 4, 4, 6), (6,)))
    mean, variance = np.zeros(6, np.float32), np.ones(6, np.float32)
    y, saved, *statistics = normalization.batch_norm_forward(x, gamma, beta)
    results = [y, *statistics, *normalization.batch_norm_gradients(g, saved)]
    y, saved, *_ = normalization.batch_norm_forward(x, gamma, beta, 1e-5, "leaky_relu")
    results += [y, *normalization.batch_norm_gradients(g, saved)]
    results.append(normalization.batch_norm_inference(x, gamma, beta, mean, variance))
    results += normalization.batch_norm_inference_gradients(g, x, y, gamma, mean, variance)
    y, saved = normalization.group_norm_forward(x, gamma, beta, 3)
    results += [y, *normalization.group_norm_gradients(g, saved)]
    y, saved = layer_normalization.layer_norm_forward(x, gamma, beta)
    results += [y, *layer_normalization.layer_norm_gradients(g, saved)]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}


def test_a_large_mean_does_not_drown_the_variance_in_float32():
    x = (np.random.default_rng(0).standard_normal((8, 16, 16, 4)) + 1000).astype(np.float32)
    spacing = 6.2e-5  # of float32 numbers about 1000; a mean rounded once is wrong by half of it
    one, zero = np.ones(4, np.float32), np.zeros(4, np.float32)
    exact_one, exact_zero, exact_x = (a.astype(np.float64) for a in (one, zero, x))

    y, _, mean, variance = normalization.batch_norm_forward(x, one, zero)
    exact_y, _, exact_mean, exact_variance = normalization.batch_norm_forward(exact_x, exact_one, exact_zero)
    np.testing.assert_allclose(mean, exact_mean, rtol=0, atol=0.55 * spacing)
    np.testing.assert_allclose(variance, exact_variance, rtol=2e-6)
    np.testing.assert_allclose(y, exact_y, rtol=0, atol=4e-6)

    y, _ = normalization.group_norm_forward(x, one, zero, 2)
    exact_y, _ = normalization.group_norm_forward(exact_x, exact_one, exact_zero, 2)
    np.testing.assert_allclose(y, exact_y, rtol=0, atol=4e-6)

    y, _ = layer_normalization.layer_norm_forward(x, one, zero)  # whose mean is not corrected: 4 numbers round little
    exact_y, _ = layer_normalization.layer_norm_forward(exact_x, exact_one, exact_zero)
    np.testing.assert_allclose(y, exact_y, rtol=0, atol=1e-2)


def test_results_keep_the_memory_order_of_convolutions():
    x, g, gamma, beta = drawn((3, 4, 5, 6), (6,), order=(1, 2, 3, 0))
    y, saved, _, _ = normalization.batch_norm_forward(x, gamma, beta)
    results = [y, normalization.batch_norm_gradients(g, saved)[0]]
    y, saved = normalization.group_norm_forward(x, gamma, beta, 3)
    results += [y, normalization.group_norm_gradients(g, saved)[0]]
    results.append(normalization.batch_norm_inference(x, gamma, beta, gamma, np.ones(6)))
    assert all(a.transpose(1, 2, 3, 0).flags.c_contiguous for a in results)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda x, c: normalization.batch_norm_forward(x[:1, :1, :1], c, c), "single element a channel"),
        (lambda x, c: normalization.batch_norm_forward(x, c[:3], c), r"weight must have shape \(4,\), .* not \(3,\)"),
        (lambda x, c: normalization.batch_norm_forward(x[0], c, c), r"must be .* not \(3, 3, 4\)"),
        (lambda x, c: normalization.batch_norm_forward(x, c, c, activation="tanh"), "activation must be one of"),
        (lambda x, c: normalization.batch_norm_inference(x, c, c, c[:2], c), r"running_mean must have shape \(4,\)"),
        (lambda x, c: normalization.batch_norm_inference(x, c, c, c, None), "running_variance must have .* not None"),
        (lambda x, c: normalization.batch_norm_forward(x[:0], c, c), "at least one of each"),
        (lambda x, c: normalization.group_norm_forward(x, c, c, 3), "3 groups do not divide the 4 channels"),
        (lambda x, c: layer_normalization.layer_norm_forward(x, c[:3], c[:3]), r"layer_norm: gamma \(3,\)"),
    ],
)
def test_what_cannot_be_normalised_is_refused_with_the_shapes_named(call, named):
    with pytest.raises(ValueError, match=named):
        call(np.zeros((2, 3, 3, 4)), np.zeros(4))
