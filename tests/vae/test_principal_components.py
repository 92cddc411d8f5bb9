import numpy as np
import pytest

from vae.principal_components import pca_error, principal_components


def images():
    rng = np.random.default_rng(0)
    scales = 30 * 0.98 ** np.arange(192)  # falls slowly, so that the first axes are hard to tell
    mixing = np.linalg.qr(rng.standard_normal((192, 192)))[0]
    pixels = 128 + (rng.standard_normal((150, 192)) * scales) @ mixing
    pictures = np.clip(np.rint(pixels), 0, 255).astype(np.uint8).reshape(150, 8, 8, 3)
    return pictures[:100], pictures[100:]


@pytest.mark.parametrize("components", [1, 4, 10])
def test_pca_error_is_that_of_a_full_singular_value_decomposition(components):
    train, held_out = images()
    flat, test = train.reshape(100, -1) / 255, held_out.reshape(50, -1) / 255
    _, _, axes = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    centred = test - flat.mean(0)
    expected = np.square(centred - centred @ axes[:components].T @ axes[:components]).mean()
    ours = pca_error(principal_components(train, components, np.random.default_rng(1)), held_out)
    assert ours == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize("scaled", [False, True])
def test_variances_are_the_largest_eigenvalues_of_the_covariance(scaled):
    train, _ = images()
    flat = train.reshape(100, -1) / 255
    scale = np.linspace(0.5, 2, 192) if scaled else np.ones(192)
    covariance = np.cov((flat / scale).T, bias=True)
    found = principal_components(train, 6, np.random.default_rng(1), scale.astype(np.float32) if scaled else None)
    np.testing.assert_allclose(found.variances, np.linalg.eigvalsh(covariance)[::-1][:6], rtol=0.01)
    assert found.total == pytest.approx(np.trace(covariance), rel=1e-5)
    coordinates, squared = found.project(train)
    np.testing.assert_allclose(coordinates.var(0), found.variances, rtol=1e-3)
    assert squared.mean() == pytest.approx(found.total, rel=1e-5)


def test_the_blocks_in_which_pictures_are_taken_change_nothing(monkeypatch):
    train, held_out = images()
    whole = principal_components(train, 4, np.random.default_rng(1))
    monkeypatch.setattr("vae.principal_components.BLOCK", 30)
    parts = principal_components(train, 4, np.random.default_rng(1))
    np.testing.assert_allclose(parts.variances, whole.variances, rtol=1e-4)
    assert pca_error(parts, held_out) == pytest.approx(pca_error(whole, held_out), rel=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_pictures_that_lie_on_the_axes_have_no_error_and_none_below_zero(seed):
    """Grey levels alone: one axis holds them all, and rounding decides the sign of what is left."""
    levels = np.random.default_rng(seed).integers(0, 256, 40, dtype=np.uint8)
    flat = np.broadcast_to(levels[:, None, None, None], (40, 8, 8, 3)).copy()
    assert 0 <= pca_error(principal_components(flat, 3, np.random.default_rng(1)), flat) < 1e-6
