import numpy as np
import pytest

from tests.fakes.small_vae import small_images, small_model
from vae.diagnostics import evaluate
from vae.noise_level import MIN_VARIANCE, best_log_noise, best_noise

IMAGES = small_images(12)


def reconstruction(model):
    return evaluate(model, IMAGES).reconstruction


@pytest.mark.parametrize("noise", ["shared", "per-pixel", "spectral"])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_no_other_level_costs_less(noise, norm):
    model = small_model(noise=noise, norm=norm, dtype=np.float64)
    model.log_noise.data[...] = best = best_log_noise(model, IMAGES)
    least = reconstruction(model)
    rng = np.random.default_rng(0)
    for step in (-0.1, 0.1, *(0.1 * rng.standard_normal(best.shape) for _ in range(5))):
        model.log_noise.data[...] = best + step
        assert reconstruction(model) > least


def test_with_equal_levels_at_all_frequencies_the_likelihood_is_that_of_one_shared_level():
    shared, spectral = (small_model(noise=noise, dtype=np.float64) for noise in ("shared", "spectral"))
    assert reconstruction(spectral) == pytest.approx(reconstruction(shared), rel=1e-12)


def test_a_level_for_each_value_costs_no_more_than_one_for_all():
    costs = []
    for noise in ("shared", "per-pixel"):
        model = small_model(noise=noise, dtype=np.float64)
        with best_noise(model, IMAGES):
            costs.append(reconstruction(model))
    assert costs[1] < costs[0]


def test_the_level_is_the_error_of_drawn_codes_not_of_means():
    model = small_model(latent=3, dtype=np.float64)
    model.to_log_variance.bias.data[:] = 3.0
    drawn = best_log_noise(model, IMAGES)
    model.to_log_variance.bias.data[:] = -12.0
    assert drawn > best_log_noise(model, IMAGES)


def test_after_the_block_the_level_is_as_before_even_if_the_block_fails():
    model = small_model()
    before = model.log_noise.data.copy()
    with pytest.raises(RuntimeError), best_noise(model, IMAGES):
        assert model.log_noise.data != before
        raise RuntimeError
    assert model.log_noise.data == before


def test_a_bernoulli_model_is_left_alone_and_a_perfect_decoder_gets_a_finite_level(monkeypatch):
    bernoulli = small_model(likelihood="bernoulli")
    with best_noise(bernoulli, IMAGES):
        assert not hasattr(bernoulli, "log_noise")
    model, black = small_model(), np.zeros((4, 16, 16, 3), np.uint8)
    model.decoder[-1].weight.data[:] = 0
    model.decoder[-1].bias.data[:] = -100
    assert best_log_noise(model, black) == np.log(MIN_VARIANCE)
