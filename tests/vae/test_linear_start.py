import numpy as np
import pytest

from tests.fakes.small_vae import small_images, small_model
from vae.diagnostics import evaluate, mean_squared_error
from vae.explore import encode
from vae.linear_code import gaussian_code
from vae.linear_start import start_as_linear_code
from vae.principal_components import pca_error, principal_components


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 20, (300, 16, 16, 3))
    return np.clip(small_images(300) + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def components(images):
    return principal_components(images, 3, np.random.default_rng(0))


def started(components, latent=3, kl_weight=1.0, **options):
    model = small_model(latent=latent, skip="linear", **options)
    start_as_linear_code(model, components, kl_weight)
    return model


@pytest.mark.parametrize("options", [{}, {"norm": "batch"}, {"latent": 5}, {"likelihood": "bernoulli"}])
def test_before_training_the_model_is_about_as_good_as_principal_components(images, components, options):
    model, untrained = started(components, **options), small_model(**options)
    pca = pca_error(components, images)
    assert mean_squared_error(model, images) < 1.2 * pca
    assert mean_squared_error(untrained, images) > 2 * pca
    assert evaluate(model, images).negative_elbo < evaluate(untrained, images).negative_elbo - 50


def test_codes_start_with_mean_zero_and_together_with_their_variances_at_the_prior(images, components):
    means, log_variances = encode(started(components), images)
    np.testing.assert_allclose(means.mean(0), 0, atol=0.1)
    covariance = np.cov(means.T) + np.diag(np.exp(log_variances).mean(0))
    np.testing.assert_allclose(covariance, np.eye(3), atol=0.25)


def test_a_heavy_kl_term_starts_with_fewer_units_and_larger_variances(images, components):
    code = gaussian_code(components.variances, components.total, components.dimensions, 220.0)
    assert 0 < code.components < 3
    model = started(components, kl_weight=220.0)
    assert (model.linear_decoder.weight.data != 0).any(0).sum() == code.components
    kl = evaluate(model, images).kl
    assert kl == pytest.approx(code.rates.sum(), rel=0.15)
    assert kl < 0.3 * evaluate(started(components), images).kl


def test_without_a_kl_term_codes_start_as_points_in_pixel_units_far_from_the_prior_and_as_good_in_pictures(
    images, components
):
    model = started(components, kl_weight=0.0)
    means, log_variances = encode(model, images)
    np.testing.assert_allclose(means.var(0), components.variances, rtol=0.1)
    assert np.exp(log_variances).mean() < 1e-3
    assert mean_squared_error(model, images) < 1.2 * pca_error(components, images)
    assert evaluate(model, images).kl > evaluate(started(components), images).kl + 10


def test_units_beyond_the_components_start_unused(images, components):
    model = started(components, latent=5)
    assert (model.linear_encoder.weight.data[3:] == 0).all()
    assert (model.linear_decoder.weight.data[:, 3:] == 0).all()
    assert (model.to_log_variance.bias.data[3:] == 0).all()


@pytest.mark.parametrize("spread", [0, 1])
def test_images_that_are_all_alike_or_lie_in_a_plane_start_a_finite_model(spread):
    ramp = spread * np.linspace(0, 200, 20)[:, None, None, None] * np.ones((16, 16, 3))
    images = ramp.astype(np.uint8)
    model = started(principal_components(images, 3, np.random.default_rng(0)))
    assert np.isfinite(evaluate(model, images).negative_elbo)


def test_a_model_without_the_linear_path_or_with_too_few_units_is_refused(components):
    with pytest.raises(ValueError, match="3 components for a model of 3 units with skip 'none'"):
        start_as_linear_code(small_model(), components)
    with pytest.raises(ValueError, match="3 components for a model of 2 units"):
        start_as_linear_code(small_model(latent=2, skip="linear"), components)
