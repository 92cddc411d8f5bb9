import numpy as np
import pytest

from autograd.kernels.conv.forms import conv2d_forward
from tests.fakes.small_vae import small_model
from vae.architecture import layers
from vae.model import VAE


@pytest.mark.parametrize("skip", ["none", "linear"])
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
@pytest.mark.parametrize(("size", "widths"), [(16, (4, 6)), (64, (3, 5, 7, 9)), (8, (2,))])
def test_the_table_counts_every_parameter_of_the_model(size, widths, likelihood, norm, skip):
    model = small_model(size, widths, likelihood=likelihood, norm=norm, skip=skip)
    noise_level = likelihood == "gaussian"  # no layer
    assert sum(layer.parameters for layer in layers(model)) == model.count_parameters() - noise_level


def test_output_shapes_are_those_of_the_tensors_that_pass_through():
    model = small_model(16, (4, 6), latent=3)
    shapes = [layer.output_shape for layer in layers(model)]
    assert shapes == [(8, 8, 4), (4, 4, 6), (3,), (3,), (96,), (8, 8, 4), (16, 16, 3)]


def test_rows_have_the_names_of_the_model_s_attributes_and_say_what_follows_each_layer():
    table = layers(small_model())
    assert [layer.name for layer in table] == [
        *("encoder.0", "encoder.1", "to_mean", "to_log_variance", "from_latent", "decoder.0", "decoder.1"),
    ]
    assert table[0].kind == "convolution 4x4, stride 2, relu"
    assert table[-1].kind == "transposed convolution 4x4, stride 2"


def test_rows_of_a_normalised_model_say_so():
    table = layers(small_model(norm="batch"))
    assert table[0].kind == "convolution 4x4, stride 2, batch norm, leaky relu"
    assert table[4].kind == "linear, batch norm, leaky relu"
    assert table[-1].kind == "transposed convolution 4x4, stride 2"
    assert table[-1].output_shape == (16, 16, 3)


def test_multiply_adds_of_a_convolution_are_weights_times_positions():
    """8x8 positions x 4x4 taps x 3 channels in x 4 out, padding included."""
    first, *_, last = layers(small_model(16, (4, 6)))
    assert first.multiply_adds == last.multiply_adds == 8 * 8 * 4 * 4 * 3 * 4
    y, _ = conv2d_forward(np.ones((1, 16, 16, 3)), np.ones((4, 4, 4, 3)), 2, 1, 1, None, None, 0.0)
    padded = np.pad(np.ones((16, 16)), 1)
    inside = sum(padded[i : i + 4, j : j + 4].sum() for i in range(0, 15, 2) for j in range(0, 15, 2)) * 3 * 4
    assert y.sum() == inside  # what is left of them without the padding
    assert inside < first.multiply_adds


def test_the_default_model_takes_about_a_hundred_million_multiply_adds():
    table = layers(VAE(rng=np.random.default_rng(0)))
    convolutions = 2 * (
        32 * 32 * 16 * 3 * 32 + sum((32 // 2**i) ** 2 // 4 * 16 * 2 * (32 * 2**i) ** 2 for i in range(3))
    )
    assert sum(layer.multiply_adds for layer in table) == convolutions + 3 * 4096 * 64
