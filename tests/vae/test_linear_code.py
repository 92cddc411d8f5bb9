import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tensor, exp, optim
from vae.linear_code import bernoulli_code, bernoulli_deviations, collapse_weight, gaussian_code, gaussian_terms
from vae.principal_components import principal_components

D = 8
VARIANCES = np.array([5.0, 2.0, 1.0, 0.5, 0.3, 0.2, 0.1, 0.05])
TOTAL = VARIANCES.sum()


def cost(noise, distortions, variances, rest, dimensions, weight):
    """The loss of a code with these distortions, whatever they are."""
    rates = 0.5 * np.log(variances / distortions).sum()
    return 0.5 * dimensions * math.log(2 * math.pi * noise) + (distortions.sum() + rest) / (2 * noise) + weight * rates


def trained_linear_vae(weight, latent, steps=1500):
    """(loss, KL, noise) of a linear VAE whose loss, averaged over z and the pictures by hand, was minimised by Adam.

    Decoder W, encoder V with posterior variances e^a, and the noise's log-variance b; pictures of covariance S:
        E|x - W z|^2 = tr((I - W V) S (I - W V)^T) + sum_k e^a_k |W_k|^2,     2 KL = tr(V S V^T) + sum_k e^a_k - a_k - 1
    """
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((D, D)))[0]
    root = Tensor(rotation * np.sqrt(VARIANCES))  # S = root root^T
    w, v = (Tensor(0.3 * rng.standard_normal(shape), requires_grad=True) for shape in ((D, latent), (latent, D)))
    a, b = Tensor(np.zeros(latent), requires_grad=True), Tensor(np.zeros(()), requires_grad=True)
    optimizer = optim.Adam([w, v, a, b], optim.cosine_decay(0.05, steps))
    for _ in range(steps):
        optimizer.zero_grad()
        code = v @ root
        errors = ((root - w @ code) ** 2).sum() + (exp(a) * (w * w).sum(0)).sum()
        kl = 0.5 * ((code * code).sum() + (exp(a) - a - 1).sum())
        loss = 0.5 * D * (math.log(2 * math.pi) + b) + 0.5 * errors * exp(-b) + weight * kl
        loss.backward()
        optimizer.step()
    return loss.item(), kl.item(), math.exp(b.item())


@pytest.mark.parametrize(("weight", "latent", "sent"), [(1.0, 3, 3), (2.0, 5, 2), (6.0, 3, 0)])
def test_it_is_the_optimum_that_a_linear_vae_is_trained_to(weight, latent, sent):
    code = gaussian_code(VARIANCES[:latent], TOTAL, D, weight)
    assert code.components == sent
    rest = VARIANCES[latent:].sum()
    ours = cost(code.noise, code.distortions, code.variances, rest, D, weight)
    loss, kl, noise = trained_linear_vae(weight, latent)
    assert loss == pytest.approx(ours, abs=1e-3)
    assert loss > ours - 1e-9  # nothing is below the optimum
    assert kl == pytest.approx(code.rates.sum(), abs=0.01)
    assert noise == pytest.approx(code.noise, rel=0.01)


@given(
    variances=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=12),
    rest=st.floats(1e-3, 1e3),
    extra=st.integers(1, 50),
    weight=st.floats(1e-2, 1e3),
    seed=st.integers(0, 99),
)
@settings(deadline=None)
def test_no_other_noise_and_no_other_distortions_cost_less(variances, rest, extra, weight, seed):
    variances = np.sort(variances)[::-1]
    dimensions = len(variances) + extra
    code = gaussian_code(variances, variances.sum() + rest, dimensions, weight)
    assert code.noise == pytest.approx((code.distortions.sum() + rest) / dimensions)
    best = cost(code.noise, code.distortions, variances, rest, dimensions, weight)
    rng = np.random.default_rng(seed)
    for size in (1e-3, 0.1, 2.0):
        noise = code.noise * math.exp(size * rng.standard_normal())
        others = np.minimum(code.distortions * np.exp(size * rng.standard_normal(len(variances))), variances)
        assert cost(noise, others, variances, rest, dimensions, weight) >= best - 1e-9 * max(1, abs(best))


def test_at_weight_one_the_noise_is_that_of_probabilistic_pca():
    """Tipping and Bishop 1999, equation 8: the mean variance off the axes."""
    assert gaussian_code(VARIANCES[:3], TOTAL, D, 1.0).noise == pytest.approx(VARIANCES[3:].mean())


def test_at_weight_zero_nothing_of_what_is_sent_is_lost():
    code = gaussian_code(VARIANCES[:3], TOTAL, D, 0.0)
    assert code.noise == pytest.approx(VARIANCES[3:].sum() / D)
    assert (code.components, code.rates.sum()) == (3, math.inf)


def test_from_the_weight_of_collapse_on_nothing_is_sent():
    weight = collapse_weight(VARIANCES[:3], TOTAL, D)
    assert gaussian_code(VARIANCES[:3], TOTAL, D, 0.999 * weight).components == 1
    code = gaussian_code(VARIANCES[:3], TOTAL, D, weight)
    assert (code.components, code.rates.sum(), code.noise) == (0, 0, pytest.approx(TOTAL / D))


