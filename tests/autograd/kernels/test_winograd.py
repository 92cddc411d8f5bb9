"""The algorithms with fewer multiplications, from their matrices; and that these are what the pages say they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels.conv.winograd_algorithms import POINTS, winograd
from autograd.kernels.conv.winograd_axes import matrices, tiling


@pytest.mark.parametrize(("results", "taps"), POINTS)
def test_the_matrices_slide_a_kernel_over_numbers_with_one_product_for_each_number(results, taps):
    algorithm = winograd(results, taps)
    rng = np.random.default_rng(0)
    d, w = rng.standard_normal(results + taps - 1), rng.standard_normal(taps)
    products = (algorithm.G @ w) * (algorithm.BT @ d)
    assert products.shape == (results + taps - 1,)
    np.testing.assert_allclose(algorithm.AT @ products, np.correlate(d, w), atol=1e-13)


def test_two_results_of_a_kernel_of_two_by_hand():
    algorithm = winograd(2, 2)
    np.testing.assert_array_equal(algorithm.BT, [[1, -1, 0], [0, 1, 0], [0, -1, 1]])
    np.testing.assert_array_equal(algorithm.G, [[1, 0], [1, 1], [0, 1]])
    np.testing.assert_array_equal(algorithm.AT, [[1, 1, 0], [0, 1, 1]])


def error_in_two_dimensions(points, monkeypatch):
    """The rounding error of F(4 x 4, 2 x 2) in float32, relative to the results."""
    monkeypatch.setitem(POINTS, (4, 2), points)
    winograd.cache_clear()
    BT, G, AT = (matrix.astype(np.float32) for matrix in winograd(4, 2))
    rng = np.random.default_rng(0)
    d = rng.standard_normal((20_000, 5, 5), dtype=np.float32)
    w = rng.standard_normal((20_000, 2, 2), dtype=np.float32)
    found = AT @ ((G @ w @ G.T) * (BT @ d @ BT.T)) @ AT.T
    d, w = d.astype(np.float64), w.astype(np.float64)
    exact = sum(d[:, i : i + 4, j : j + 4] * w[:, i : i + 1, j : j + 1] for i in (0, 1) for j in (0, 1))
    return np.sqrt(np.mean((found - exact) ** 2) / np.mean(exact**2))


def test_the_points_of_four_results_round_less_than_the_usual_ones(monkeypatch):
    chosen = error_in_two_dimensions(POINTS[4, 2], monkeypatch)
    usual = error_in_two_dimensions(("0", "1", "-1", "2"), monkeypatch)
    monkeypatch.undo()
    winograd.cache_clear()
    assert chosen < 0.75 * usual


def whole(parts, shape):
    """The matrix that is held in parts; each row must be in one of them."""
    matrix, filled = np.zeros(shape), np.zeros(shape[0], int)
    for rows, columns, numbers in parts:
        matrix[rows, columns] = numbers
        filled[rows] += 1
        assert numbers.flags.c_contiguous
    assert (filled == 1).all()
    return matrix


@settings(max_examples=60, deadline=None)
@given(
    results=st.integers(1, 20), kernel=st.sampled_from([(3, 1), (4, 2), (5, 2), (3, 2)]), padding=st.integers(0, 3),
    more=st.integers(0, 1),
)  # fmt: skip
def test_the_parts_of_a_matrix_leave_out_nothing_but_zeros_and_transposes_agree(results, kernel, padding, more):
    width, stride = kernel
    pixels = max(1, stride * (results - 1) + width - 2 * padding + more * (stride - 1))
    found = matrices(pixels, results, width, stride, padding, "<f8")
    n, t = len(found.G), tiling(width, stride, results).tiles
    A = whole(found.A, (n * t, results))
    np.testing.assert_array_equal(whole(found.AT, (results, n * t)), A.T)
    x, w = np.random.default_rng(0).standard_normal((2, 64))
    padded = np.concatenate([np.zeros(padding), x[:pixels], np.zeros(64)])
    products = np.zeros(n * t)
    for a, (where, BT, B) in enumerate(found.places):
        seen = len(range(pixels)[where])
        analysis = whole(BT, (n * t, seen))
        np.testing.assert_array_equal(whole(B, (seen, n * t)), analysis.T)
        assert sum(part.numbers.size for part in BT) <= n * n * t  # of n t x pixels
        taps = np.zeros(found.G.shape[1])
        taps[: len(w[a:width:stride])] = w[a:width:stride]
        products += np.repeat(found.G @ taps, t) * (analysis @ x[:pixels][where])
    expected = [padded[stride * k : stride * k + width] @ w[:width] for k in range(results)]
    np.testing.assert_allclose(A.T @ products, expected, atol=1e-11)
