import numpy as np

from vae import random_features
from vae.distances import fitted_normal, frechet_distance
from vae.random_features import FILTERS, LAYERS, feature_distance


def pictures(count, seed):
    """Smooth colour fields with a fine texture on top, uint8 (N, 32, 32, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(60, 190, (count, 4, 4, 3)).repeat(8, axis=1).repeat(8, axis=2)
    return np.clip(coarse + 25 * rng.standard_normal((count, 32, 32, 3)), 0, 255).astype(np.uint8)


def blurred(images):
    return np.mean([np.roll(images, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0).astype(np.uint8)


def test_features_are_the_same_at_every_call_and_batches_do_not_show(monkeypatch):
    images = pictures(7, 0)
    whole = random_features.random_features(images)
    assert (whole.shape, whole.dtype) == ((7, LAYERS * FILTERS), np.float32)
    monkeypatch.setattr(random_features, "BATCH", 3)
    np.testing.assert_allclose(random_features.random_features(images), whole, rtol=1e-4)


def test_the_distance_sees_blur_that_a_distance_of_coarse_values_does_not():
    real, other = pictures(300, 1), pictures(300, 2)
    floor = feature_distance(other, real)
    assert feature_distance(real, real) < 0.01 * floor
    assert feature_distance(blurred(other), real) > 10 * floor

    def coarse(images):
        return fitted_normal(
            images.reshape(len(images), 4, 8, 4, 8, 3).mean(axis=(2, 4)).reshape(len(images), -1) / 255
        )

    coarse_floor = frechet_distance(coarse(other), coarse(real))
    assert frechet_distance(coarse(blurred(other)), coarse(real)) < 2 * coarse_floor
