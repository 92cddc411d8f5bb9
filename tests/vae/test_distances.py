import numpy as np
import pytest
import scipy.linalg

from tests.fakes.small_vae import small_images
from vae.distances import Normal, fitted_normal, frechet_distance, picture_distance
from vae.principal_components import principal_components


def random_normal(seed, size=5):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((size, size))
    return Normal(rng.standard_normal(size), root @ root.T)


def test_the_distance_is_that_of_the_matrix_square_root_and_symmetric():
    a, b = random_normal(0), random_normal(1)
    cross = scipy.linalg.sqrtm(a.covariance @ b.covariance).real
    expected = np.square(a.mean - b.mean).sum() + np.trace(a.covariance + b.covariance - 2 * cross)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(b, a) == pytest.approx(expected, rel=1e-9)


def test_normals_that_are_equal_are_at_distance_zero_and_shifted_ones_at_the_squared_shift():
    a = random_normal(0)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a._replace(mean=a.mean + 2.0)) == pytest.approx(5 * 4.0)


def test_independent_components_differ_by_their_standard_deviations():
    a, b = (Normal(np.zeros(3), np.diag(np.square(s))) for s in ([1.0, 2.0, 0.0], [1.5, 1.0, 0.5]))
    assert frechet_distance(a, b) == pytest.approx(0.25 + 1 + 0.25)


def test_the_distance_of_samples_falls_to_zero_with_their_number():
    rng, size = np.random.default_rng(2), 4
    distances = [
        frechet_distance(*(fitted_normal(rng.standard_normal((count, size))) for _ in range(2)))
        for count in (100, 10_000)
    ]
    assert distances[1] < distances[0] / 10


def test_pictures_of_another_brightness_are_further_away_than_others_of_the_same_kind():
    pictures, others = small_images(60), small_images(60, seed=2)
    components = principal_components(pictures, 4, np.random.default_rng(0))
    assert picture_distance(others // 2, pictures, components) > 5 * picture_distance(others, pictures, components)
