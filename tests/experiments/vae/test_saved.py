import math

import numpy as np
import pytest

from experiments.vae.saved import SavedVae
from tests.fakes.saved_vae_sample import SIDE, write_vae_run


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> SavedVae:
    return SavedVae.open(write_vae_run(tmp_path_factory.mktemp("vae") / "run"))


def test_the_distortion_is_the_error_in_the_reconstruction_term(run):
    values, sigma, error = 3 * SIDE**2, run.verdicts[100.0]["sigma"], run.distortion(100.0)
    term = 0.5 * values * (math.log(2 * math.pi * sigma**2) + error / sigma**2)
    assert term == pytest.approx(run.final(100.0, "reconstruction"))


def test_a_model_without_a_learned_noise_level_has_no_distortion(tmp_path):
    other = SavedVae.open(write_vae_run(tmp_path / "run", {1.0: "healthy"}, evaluated=False))
    assert math.isnan(other.distortion(1.0)) and other.linear_curve() is None


def test_the_objective_is_reconstruction_and_weighted_kl(run):
    objective, reconstruction, kl = (run.curve(100.0, "train", name) for name in ("objective", "reconstruction", "kl"))
    np.testing.assert_allclose(objective.values, reconstruction.values + 100 * kl.values)
    np.testing.assert_array_equal(objective.epochs, kl.epochs)


def test_the_curve_of_linear_codes_falls_in_rate(run):
    line = run.linear_curve()
    assert line is not None
    assert (np.diff(line.rates) < 0).all() and (np.diff(line.distortions) > 0).all()


def test_the_reference_is_weight_one_or_the_closest_to_it(run, tmp_path):
    assert run.reference == 1
    other = SavedVae.open(write_vae_run(tmp_path / "run", {100.0: "collapsed", 0.5: "looser"}))
    assert (other.weights, other.reference) == ((100.0, 0.5), 0.5)
