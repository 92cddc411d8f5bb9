import numpy as np
import pytest

from vae import explore
from vae.compact import LEVELS, compact_decoder, decode
from vae.model import VAE


def trained_like(norm: str, skip: str = "none") -> VAE:
    """A model whose normalisation has statistics and parameters unlike those that it starts with."""
    rng = np.random.default_rng(0)
    model = VAE(16, 3, (8, 6), 5, rng=rng, norm=norm, skip=skip)
    for layer in model.decoder_norms:
        for array in (layer.weight.data, layer.bias.data, layer.running_mean, layer.running_var):
            array[...] = rng.uniform(0.5, 1.5, array.shape)
    return model


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("skip", ["none", "linear"])
def test_the_compact_decoder_paints_the_same_pictures(norm, skip):
    model = trained_like(norm, skip)
    z = np.random.default_rng(1).standard_normal((16, 5)).astype(np.float32)
    found, expected = decode(compact_decoder(model), z), explore.decode(model, z)
    assert found.shape == expected.shape and expected.std() > 0.03
    assert -10 * np.log10(np.square(found - expected).mean()) > 50  # dB


def test_weights_are_whole_numbers_and_the_largest_of_each_output_takes_the_whole_range():
    decoder = compact_decoder(trained_like("batch", "linear"))
    assert decoder.path is not None
    for layer in (*decoder.layers, decoder.path):
        assert layer.weight.dtype == np.int8
        outputs = np.moveaxis(layer.weight, 0 if layer.weight.ndim == 2 else 2, 0).reshape(len(layer.scale), -1)
        assert (abs(outputs).max(1) == LEVELS).all()


def test_an_output_without_weights_is_its_bias():
    model = trained_like("none")
    model.decoder[-1].weight.data[..., 0] = 0
    pictures = decode(compact_decoder(model), np.zeros((1, 5), np.float32))
    np.testing.assert_allclose(pictures[..., 0], 1 / (1 + np.exp(-model.decoder[-1].bias.data[0])), rtol=1e-6)
