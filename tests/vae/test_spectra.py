import numpy as np
import pytest

from vae.spectra import (
    BANDS,
    SpectralGaussian,
    band_ratios,
    dct,
    dct_matrix,
    dequantised,
    power_spectrum,
)


def noise(count=40, size=16, seed=0):
    return np.random.default_rng(seed).standard_normal((count, size, size, 3))


@pytest.mark.parametrize("size", [1, 2, 7, 16])
def test_the_dct_is_orthonormal(size):
    np.testing.assert_allclose(dct_matrix(size) @ dct_matrix(size).T, np.eye(size), atol=1e-12)


def test_the_dct_of_a_cosine_is_one_value_at_its_place():
    n = np.arange(8)
    picture = np.cos(np.pi * 3 * (n + 0.5) / 8)[:, None] * np.cos(np.pi * 5 * (n + 0.5) / 8)
    transformed = dct(picture[None, :, :, None])[0, :, :, 0]
    assert transformed[3, 5] == pytest.approx(4)  # (8/2 * 8/2) / (sqrt(8/2) sqrt(8/2))
    transformed[3, 5] = 0
    np.testing.assert_allclose(transformed, 0, atol=1e-12)


def test_the_density_is_that_of_a_normal_distribution_with_the_rotated_covariance():
    rng = np.random.default_rng(0)
    images = rng.standard_normal((400, 4, 4, 3)) * np.linspace(0.5, 2, 3) + 0.3
    fitted = SpectralGaussian.fit(images)
    rotation = np.kron(np.kron(dct_matrix(4), dct_matrix(4)), fitted.colours.T)
    covariance = rotation.T @ np.diag(fitted.variances.ravel()) @ rotation
    centred = (images[:5] - fitted.mean).reshape(5, -1)
    squared = (centred @ np.linalg.inv(covariance) * centred).sum(1)
    expected = 0.5 * (squared + np.linalg.slogdet(2 * np.pi * covariance)[1])
    assert fitted.negative_log_density(images[:5]) == pytest.approx(expected.mean())


def test_white_noise_costs_its_entropy_and_pictures_with_a_spectrum_less_than_white_noise_of_their_variance():
    white = noise(600, size=8)
    entropy = 8 * 8 * 3 * 0.5 * np.log(2 * np.pi * np.e)
    assert SpectralGaussian.fit(white).negative_log_density(noise(300, size=8, seed=1)) == pytest.approx(
        entropy, rel=0.01
    )
    smooth = (white + np.roll(white, 1, axis=1)) / np.sqrt(2)
    assert SpectralGaussian.fit(smooth).negative_log_density(smooth) < entropy - 10


def test_dequantised_levels_fill_the_unit_interval_and_stay_within_their_level():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    spread = dequantised(levels, np.random.default_rng(0))
    assert spread.dtype == np.float32
    np.testing.assert_array_equal(np.floor(spread * 256), levels)


def test_the_power_spectrum_of_white_noise_is_flat_at_its_variance():
    frequencies, power = power_spectrum(3 * noise(200))
    assert list(frequencies) == list(range(8))
    np.testing.assert_allclose(power[1:], 9, rtol=0.15)


def test_band_ratios_are_one_for_real_pictures_and_fall_with_frequency_for_blurred_ones():
    pictures = np.clip(128 + 40 * noise(200, size=32), 0, 255).astype(np.uint8)
    blurred = ((pictures.astype(int) + np.roll(pictures, 1, 1) + np.roll(pictures, 1, 2)) / 3).astype(np.uint8)
    assert band_ratios(pictures, pictures) == pytest.approx([1.0] * 3)
    ratios = band_ratios(blurred, pictures)
    assert len(ratios) == len(BANDS) - 1  # 32 pixels hold no more than 16 cycles
    assert 1 > ratios[0] > ratios[1] > ratios[2]


def test_a_constant_shift_of_all_samples_is_no_power():
    pictures = np.clip(100 + 20 * noise(50), 0, 200).astype(np.uint8)
    assert band_ratios(pictures + np.uint8(30), pictures) == pytest.approx(band_ratios(pictures, pictures))
