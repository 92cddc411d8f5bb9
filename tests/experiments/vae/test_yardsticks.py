import math

import numpy as np
import pytest

from experiments.vae.settings import VaeSettings
from experiments.vae.yardsticks import linear_curve, linear_yardsticks, main_components, spectral_yardstick
from vae.linear_code import gaussian_code
from vae.principal_components import principal_components


def lopsided(count: int) -> np.ndarray:
    """Pictures (N, 8, 8, 3) that vary on their left only."""
    images = np.full((count, 8, 8, 3), 128, np.uint8)
    images[:, :, :4] = np.random.default_rng(0).integers(0, 256, (count, 8, 4, 3))
    return images


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_with_mirror_the_yardsticks_are_fitted_to_mirrored_faces_too(likelihood):
    """A code that knows both sides misses as much of a picture as of its mirror image; one that knows one does not."""
    images = lopsided(60)

    def errors(mirror):
        how = {"kl_weights": [1.0], "latent": 4, "likelihood": likelihood, "mirror": mirror}
        both = images, images[:, :, ::-1]
        components = main_components(images, VaeSettings(latent=4, mirror=mirror))
        rng = np.random.default_rng([0, 4])
        return [linear_yardsticks(components, images, held, rng=rng, **how)[0].mse for held in both]

    straight, turned = errors(mirror=True)
    assert straight == pytest.approx(turned, rel=0.01)
    straight, turned = errors(mirror=False)
    assert straight < 0.8 * turned


def some_components(count: int = 6):
    return lopsided(200), principal_components(lopsided(200), count, np.random.default_rng(0))


def test_the_curve_of_linear_codes_falls_in_rate_and_rises_in_error_and_passes_through_the_code_of_weight_one(
    monkeypatch,
):
    images, components = some_components()
    monkeypatch.setattr("experiments.vae.yardsticks.CURVE_WEIGHTS", (0.1, 0.5, 1.0, 2.0))
    weights, rates, errors = np.array(linear_curve(components, images)).T
    assert list(weights) == [0.1, 0.5, 1.0, 2.0]
    assert (np.diff(rates) < 0).all() and (np.diff(errors) > 0).all()
    code = gaussian_code(components.variances, components.total, components.dimensions, 1.0)
    lost = code.distortions.sum() + components.total - components.variances.sum()
    assert errors[2] == pytest.approx(lost / components.dimensions, rel=1e-3)
    assert rates[2] == pytest.approx(code.rates.sum(), rel=1e-3)


def test_the_yardstick_without_a_code_pays_less_than_white_noise_for_pictures_with_a_spectrum():
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (300, 4, 4, 3)).repeat(4, axis=1).repeat(4, axis=2)
    images = np.clip(coarse + rng.integers(-3, 4, coarse.shape), 0, 255).astype(np.uint8)
    found = spectral_yardstick(VaeSettings(), images[:200], images[200:])
    assert found.bits_per_dim == pytest.approx(found.negative_log_density / (16 * 16 * 3 * math.log(2)) + 8)
    variance = np.square(images / 256 - images.mean(0) / 256).mean()
    white = 0.5 * math.log(2 * math.pi * math.e * variance) / math.log(2) + 8
    assert found.bits_per_dim < white - 1