def test_a_component_without_variance_is_not_sent():
    code = gaussian_code(np.array([1.0, 0.0]), 2.0, 10, 0.0)
    np.testing.assert_array_equal(code.rates, [math.inf, 0])


def test_components_that_hold_everything_have_no_optimum():
    with pytest.raises(ValueError, match="nothing is left for noise"):
        gaussian_code(np.array([2.0, 1.0]), 3.0, 10, 1.0)


def pictures(count, seed):
    """uint8 pictures (N, 4, 4, 3) with three strong axes."""
    rng = np.random.default_rng(seed)
    axes = np.random.default_rng(0).standard_normal((3, 48)) * [[20.0], [12.0], [6.0]]
    values = 128 + rng.standard_normal((count, 3)) @ axes / 2 + 4 * rng.standard_normal((count, 48))
    return np.clip(np.rint(values), 0, 255).astype(np.uint8).reshape(count, 4, 4, 3)


@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_the_terms_on_the_pictures_that_it_was_fitted_to_are_those_of_the_optimum(weight):
    images = pictures(300, 1)
    components = principal_components(images, 5, np.random.default_rng(0))
    code = gaussian_code(components.variances, components.total, 48, weight)
    reconstruction, kl = gaussian_terms(code, components, images)
    assert kl == pytest.approx(code.rates.sum(), rel=1e-5)
    assert reconstruction == pytest.approx(24 * math.log(2 * math.pi * math.e * code.noise), rel=1e-5)


@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_the_terms_on_other_pictures_are_those_of_drawing_z(weight):
    """Encode, draw, decode and measure, with the encoder and decoder of the derivation."""
    components = principal_components(pictures(300, 1), 5, np.random.default_rng(0))
    code = gaussian_code(components.variances, components.total, 48, weight)
    others = pictures(40, 2)
    decoder = components.axes * np.sqrt(code.variances - code.distortions)  # (D, K)
    centred = others.reshape(40, 48) / 255 - components.centre
    mean, variance = centred @ decoder / code.variances, code.distortions / code.variances
    rng = np.random.default_rng(3)
    z = mean + np.sqrt(variance) * rng.standard_normal((4000, *mean.shape))
    errors = np.square(centred - z @ decoder.T).sum(-1).mean()
    expected = 24 * math.log(2 * math.pi * code.noise) + errors / (2 * code.noise)
    reconstruction, kl = gaussian_terms(code, components, others)
    assert reconstruction == pytest.approx(expected, abs=0.05)
    assert kl == pytest.approx(0.5 * (mean**2 + variance - 1 - np.log(variance)).sum(1).mean(), rel=1e-5)


def test_where_the_weight_is_one_the_terms_add_up_to_the_likelihood_of_probabilistic_pca():
    images = pictures(300, 1)
    components = principal_components(images, 3, np.random.default_rng(0))
    code = gaussian_code(components.variances, components.total, 48, 1.0)
    others = pictures(40, 2)
    factor = components.axes * np.sqrt(code.variances - code.noise)
    covariance = factor @ factor.T + code.noise * np.eye(48)
    centred = others.reshape(40, 48) / 255 - components.centre
    squared = (centred @ np.linalg.inv(covariance) * centred).sum(1).mean()
    expected = 0.5 * (squared + np.linalg.slogdet(2 * np.pi * covariance)[1])
    assert sum(gaussian_terms(code, components, others)) == pytest.approx(expected, rel=1e-4)


def test_the_bernoulli_code_is_the_least_of_the_surrogate_to_second_order():
    """One value, x = p + e with a small e, logits u = W z: the cost over W and the posterior, on a grid."""
    p, deviation, weight = 0.3, 0.02, 0.004
    variances = np.array([deviation**2 / (p * (1 - p))])
    z, shares = np.polynomial.hermite_e.hermegauss(20)
    shares = shares / shares.sum()

    def loss(scale, slope, variance):
        """x is p + e or p - e; u = scale z with z from N(slope (+-1), variance)."""
        total = 0.0
        for sign in (1, -1):
            logits = math.log(p / (1 - p)) + scale * (slope * sign + math.sqrt(variance) * z)
            x = p + sign * deviation
            total += 0.5 * (shares * (np.logaddexp(0, logits) - x * logits)).sum()
        return total + weight * 0.5 * (slope**2 + variance - 1 - math.log(variance))

    code = bernoulli_code(variances, weight)
    assert code.components == 0  # the variance is below the weight
    weight = 0.0005
    code = bernoulli_code(variances, weight)
    v = float(code.distortions[0] / variances[0])
    scale = math.sqrt((variances[0] - weight) / (p * (1 - p)))
    ours = loss(scale, math.sqrt(1 - v), v)
    grid = np.exp(np.linspace(-0.3, 0.3, 13))
    costs = [loss(scale * a, math.sqrt(1 - v) * b, v * c) for a in grid for b in grid for c in grid]
    assert min(costs) == pytest.approx(ours, abs=2e-7)
    assert max(costs) > ours + 1e-5  # the grid is wide enough to tell


def test_bernoulli_deviations_are_those_of_a_coin():
    images = np.zeros((4, 1, 1, 3), np.uint8)
    images[..., 1], images[:2, ..., 2] = 255, 255  # always black, always white, half and half
    np.testing.assert_allclose(bernoulli_deviations(images), [0.01, 0.01, 0.5])
