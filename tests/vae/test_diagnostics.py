import math

import numpy as np
import pytest

from tests.fakes.small_vae import small_images, small_model
from vae import diagnostics, explore
from vae.diagnostics import (
    active_units,
    covariance_gap,
    distance_travelled,
    diversity,
    evaluate,
    factor_directions,
    factor_scores,
    kept_variety,
    kl_per_unit,
    mean_squared_error,
    prior_gap,
    psnr,
    rms_distance,
    silent_units,
    variance_kept,
    verdict,
)

N, K = 400, 16


def posteriors(spread, variance, centre=0.0, units=K):
    """Posterior means and log-variances (N, 16): `units` of them have means of this spread, the rest are the prior."""
    rng = np.random.default_rng(0)
    means, log_variances = np.zeros((N, K)), np.zeros((N, K))
    means[:, :units] = centre + spread * rng.standard_normal((N, units))
    log_variances[:, :units] = math.log(variance)
    return means, log_variances


def test_evaluation_does_not_depend_on_the_batch_and_gives_the_same_each_time(monkeypatch):
    model, images = small_model(), small_images(10)
    first, again = evaluate(model, images), evaluate(model, images)
    assert first == again
    monkeypatch.setattr(diagnostics, "BATCH", 3)
    other = evaluate(model, images)
    assert other.reconstruction == pytest.approx(first.reconstruction, rel=1e-5)
    assert other.kl == pytest.approx(first.kl, rel=1e-5)
    assert first.negative_elbo == first.reconstruction + first.kl


def test_evaluation_records_no_gradients():
    model = small_model()
    evaluate(model, small_images(4))
    assert all(parameter.grad is None for parameter in model.parameters())


def test_kl_per_unit_adds_up_to_the_kl_term():
    model, images = small_model(latent=5), small_images()
    assert kl_per_unit(*explore.encode(model, images)).sum() == pytest.approx(evaluate(model, images).kl, rel=1e-5)


def test_a_unit_is_active_if_its_mean_follows_the_image():
    means, _ = posteriors(1.0, 0.1, units=5)
    means[:, 7] = 3.0  # far from the prior, and the same for every image
    means[:, 8] += 0.2 * np.random.default_rng(1).standard_normal(N)  # variance 0.04: wanders, and says nothing
    np.testing.assert_array_equal(active_units(means), np.arange(K) < 5)


def test_the_prior_gap_is_zero_where_posteriors_together_are_the_prior_and_the_kl_divergence_where_not():
    means, log_variances = posteriors(0.8, 0.36)
    assert np.abs(prior_gap(means, log_variances)).max() < 0.02
    far = prior_gap(np.full((N, 1), 2.0), np.full((N, 1), math.log(0.5)))  # N(2, 0.5) against N(0, 1)
    assert far == pytest.approx([0.5 * (0.5 + 4 - 1 - math.log(0.5))])


def test_the_covariance_gap_is_the_kl_divergence_of_the_fitted_normal_and_sees_correlated_units():
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((N, 1))
    means = 0.95 * (0.8 * shared + 0.6 * rng.standard_normal((N, K)))  # each unit N(0, .9), any two correlated by .64
    log_variances = np.full((N, K), math.log(0.1))
    assert prior_gap(means, log_variances).sum() < 0.3
    covariance = np.cov(means.T, ddof=0) + 0.1 * np.eye(K)
    centre = means.mean(0)
    expected = 0.5 * (np.trace(covariance) + centre @ centre - K - np.log(np.linalg.det(covariance)))
    assert covariance_gap(means, log_variances) == pytest.approx(expected)
    assert expected > 5
    independent = covariance_gap(*posteriors(0.95, 0.1))
    assert prior_gap(*posteriors(0.95, 0.1)).sum() < independent < 1


def test_variance_kept_is_none_for_the_mean_image_and_all_for_perfect_reconstructions():
    images = small_images(30)
    mean = images.mean(0)
    assert variance_kept(float(np.square((images - mean) / 255).mean()), images, mean) == pytest.approx(0)
    assert variance_kept(0.0, images, mean) == 1
    assert math.isnan(variance_kept(0.0, images[:1], images[0].astype(float)))


USUAL = {"kept": 0.75, "telling": 60, "units": 64, "gap": 47.0, "posterior_variance": 0.1, "samples": 18.0,
         "mapped": 17.0, "near": 12.0}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("healthy", {}),
        ("healthy", {"telling": 33, "gap": 20.0}),  # some units that the faces do not need are no fault
        ("healthy", {"posterior_variance": 0.003}),  # nor are sharp posteriors
        ("healthy through the map", {"samples": 231.0}),
        ("poor samples", {"samples": 231.0, "mapped": 90.0}),
        ("short code", {"telling": 10, "gap": 3.0, "kept": 0.59, "samples": 90.0}),
        ("collapsed", {"telling": 10, "gap": 0.1, "kept": 0.03}),
        ("unused prior", {"gap": 90.0, "samples": 231.0}),
        ("healthy", {"gap": 90.0}),  # whatever the gap, draws of the prior are near
        ("unused prior", {"posterior_variance": 1e-5, "samples": 231.0}),
        ("unused prior", {"telling": 10, "gap": 12.0, "samples": 231.0}),
    ],
)
def test_verdict(name, change):
    assert verdict(**USUAL | change) == name


