import numpy as np
import pytest

from vae.compact import FINE, LEVELS, compact_decoders, decode, fine
from vae.linear_map import LinearMap
from vae.model import LINEAR_SCALE, VAE
from vae.trained import Trained


def trained_like(norm: str, skip: str = "none", seed: int = 0) -> Trained:
    """A model whose normalisation and linear map are unlike those that it starts with."""
    rng = np.random.default_rng(seed)
    model = VAE(16, 3, (8, 6), 5, rng=rng, norm=norm, skip=skip)
    for layer in model.decoder_norms:
        for array in (layer.weight.data, layer.bias.data, layer.running_mean, layer.running_var):
            array[...] = rng.uniform(0.5, 1.5, array.shape)
    return Trained(model, LinearMap.of_moments(rng.standard_normal(5), np.cov(rng.standard_normal((5, 50)))))


def decibels(found: np.ndarray, expected: np.ndarray) -> float:
    return float(-10 * np.log10(np.square(found - expected).mean()))


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("skip", ["none", "linear"])
def test_compact_decoders_paint_the_pictures_of_the_models_and_their_linear_maps(norm, skip):
    models = [trained_like(norm, skip, seed) for seed in range(3)]
    eps = np.random.default_rng(1).standard_normal((16, 5)).astype(np.float32)
    for trained, compact in zip(models, compact_decoders(models), strict=True):
        found, expected = decode(compact, eps), trained.decode(trained.linear_map.to_latents(eps))
        assert found.shape == expected.shape and found.dtype == np.float32 and expected.std() > 0.03
        assert decibels(found, expected) > 55


def test_paths_that_are_sums_of_the_same_pictures_share_them():
    one, other = trained_like("batch", "linear"), trained_like("batch", "linear", seed=1)
    first, second = one.model.linear_decoder, other.model.linear_decoder
    first.weight.data /= LINEAR_SCALE  # as large as a trained path
    second.weight.data[...] = first.weight.data @ np.random.default_rng(2).standard_normal((5, 5)).astype(np.float32)
    second.bias.data[...] = first.bias.data
    compact = compact_decoders([one, other])
    assert compact[0].pictures is compact[1].pictures
    assert compact[0].pictures is not None and compact[0].pictures.shape == (16, 16, 3, 6)  # five and the bias


def test_weights_are_whole_numbers_and_the_largest_of_each_output_takes_the_whole_range():
    (decoder,) = compact_decoders([trained_like("batch", "linear")])
    for layer in decoder.layers:
        assert layer.weight.dtype == np.int8
        outputs = np.moveaxis(layer.weight, 0 if layer.weight.ndim == 2 else 2, 0).reshape(len(layer.scale), -1)
        np.testing.assert_allclose(abs(outputs).max(1), LEVELS, atol=1)
    assert decoder.pictures is not None and decoder.pictures.dtype == np.int16


def test_an_output_without_weights_is_its_bias():
    trained = trained_like("none")
    trained.model.decoder[-1].weight.data[..., 0] = 0
    pictures = decode(compact_decoders([trained])[0], np.zeros((1, 5), np.float32))
    np.testing.assert_allclose(pictures[..., 0], 1 / (1 + np.exp(-trained.model.decoder[-1].bias.data[0])), atol=1e-5)


def test_a_path_with_a_huge_bias_still_fits_its_whole_numbers():
    trained = trained_like("none", "linear")
    trained.model.linear_decoder.bias.data[...] = 1e5
    (decoder,) = compact_decoders([trained])
    assert decoder.pictures is not None and abs(decoder.pictures.astype(int)).max() == FINE
    assert decode(decoder, np.zeros((1, 5), np.float32)).min() > 0.999


def test_fine_numbers_are_whole_multiples_of_a_step():
    numbers = np.random.default_rng(3).standard_normal(100)
    assert abs(fine(numbers) - numbers).max() <= abs(numbers).max() / FINE
    np.testing.assert_array_equal(fine(np.zeros(3)), np.zeros(3))
