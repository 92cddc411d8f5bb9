"""The form of a product follows the kernels that the BLAS runs, by their name."""

import sys

import pytest

from autograd.kernels import blas


@pytest.fixture
def asked_anew():
    """The answer is kept for the process; forget it before and after."""
    blas.max_unpacked_multiplications.cache_clear()
    blas.has_avx2_only.cache_clear()
    yield
    blas.max_unpacked_multiplications.cache_clear()
    blas.has_avx2_only.cache_clear()


@pytest.mark.parametrize(("kernels", "limit"), [("SkylakeX", 1_000_000), ("Haswell", 0), ("Zen", 0), (None, 0)])
def test_only_kernels_with_a_path_without_packing_get_pieces(kernels, limit, asked_anew, monkeypatch):
    monkeypatch.setattr(blas, "running_blas", lambda: {} if kernels is None else {"architecture": kernels})
    assert blas.max_unpacked_multiplications() == limit


@pytest.mark.parametrize(("kernels", "only"), [("SkylakeX", False), ("Haswell", True), ("Zen", True), (None, False)])
def test_avx2_is_known_by_the_kernels(kernels, only, asked_anew, monkeypatch):
    monkeypatch.setattr(blas, "running_blas", lambda: {} if kernels is None else {"architecture": kernels})
    assert blas.has_avx2_only() is only


def test_numpys_own_library_is_found_where_several_are_loaded(monkeypatch):
    pools = [
        {"user_api": "openmp", "filepath": "libgomp.so"},
        {"user_api": "blas", "filepath": "scipy.libs/libopenblas.so", "architecture": "Zen"},
        {"user_api": "blas", "filepath": "numpy.libs/libopenblas.so", "architecture": "Haswell"},
    ]
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: pools)
    assert blas.running_blas()["architecture"] == "Haswell"


def test_without_threadpoolctl_nothing_is_known_and_nothing_fails(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert blas.running_blas() == {}