def test_mean_squared_error_is_that_of_the_reconstruction_from_the_mean(monkeypatch):
    model, images = small_model(), small_images(7)
    monkeypatch.setattr(diagnostics, "BATCH", 3)
    expected = np.square(explore.reconstruct(model, images) - images / 255).mean()
    assert mean_squared_error(model, images) == pytest.approx(expected, rel=1e-5)


def test_psnr_of_known_errors():
    assert psnr(0.01) == pytest.approx(20)
    assert psnr(0.0) == math.inf
    np.testing.assert_allclose(psnr(np.array([[0.1, 1.0]])), [[10, 0]])


def test_a_factor_that_the_means_hold_scores_one_and_one_that_they_do_not_scores_none():
    rng = np.random.default_rng(0)
    means = rng.standard_normal((2000, 4)).astype(np.float32)
    category = (means[:, 1] > 0).astype(int)
    factors = {
        "told": (2 * means[:, 0] - means[:, 2] + 1).astype(np.float32),
        "half told": (means[:, 3] + rng.standard_normal(2000)).astype(np.float32),
        "not told": rng.standard_normal(2000).astype(np.float32),
        "category": category,
        "other category": rng.integers(0, 3, 2000),
        "constant": np.ones(2000, np.float32),
    }

    def part(rows):
        return means[rows], {name: values[rows] for name, values in factors.items()}

    scores = factor_scores(*part(slice(0, 1000)), *part(slice(1000, None)))
    assert list(scores) == list(factors)
    assert scores["told"] == pytest.approx(1, abs=1e-6)
    assert scores["half told"] == pytest.approx(0.5, abs=0.07)
    assert abs(scores["not told"]) < 0.03
    assert scores["category"] == pytest.approx(2 / math.pi, abs=0.05)  # squared correlation of a normal with its sign
    assert abs(scores["other category"]) < 0.03
    assert math.isnan(scores["constant"])


def test_scores_are_taken_on_other_images_so_that_many_units_cannot_learn_by_heart():
    rng = np.random.default_rng(0)
    means, values = rng.standard_normal((40, 30)), rng.standard_normal(40)
    assert factor_scores(means, {"x": values}, means, {"x": values})["x"] > 0.5
    other_means, other = rng.standard_normal((400, 30)), rng.standard_normal(400)
    assert factor_scores(means, {"x": values}, other_means, {"x": other})["x"] < 0


def test_diversity_is_zero_for_copies_and_the_standard_deviation_where_pictures_differ():
    faces = np.random.default_rng(0).integers(0, 256, (1, 4, 4, 3), dtype=np.uint8)
    assert diversity(np.repeat(faces, 5, axis=0)) == 0
    black_and_white = np.stack([np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)])
    assert diversity(black_and_white) == pytest.approx(0.5)


def test_rms_distance_is_on_a_scale_from_black_to_white():
    black, white = np.zeros((2, 4, 4, 3), np.uint8), np.full((2, 4, 4, 3), 255, np.uint8)
    assert list(rms_distance(black, white)) == [1, 1]
    white[1, :2] = 0  # half of it
    assert rms_distance(black, white)[1] == pytest.approx(math.sqrt(0.5))


def test_kept_variety_compares_reconstructions_with_their_originals():
    faces = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 3), dtype=np.uint8)
    same = np.broadcast_to(faces[:1], faces.shape)
    assert kept_variety(faces, faces) == pytest.approx(1)
    assert kept_variety(faces, same) == pytest.approx(0)
    assert math.isnan(kept_variety(same, faces))


def test_distance_travelled_compares_decoded_ends_with_the_real_pairs():
    pairs = np.random.default_rng(0).integers(0, 256, (4, 2, 4, 4, 3), dtype=np.uint8)
    middle = np.zeros_like(pairs[:, :1])
    assert distance_travelled(pairs, np.concatenate([pairs[:, :1], middle, pairs[:, 1:]], axis=1)) == pytest.approx(1)
    assert distance_travelled(pairs, np.repeat(pairs[:, :1], 3, axis=1)) == 0


def test_silent_units_are_those_below_a_tenth_of_a_nat():
    assert silent_units(np.array([0.0, 0.09, 0.11, 5.0])) == 2


def test_a_factor_s_direction_is_the_change_of_the_means_for_one_standard_deviation():
    rng = np.random.default_rng(0)
    known = {
        "x": rng.normal(3, 2, 5000),
        "y": rng.normal(0, 1, 5000),
        "same": np.ones(5000),
        "kind": np.arange(5000) % 3,
    }
    axes = {"x": np.array([1.0, 0, -2]), "y": np.array([0, 3.0, 0])}
    means = 5 + sum(np.outer(known[name] / known[name].std(), axis) for name, axis in axes.items())
    found = factor_directions(means, known)
    assert set(found) == {"x", "y"}
    for name, axis in axes.items():
        np.testing.assert_allclose(found[name], axis, atol=0.1)
