"""Pooling and upsampling against their loops, over drawn shapes and memory orders."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import plain, pooling

MEMORY_ORDERS = [(0, 1, 2, 3), (1, 2, 0, 3), (3, 1, 2, 0)]


def in_memory_order(array, order):
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))


def read_only(array):
    array.flags.writeable = False
    return array


@st.composite
def cases(draw):
    """(x, g, kernel, stride, padding); x of few small whole numbers, so that maxima tie."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    height, width = (draw(st.integers(max(1, k - 2 * p), k + 5)) for k, p in zip(kernel, padding, strict=True))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    x = rng.integers(-3, 3, (draw(st.integers(1, 3)), height, width, draw(st.integers(1, 3)))).astype(float)
    rows, columns = (
        (n + 2 * p - k) // s + 1 for n, k, s, p in zip((height, width), kernel, stride, padding, strict=True)
    )
    g = rng.standard_normal((x.shape[0], rows, columns, x.shape[-1]))
    order = draw(st.sampled_from(MEMORY_ORDERS))
    return *(read_only(in_memory_order(a, order)) for a in (x, g)), kernel, stride, padding


@settings(max_examples=150, deadline=None)
@given(cases())
def test_max_pooling_and_its_gradient_equal_the_loops_also_where_maxima_tie(case):
    x, g, *sizes = case
    y, gradients = plain.max_pool2d(x, *sizes)
    (dx,) = gradients(g)
    fast = pooling.max_pool2d_forward(x, *sizes)
    np.testing.assert_array_equal(fast, y)
    np.testing.assert_allclose(pooling.max_pool2d_gradient(g, x, fast, *sizes), dx, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_average_pooling_and_its_gradient_equal_the_loops(case):
    x, g, *sizes = case
    y, gradients = plain.avg_pool2d(x, *sizes)
    (dx,) = gradients(g)
    np.testing.assert_allclose(pooling.avg_pool2d_forward(x, *sizes), y, atol=1e-12)
    np.testing.assert_allclose(pooling.avg_pool2d_gradient(g, x.shape, *sizes), dx, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.integers(1, 4)] * 4), st.tuples(*[st.integers(1, 3)] * 2))
def test_upsampling_and_its_gradient_equal_the_loops(shape, scale):
    rng = np.random.default_rng(0)
    batch, height, width, channels = shape
    x = rng.standard_normal(shape)
    g = rng.standard_normal((batch, scale[0] * height, scale[1] * width, channels))
    y, gradients = plain.upsample2d(x, scale)
    (dx,) = gradients(g)
    np.testing.assert_array_equal(pooling.upsample2d_forward(x, scale), y)
    np.testing.assert_allclose(pooling.upsample2d_gradient(g, scale), dx, atol=1e-12)


def test_the_stride_is_the_kernel_unless_given():
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(pooling.max_pool2d_forward(x, 2)[0, :, :, 0], [[5, 7], [13, 15]])
    np.testing.assert_array_equal(pooling.avg_pool2d_forward(x, 2)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])


def test_float32_stays_float32():
    x = np.random.default_rng(0).standard_normal((2, 4, 4, 3)).astype(np.float32)
    y = pooling.max_pool2d_forward(x, 2)
    results = [
        y,
        pooling.max_pool2d_gradient(y, x, y, 2),
        pooling.avg_pool2d_forward(x, 2),
        pooling.avg_pool2d_gradient(y, x.shape, 2),
        pooling.upsample2d_forward(x, 2),
        pooling.upsample2d_gradient(x, 2),
    ]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}


def test_a_nan_is_not_hidden_by_the_maximum():
    x = np.zeros((1, 2, 2, 1))
    x[0, 1, 0, 0] = np.nan
    assert np.isnan(pooling.max_pool2d_forward(x, 2)).all()


@pytest.mark.parametrize("pool", [pooling.max_pool2d_forward, pooling.avg_pool2d_forward])
@pytest.mark.parametrize(
    ("shape", "sizes", "named"),
    [
        ((1, 3, 4, 1), {"kernel": 4}, r"kernel spans 4 x 4 .* input's 3 x 4"),
        (
            (1, 8, 8, 1),
            {"kernel": 2, "padding": 2},
            r"padding \(2, 2\) must be at most half the kernel \(2, 2\)",
        ),
        ((1, 8, 8, 1), {"kernel": 2, "padding": (2, 0)}, "padding .* must be at most half"),
        ((1, 8, 8, 1), {"kernel": 2, "padding": (0, 2)}, "padding .* must be at most half"),
        ((1, 8, 8, 1), {"kernel": 0}, "kernel must be .* at least 1, not 0"),
        ((1, 8, 8, 1), {"kernel": 2, "stride": (1, 0)}, r"stride must be .* not \(1, 0\)"),
        ((8, 8, 1), {"kernel": 2}, r"four axes \(N, H, W, C\), not shape \(8, 8, 1\)"),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_the_sizes_named(pool, shape, sizes, named):
    with pytest.raises(ValueError, match=named):
        pool(np.zeros(shape), **sizes)


def test_upsampling_by_nothing_is_refused():
    with pytest.raises(ValueError, match=r"scale must be .* at least 1, not 0"):
        pooling.upsample2d_forward(np.zeros((1, 2, 2, 1)), 0)
