"""Products cut into pieces are the products, wherever the cuts fall."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import products
from autograd.kernels.threads import get_threads, set_threads

sizes = st.tuples(st.integers(1, 70), st.integers(1, 9), st.integers(1, 9))
limits = st.sampled_from([0, 200, 1000, 1_000_000])  # none fits, a few rows fit, everything fits
drawn = settings(max_examples=60, deadline=None, derandomize=True)


def cut_at(limit, avx2_only=False):
    """As if the BLAS made products of at most `limit` multiplications without packing; pieces may have one row."""
    return mock.patch.multiple(
        products,
        max_unpacked_multiplications=lambda: limit,
        has_avx2_only=lambda: avx2_only,
        KERNEL_ROWS=4,
        MIN_SUMMED=4,
    )


def draw(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in shapes]


@drawn
@given(size=sizes, limit=limits)
def test_multiplied_some_rows_after_others(size, limit):
    R, K, M = size
    a, b = draw((3, R, K), (K, M))
    with cut_at(limit):
        np.testing.assert_allclose(products.multiply(a, b, out=np.empty((3, R, M))), a @ b, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [33, 48, 64, 100])
def test_the_rows_multiplied_at_once_are_few_enough(rows):
    a, b = draw((rows, 5), (5, 4))
    with cut_at(50 * 5 * 4), mock.patch.object(np, "matmul", wraps=np.matmul) as matmul:
        products.multiply(a, b, out=np.empty((rows, 4)))
    lengths = [len(call.args[0]) for call in matmul.call_args_list]
    assert sum(lengths) == rows
    assert max(lengths) <= 50
    assert lengths == {33: [33], 48: [48], 64: [32, 32], 100: [36, 36, 28]}[rows]


@drawn
@given(size=sizes, turned=st.booleans(), shares=st.integers(1, 5), smallest=st.integers(1, 9))
def test_a_product_that_threads_share_is_the_product_and_has_the_same_bytes_with_one_thread(
    size, turned, shares, smallest
):
    R, K, M = size
    a, b = draw((M, K), (K, R)) if turned else draw((R, K), (K, M))
    before = get_threads()
    with mock.patch.multiple(products, MIN_SHARED=1, MAX_SHARES=shares, MIN_SHARE=smallest):
        try:
            results = []
            for threads in (1, 2):
                set_threads(threads)
                results.append(products.product(a, b))
        finally:
            set_threads(before)
    np.testing.assert_allclose(results[0], a @ b, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(*results)


def test_a_product_is_shared_as_soon_as_it_is_large_and_only_between_two_matrices():
    (a,) = draw((64, 64))
    with mock.patch.object(products, "in_parallel", wraps=products.in_parallel) as shared:
        with mock.patch.object(products, "MIN_SHARED", 64**3 + 1):
            products.product(a, a)
        assert not shared.called
        with mock.patch.object(products, "MIN_SHARED", 64**3):
            products.product(a[None], a)
            products.product(a[0], a)
            assert not shared.called
            products.product(a, a)
    assert list(shared.call_args.args[1]) == [slice(0, 32), slice(32, 64)]


@drawn
@given(size=sizes, limit=limits)
def test_pieces_are_views_of_all_rows_in_order_and_small_where_that_is_possible(size, limit):
    R, K, M = size
    (a,) = draw((2, R, K))
    with cut_at(limit):
        pieces = products.in_pieces(a, M)
    assert np.shares_memory(pieces, a)
    np.testing.assert_array_equal(pieces.reshape(a.shape), a)
    fits = [n for n in range(1, R // 4 + 1) if R % n == 0 and R // n * K * M <= limit]
    assert pieces.shape[1] == (fits[0] if fits else 1)


@drawn
@given(rows=st.integers(1, 300), size=sizes, limit=limits, stripe=st.integers(1, 4))
def test_sum_of_outer_products_of_all_rows(rows, size, limit, stripe):
    _, K, M = size
    a, b = draw((rows, K), (rows, M))
    with cut_at(limit), mock.patch.object(products, "STRIPE", stripe):
        total = products.sum_of_outer_products(a, b)
    np.testing.assert_allclose(total, np.einsum("rk,rm->km", a, b), rtol=0, atol=1e-12)


def test_sum_of_outer_products_of_no_rows_is_zero():
    np.testing.assert_array_equal(products.sum_of_outer_products(np.ones((0, 2)), np.ones((0, 3))), np.zeros((2, 3)))


@drawn
@given(size=sizes, limit=limits, avx2_only=st.booleans())
def test_multiplied_and_added_over_all_leading_axes(size, limit, avx2_only):
    N, K, M = size
    a, b = draw((2, 3, K, N), (2, 3, M, N))
    with cut_at(limit, avx2_only):
        total = products.multiply_and_add(a, b, out=np.empty((K, M)))
    np.testing.assert_allclose(total, np.einsum("ijkn,ijmn->km", a, b), rtol=0, atol=1e-11)


@pytest.mark.parametrize("shape", [(3, 5), (2, 17, 33), (7, 2, 18, 5), (0, 2, 3, 4)])
def test_row_order_is_a_copy_only_where_needed(shape):
    (a,) = draw(shape)
    assert products.in_row_order(a) is a
    ordered = products.in_row_order(a.mT)
    assert ordered.flags.c_contiguous
    np.testing.assert_array_equal(ordered, a.mT)
