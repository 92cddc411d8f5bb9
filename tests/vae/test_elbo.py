import numpy as np
import pytest

from autograd import Tensor
from tests.fakes.small_vae import LinearModel, small_images, small_model
from vae.elbo import Terms, bits_per_dim, elbo_terms, posterior_terms
from vae.model import as_floats

DRAWS = 4000


def many_draws(model, x, seed=0):
    """-ELBO of one image: a mean over a batch of its copies is a mean over draws of z."""
    copies = np.repeat(x, DRAWS, axis=0)
    return elbo_terms(model, copies, np.random.default_rng(seed)).negative_elbo.item()


@pytest.fixture
def linear():
    return LinearModel()


def test_at_the_true_posterior_the_elbo_is_the_log_marginal_of_a_linear_gaussian_model(linear):
    x = linear.sample(5, np.random.default_rng(1))
    for row in x:
        assert many_draws(linear, row[None]) == pytest.approx(-linear.log_marginal(row[None])[0], abs=0.1)


def test_averaged_over_images_as_well(linear):
    x = linear.sample(20_000, np.random.default_rng(1))
    ours = elbo_terms(linear, x, np.random.default_rng(2)).negative_elbo.item()
    assert ours == pytest.approx(-linear.log_marginal(x).mean(), abs=0.05)


@pytest.mark.parametrize(("shift", "stretch"), [(0.3, 1.0), (-0.5, 1.0), (0.0, 2.0), (0.0, 0.3)])
def test_with_another_posterior_the_bound_is_below_by_exactly_the_kl_between_the_two(linear, shift, stretch):
    x = linear.sample(1, np.random.default_rng(3))
    true_variance = linear.noise / linear.m
    gap = 0.5 * (stretch - 1 - np.log(stretch) + shift**2 / true_variance).sum()  # KL(q || p(z|x)), diagonal normals
    linear.shift, linear.stretch = shift, stretch
    negative_elbo = many_draws(linear, x)
    assert negative_elbo > -linear.log_marginal(x)[0]
    assert negative_elbo == pytest.approx(-linear.log_marginal(x)[0] + gap, abs=0.03 * max(1, 4 * gap))


def gradients(model, loss):
    for parameter in model.parameters():
        parameter.grad = None
    loss.backward()
    return [np.zeros(p.shape) if p.grad is None else p.grad for p in model.parameters()]


@pytest.mark.parametrize("weight", [0.0, 1.0, 100.0])
def test_the_weight_multiplies_the_gradient_of_the_kl_term_and_of_nothing_else(weight):
    model = small_model(dtype=np.float64)
    x = as_floats(small_images(), model)

    def terms():
        return elbo_terms(model, x, np.random.default_rng(0))

    of_loss = gradients(model, terms().loss(weight))
    of_reconstruction, of_kl = gradients(model, terms().reconstruction), gradients(model, terms().kl)
    for whole, first, second in zip(of_loss, of_reconstruction, of_kl, strict=True):
        np.testing.assert_allclose(whole, first + weight * second, rtol=1e-9, atol=1e-9)
    assert max(np.abs(g).max() for g in of_kl) > 1e-3


def test_the_reported_negative_elbo_has_no_weight():
    terms = Terms(Tensor(np.array(5.0)), Tensor(np.array(2.0)))
    assert (terms.negative_elbo.item(), terms.loss(100).item()) == (7.0, 205.0)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_reconstruction_is_summed_over_pixels_so_a_picture_of_four_times_the_area_costs_four_times_as_much(likelihood):
    """A mean over pixels would cost the same. The decoders give grey everywhere: the same error at each pixel."""
    costs = []
    for size in (16, 32):
        model = small_model(size, likelihood=likelihood, dtype=np.float64)
        for layer in (model.decoder[-1], model.to_log_variance):
            layer.weight.data[:] = 0
            layer.bias.data[:] = 0
        x = np.full((3, size, size, 3), 0.8)
        costs.append(elbo_terms(model, x, np.random.default_rng(0)).reconstruction.item())
    assert costs[1] == pytest.approx(4 * costs[0], rel=1e-12)


def test_kl_is_summed_over_latent_units():
    """A mean over units would not see how many there are."""
    values = []
    for latent in (4, 8):
        model = small_model(latent=latent, dtype=np.float64)
        mean, log_variance = Tensor(np.full((3, latent), 0.7)), Tensor(np.full((3, latent), -1.0))
        terms = posterior_terms(model, np.full((3, 16, 16, 3), 0.5), mean, log_variance, np.random.default_rng(0))
        values.append(terms.kl.item())
    each = 0.5 * (np.exp(-1.0) + 0.7**2 - 1 + 1.0)
    assert values == pytest.approx([4 * each, 8 * each])


def test_both_terms_are_averaged_over_images_so_the_same_image_twice_costs_as_much_as_once():
    model = small_model(dtype=np.float64)
    model.to_log_variance.weight.data[:] = 0
    model.to_log_variance.bias.data[:] = -12  # next to no noise, so that the draws do not matter
    x = as_floats(small_images(3), model)
    once, twice = (elbo_terms(model, np.repeat(x, n, 0), np.random.default_rng(0)) for n in (1, 2))
    assert twice.reconstruction.item() == pytest.approx(once.reconstruction.item(), rel=1e-3)
    assert twice.kl.item() == pytest.approx(once.kl.item(), rel=1e-12)


def test_a_bernoulli_decoder_that_knows_nothing_costs_log_two_for_each_value():
    model = small_model(likelihood="bernoulli", dtype=np.float64)
    for array in (model.decoder[-1].weight.data, model.decoder[-1].bias.data):
        array[:] = 0
    terms = elbo_terms(model, as_floats(small_images(), model), np.random.default_rng(0))
    assert terms.reconstruction.item() == pytest.approx(16 * 16 * 3 * np.log(2))


def test_bits_per_dim_are_those_of_the_grey_levels_under_a_gaussian_density():
    rng = np.random.default_rng(0)
    levels = np.clip(np.rint(128 + 20 * rng.standard_normal(200_000)), 0, 255)
    x, mean, sigma = levels / 255, 128 / 255, 20 / 255
    nats = (0.5 * np.log(2 * np.pi * sigma**2) + (x - mean) ** 2 / (2 * sigma**2)).sum()
    _, counts = np.unique(levels, return_counts=True)
    share = counts / counts.sum()
    entropy = -(share * np.log2(share)).sum()
    assert bits_per_dim(nats, levels.size, "gaussian") == pytest.approx(entropy, abs=0.01)


def test_bits_per_dim_of_the_bernoulli_surrogate_are_nats_rescaled():
    assert bits_per_dim(12_288 * np.log(2), 12_288, "bernoulli") == pytest.approx(1)
