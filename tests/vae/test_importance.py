import numpy as np
import pytest

from tests.fakes.small_vae import LinearModel, small_images, small_model
from vae import importance
from vae.importance import importance_bounds
from vae.linear_map import LinearMap


def bound(model, x, draws, seed=0):
    return importance_bounds(model, x, draws, np.random.default_rng(seed)).weighted


def test_with_the_exact_posterior_one_draw_gives_the_likelihood():
    model = LinearModel()
    x = model.sample(20, np.random.default_rng(0))
    assert bound(model, x, 1) == pytest.approx(-model.log_marginal(x).mean(), rel=1e-9)


def wrong_model(shift=0.5, stretch=2.0):
    """A model whose encoder is off, and by how much: KL(q || posterior) of N(m + shift, stretch v) from N(m, v)."""
    model = LinearModel()
    model.shift, model.stretch = shift, stretch
    variance = model.noise / model.m
    return model, float(0.5 * (stretch + shift**2 / variance - 1 - np.log(stretch)).sum())


def test_one_draw_gives_the_elbo_which_misses_the_likelihood_by_the_error_of_the_posterior():
    model, gap = wrong_model()
    x = model.sample(4000, np.random.default_rng(0))
    exact = -model.log_marginal(x).mean()
    assert bound(model, x, 1) - exact == pytest.approx(gap, rel=0.05)
    many = importance_bounds(model, x[:200], 50, np.random.default_rng(0))
    assert many.negative_elbo + model.log_marginal(x[:200]).mean() == pytest.approx(gap, rel=0.05)
    assert many.weighted < many.negative_elbo


def test_with_a_wrong_posterior_the_bound_rises_to_the_likelihood_with_the_number_of_draws():
    model, gap = wrong_model()
    x = model.sample(40, np.random.default_rng(0))
    exact = -model.log_marginal(x).mean()
    missed = [bound(model, x, draws) - exact for draws in (1, 10, 5000)]
    assert missed[0] > 2 * missed[1] > 4 * missed[2]
    assert missed[2] == pytest.approx(0, abs=0.05 * gap)


def test_the_prior_through_a_linear_map_is_the_normal_of_its_moments():
    z = np.random.default_rng(0).standard_normal((5, 3))
    linear_map = LinearMap(np.array([0.2, 0.0, -0.1]), np.array([[2.0, 0, 0], [0.5, 1, 0], [0, 0.3, 3]]))
    precision = linear_map.factor.T @ linear_map.factor
    squared = ((z - linear_map.mean) @ precision * (z - linear_map.mean)).sum(1)
    expected = -0.5 * (squared + 3 * np.log(2 * np.pi) - np.linalg.slogdet(precision)[1])
    np.testing.assert_allclose(importance._log_prior(z, linear_map), expected)
    identity = LinearMap.identity(3)
    np.testing.assert_allclose(importance._log_prior(z, identity), importance._log_prior(z, None))


def test_batches_of_draws_do_not_show(monkeypatch):
    model, images = small_model(), small_images(3)
    whole = bound(model, images, 7)
    monkeypatch.setattr(importance, "BATCH", 3)
    assert bound(model, images, 7) == pytest.approx(whole, rel=1e-5)
