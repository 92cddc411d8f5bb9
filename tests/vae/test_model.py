import numpy as np
import pytest

from autograd import Tensor, gradcheck
from tests.fakes.small_vae import small_images, small_model
from vae.elbo import elbo_terms
from vae.explore import encode
from vae.linear_map import LinearMap
from vae.model import LOG_VARIANCE_RANGE, VAE, as_floats


@pytest.mark.parametrize(
    ("size", "channels", "widths", "latent"),
    [(64, 3, (32, 64, 128, 256), 64), (32, 3, (4, 8, 8), 5), (48, 1, (3, 5), 2), (16, 4, (7,), 1), (2, 3, (4,), 3)],
)
def test_layer_shapes_halve_and_double_the_side(size, channels, widths, latent):
    model = VAE(size, channels, widths, latent, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).random((2, size, size, channels), dtype=np.float32)
    hidden, side = Tensor(x), size
    for layer, width in zip(model.encoder, widths, strict=True):
        hidden, side = layer(hidden), side // 2
        assert hidden.shape == (2, side, side, width)
    mean, log_variance = model.encode(x)
    assert mean.shape == log_variance.shape == (2, latent)
    decoded = model.decode(mean)
    assert decoded.shape == x.shape
    assert decoded.dtype == np.float32
    assert model.log_likelihood(x, mean).shape == (2,)


def test_every_layer_but_the_last_of_the_decoder_ends_in_a_relu_even_if_a_width_equals_the_channels():
    model = VAE(16, 3, (3, 8), 4, rng=np.random.default_rng(0))
    assert [layer.activation for layer in model.encoder] == ["relu", "relu"]
    assert [layer.activation for layer in model.decoder] == ["relu", None]


def test_with_batch_norm_every_layer_inside_is_normalised_and_leaky_and_the_ends_are_not():
    model = VAE(16, 3, (3, 8), 4, norm="batch", rng=np.random.default_rng(0))
    assert [layer.activation for layer in (*model.encoder, *model.decoder)] == [None] * 4
    assert [layer.bias is None for layer in (*model.encoder, *model.decoder)] == [True, True, True, False]
    assert [norm.weight.size for norm in (*model.encoder_norms, *model.decoder_norms)] == [3, 8, 8, 3]
    assert {norm.activation for norm in (*model.encoder_norms, *model.decoder_norms)} == {"leaky_relu"}


def test_while_evaluating_a_picture_has_the_same_code_alone_and_among_others_and_the_statistics_stay():
    model, images = small_model(norm="batch"), small_images(9)
    model.encode(as_floats(images, model))
    before = model.running_statistics()
    together, alone = encode(model, images)[0][:1], encode(model, images[:1])[0]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)
    assert model.training
    for array, value in zip(model.running_statistics(), before, strict=True):
        np.testing.assert_array_equal(array, value)


def test_the_default_model_has_as_many_parameters_as_the_pytorch_model_of_the_same_layers():
    model = VAE(image_size=64, channels=3, widths=(32, 64, 128, 256), latent=64, rng=np.random.default_rng(0))
    assert model.count_parameters() == 2_170_692


def test_encode_reparameterize_and_decode_take_plain_arrays_of_any_precision():
    model, rng = small_model(), np.random.default_rng(0)
    mean, log_variance = model.encode(rng.random((5, 16, 16, 3)))
    z = model.reparameterize(rng.standard_normal((5, 3)), np.zeros((5, 3)), rng)
    pictures = model.decode(rng.standard_normal((5, 3)))
    assert {t.dtype for t in (mean, log_variance, z, pictures)} == {np.dtype(np.float32)}
    assert pictures.data.min() >= 0
    assert pictures.data.max() <= 1


