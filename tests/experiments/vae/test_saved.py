import json
import math

import numpy as np
import pytest

from data.errors import DataError
from experiments.vae.saved import NUMBERS, PICTURES, SavedVae
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


@pytest.fixture
def folder(tmp_path):
    return write_vae_run(tmp_path / "run")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_verdict_that_lacks_a_number_is_one_line(number, folder):
    judged = json.loads((folder / "verdicts.json").read_text())
    del judged["100"][number]
    (folder / "verdicts.json").write_text(json.dumps(judged))
    with pytest.raises(DataError, match=rf"verdicts\.json: KL weight 100: expected .*{number}"):
        assert SavedVae.open(folder).verdicts


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_that_lack_an_array_are_one_line(name, folder):
    path = folder / "arrays/kl_1.npz"
    with np.load(path) as archive:
        arrays = {each: archive[each] for each in archive.files if each != name}
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=rf"kl_1\.npz: no array {name}: run the study again"):
        SavedVae.open(folder).snapshot(1)


def _without_lines(path, part):
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if part not in line))


def test_a_table_of_linear_codes_that_lacks_a_row_is_one_line(folder):
    _without_lines(folder / "linear_code.csv", ",components,")
    with pytest.raises(DataError, match=r"linear_code\.csv: KL weight 1: no row of components"):
        SavedVae.open(folder).linear_yardstick(1)


def test_a_table_of_metrics_that_lacks_a_split_is_one_line(folder):
    _without_lines(folder / "metrics.csv", ",train,")
    with pytest.raises(DataError, match=r"metrics\.csv: KL weight 1: expected rows of train and of held_out"):
        assert SavedVae.open(folder).weights


def test_a_hash_that_is_no_text_is_one_line(folder):
    config = json.loads((folder / "config.json").read_text())
    config["data"]["sha256"] = 7
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(DataError, match=r"data\.sha256 is 7, expected nothing or a text"):
        SavedVae.open(folder)


@pytest.mark.parametrize("weights", [[], [1e300]])
def test_a_run_none_of_whose_weights_is_in_the_table_is_one_line(weights, folder):
    saved = SavedVae.open(folder)
    saved.config["kl_weights"] = weights
    with pytest.raises(DataError, match=r"metrics\.csv: no row of a KL weight"):
        assert saved.reference
