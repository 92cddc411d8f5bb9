import numpy as np
import pytest

from autograd import Tensor, gradcheck
from tests.fakes.small_vae import small_images, small_model
from vae.elbo import posterior_terms
from vae.linear_map import CodeMoments, LinearMap, absorb
from vae.model import as_floats


def random_map(latent=4, seed=0):
    rng = np.random.default_rng(seed)
    factor = np.tril(rng.standard_normal((latent, latent)))
    np.fill_diagonal(factor, rng.uniform(0.5, 2, latent))
    return LinearMap(rng.standard_normal(latent), factor)


def random_posteriors(count=6, latent=4, seed=1):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, latent)), rng.uniform(-3, 1, (count, latent))


def kl_of_two_normals(m, s, mu, sigma):
    """KL(N(m, S) || N(mu, Sigma)) with full covariances (Bishop, Pattern Recognition and Machine Learning, 2006)."""
    precision, d = np.linalg.inv(sigma), mu - m
    log_determinants = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(s)[1]
    return 0.5 * (np.trace(precision @ s) + d @ precision @ d - len(m) + log_determinants)


def test_kl_through_the_map_is_the_closed_form_for_two_normals_with_full_covariances():
    linear_map, (means, log_variances) = random_map(), random_posteriors()
    covariance = np.linalg.inv(linear_map.factor.T @ linear_map.factor)
    expected = [
        kl_of_two_normals(m, np.diag(np.exp(v)), linear_map.mean, covariance)
        for m, v in zip(means, log_variances, strict=True)
    ]
    np.testing.assert_allclose(linear_map.kl(Tensor(means), Tensor(log_variances)).data, expected, rtol=1e-12)


def test_kl_is_the_same_seen_from_eps_where_the_prior_is_standard_and_the_posterior_has_a_full_covariance():
    linear_map, (means, log_variances) = random_map(), random_posteriors()
    w = linear_map.factor
    expected = [
        kl_of_two_normals(eps, w @ np.diag(np.exp(v)) @ w.T, np.zeros(4), np.eye(4))
        for eps, v in zip(linear_map.to_noise(means), log_variances, strict=True)
    ]
    np.testing.assert_allclose(linear_map.kl(Tensor(means), Tensor(log_variances)).data, expected, rtol=1e-12)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_with_the_identity_the_bound_is_the_standard_one(likelihood):
    model = small_model(likelihood=likelihood, dtype=np.float64)
    x = as_floats(small_images(), model)
    standard, mapped = (
        posterior_terms(model, x, *model.encode(x), np.random.default_rng(0), linear_map)
        for linear_map in (None, LinearMap.identity(model.latent))
    )
    assert mapped.reconstruction.item() == standard.reconstruction.item()
    assert mapped.kl.item() == pytest.approx(standard.kl.item(), rel=1e-12)


def test_gradients_of_the_kl_through_the_map():
    linear_map, posteriors = random_map(), random_posteriors()
    report = gradcheck(linear_map.kl, *(Tensor(a, requires_grad=True) for a in posteriors))
    assert report.checked == 2 * posteriors[0].size


def test_draws_through_the_map_have_its_mean_and_covariance_and_the_way_back_gives_the_noise():
    linear_map = random_map()
    noise = np.random.default_rng(2).standard_normal((100_000, 4))
    z = linear_map.to_latents(noise)
    covariance = np.linalg.inv(linear_map.factor.T @ linear_map.factor)
    np.testing.assert_allclose(z.mean(0), linear_map.mean, atol=0.05 * np.sqrt(covariance.max()))
    np.testing.assert_allclose(np.cov(z.T), covariance, atol=0.02 * covariance.max())
    np.testing.assert_allclose(linear_map.to_noise(z), noise, atol=1e-9)
    assert linear_map.to_latents(noise[:3].astype(np.float32)).dtype == np.float32


def test_the_fitted_map_has_the_least_mean_kl_of_all_maps_nearby_and_less_than_no_map():
    rng = np.random.default_rng(3)
    means = rng.standard_normal((500, 4)) @ rng.standard_normal((4, 4)) + 1
    log_variances = rng.uniform(-3, 0, (500, 4))
    best = LinearMap.fit(means, log_variances)
    least = best.mean_kl(means, log_variances)
    assert least == pytest.approx(best.kl(Tensor(means), Tensor(log_variances)).data.mean())
    assert least < LinearMap.identity(4).mean_kl(means, log_variances) - 0.5
    for _ in range(20):
        step = 0.01 * np.tril(rng.standard_normal((4, 4)))
        assert best._replace(factor=best.factor + step).mean_kl(means, log_variances) > least
        assert best._replace(mean=best.mean + 0.01 * rng.standard_normal(4)).mean_kl(means, log_variances) > least


def test_the_factor_is_lower_triangular_with_a_positive_diagonal_and_one_unit_is_enough():
    for latent in (1, 4):
        factor = LinearMap.fit(*random_posteriors(50, latent)).factor
        assert factor.shape == (latent, latent)
        assert (np.triu(factor, 1) == 0).all()
        assert (np.diag(factor) > 0).all()


def test_codes_without_any_spread_are_refused():
    with pytest.raises(ValueError, match="not positive definite"):
        LinearMap.of_moments(np.zeros(2), np.ones((2, 2)))


def test_a_map_may_be_moved_into_the_first_layer_of_the_decoder():
    model, linear_map = small_model(dtype=np.float64), random_map(3)
    noise = np.random.default_rng(4).standard_normal((5, 3))
    expected = model.decode(linear_map.to_latents(noise)).data
    absorb(model.from_latent, linear_map)
    np.testing.assert_allclose(model.decode(noise).data, expected, rtol=1e-10)


def test_running_moments_come_to_those_of_the_codes_and_start_at_the_prior():
    means, log_variances = random_posteriors(400, seed=5)
    moments = CodeMoments(4, momentum=0.05)
    start = moments.best_map()
    np.testing.assert_allclose(start.factor, np.eye(4))
    np.testing.assert_allclose(start.mean, 0)
    for _ in range(600):
        moments.update(means, log_variances)
    fitted = LinearMap.fit(means, log_variances)
    np.testing.assert_allclose(moments.best_map().factor, fitted.factor, atol=1e-9)
    np.testing.assert_allclose(moments.best_map().mean, fitted.mean, atol=1e-9)


def test_running_moments_that_were_saved_go_on_as_if_never_stopped():
    whole, first = CodeMoments(4), CodeMoments(4)
    for moments in (whole, first):
        moments.update(*random_posteriors(seed=6))
    second = CodeMoments(4)
    second.restore(first.state())
    for moments in (whole, second):
        moments.update(*random_posteriors(seed=7))
    assert whole.second.tobytes() == second.second.tobytes()
    assert whole.mean.tobytes() == second.mean.tobytes()