def test_reparameterize_draws_from_the_normal_that_it_is_given():
    model, n = small_model(latent=2), 40_000
    mean, variance = np.array([1.5, -3.0]), np.array([4.0, 0.25])
    z = model.reparameterize(np.tile(mean, (n, 1)), np.tile(np.log(variance), (n, 1)), np.random.default_rng(0)).data
    np.testing.assert_allclose(z.mean(0), mean, atol=0.04)
    np.testing.assert_allclose(z.var(0), variance, rtol=0.03)
    assert abs(np.corrcoef(z.T)[0, 1]) < 0.02
    standard = (z - mean) / np.sqrt(variance)
    assert np.mean(np.abs(standard) < 1) == pytest.approx(0.6827, abs=0.01)  # and not any other distribution


def test_reparameterize_draws_the_same_from_the_same_generator_and_lets_the_gradient_through():
    model = small_model()
    mean, log_variance = (Tensor(np.full((2, 3), v, np.float32), requires_grad=True) for v in (0.5, -1.0))
    z = model.reparameterize(mean, log_variance, np.random.default_rng(7))
    noise = np.random.default_rng(7).standard_normal((2, 3), np.float32)
    np.testing.assert_allclose(z.data, 0.5 + np.exp(-0.5) * noise, rtol=1e-6)
    z.sum().backward()
    np.testing.assert_allclose(mean.grad, 1)
    np.testing.assert_allclose(log_variance.grad, 0.5 * np.exp(-0.5) * noise, rtol=1e-6)  # half: of log s^2, not log s


def test_log_variances_cannot_run_away():
    model = small_model()
    x = as_floats(small_images(), model)
    for bias, bound in ((1e6, LOG_VARIANCE_RANGE[1]), (-1e6, LOG_VARIANCE_RANGE[0])):
        model.to_log_variance.bias.data[:] = bias
        assert (model.encode(x)[1].data == bound).all()
        assert np.isfinite(elbo_terms(model, x, np.random.default_rng(0)).negative_elbo.item())


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize(
    ("likelihood", "noise"),
    [("gaussian", "shared"), ("gaussian", "per-pixel"), ("gaussian", "spectral"), ("bernoulli", "shared")],
)
def test_the_gradient_of_the_whole_loss_is_right_in_every_parameter(likelihood, noise, norm):
    model = small_model(likelihood=likelihood, noise=noise, norm=norm, skip="linear", dtype=np.float64)
    x = as_floats(small_images(3), model)
    linear_map = LinearMap(np.array([0.1, -0.2, 0.3]), np.array([[1.0, 0, 0], [0.5, 2, 0], [-0.3, 0.1, 0.7]]))

    def loss(*_):
        return elbo_terms(model, x, np.random.default_rng(0), linear_map).loss(0.7)

    report = gradcheck(loss, *model.parameters(), mode="directional", rtol=1e-5)
    assert report.checked == len(model.parameters())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_size": 20, "widths": (4, 4, 4)}, "image_size is 20: 3 widths halve it 3 times, .* multiple of 8"),
        ({"image_size": 2, "widths": (4, 4)}, "multiple of 4"),
        ({"widths": ()}, "one width or more"),
        ({"widths": (4, 0)}, r"widths \(4, 0\)"),
        ({"latent": 0}, "latent 0"),
        ({"likelihood": "poisson"}, "likelihood is 'poisson', expected one of gaussian, bernoulli"),
        ({"norm": "layer"}, "norm is 'layer', expected one of none, batch"),
        ({"skip": "pixels"}, "skip is 'pixels', expected one of none, linear"),
        ({"noise": "white"}, "noise is 'white', expected one of shared, per-pixel, spectral"),
    ],
)
def test_sizes_that_make_no_model_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        VAE(**{"image_size": 16, "widths": (4,), "rng": np.random.default_rng(0), **arguments})


def test_images_of_another_shape_and_pixels_of_whole_numbers_are_refused_by_name():
    model = small_model()
    with pytest.raises(ValueError, match=r"encode: images have shape \(2, 32, 32, 3\), expected \(N, 16, 16, 3\)"):
        model.encode(np.zeros((2, 32, 32, 3), np.float32))
    with pytest.raises(TypeError, match=r"dtype is uint8, expected floating numbers; .* divided by 255"):
        model.encode(np.zeros((2, 16, 16, 3), np.uint8))
