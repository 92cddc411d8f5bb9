import numpy as np
import pytest
from PIL import Image

import experiments
from experiments.__main__ import main
from experiments.runs.folder import UsageError
from experiments.vae.models import load_vae, model_file
from tests.fakes.small_vae import small_images, small_model
from vae.linear_map import LinearMap
from vae.trained import Trained, save


@pytest.fixture
def run(tmp_path):
    """A run folder that keeps the models of two KL weights."""
    for weight in (1.0, 0.5):
        path = tmp_path / "run" / model_file(weight)
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, Trained(small_model(seed=int(2 * weight)), LinearMap(np.full(3, 0.5), 2 * np.eye(3))))
    return tmp_path / "run"


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_load_vae_gives_the_model_of_weight_1_unless_another_is_asked_for(run):
    plain, half = experiments.load_vae(run), experiments.load_vae(run, kl_weight=0.5)
    same = experiments.load_vae(run, kl_weight=1.0)
    latents = np.ones((1, 3), np.float32)
    np.testing.assert_array_equal(plain.decode(latents), same.decode(latents))
    assert (plain.decode(latents) != half.decode(latents)).any()
    (run / model_file(1.0)).unlink()
    np.testing.assert_array_equal(experiments.load_vae(run).decode(latents), half.decode(latents))


def test_without_such_a_model_the_message_names_those_that_are_there(run, tmp_path):
    with pytest.raises(UsageError, match=r"no model of this KL weight; --kl-weight may be 0.5, 1$"):
        load_vae(run, 100)
    with pytest.raises(UsageError, match=r"no trained model in models/; `python -m experiments vae --out"):
        load_vae(tmp_path)
    (run / model_file(1.0)).write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"kl_1.npz .*train again"):
        load_vae(run)


def test_an_unknown_name_in_experiments_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'load_cnn'"):
        _ = experiments.load_cnn


def test_sample_draws_as_many_faces_as_asked_the_same_for_the_same_seed(run, capsys):
    pictures = []
    for arguments in ([], [], ["--seed", "1"], ["--as-trained"], ["--kl-weight", "0.5"]):
        assert main(["sample", str(run), "--n", "5", *arguments]) == 0
        pictures.append((run / "samples.png").read_bytes())
    assert pictures[0] == pictures[1]
    assert len(set(pictures)) == 4
    assert "5 faces: " in capsys.readouterr().out
    assert pixels(run / "samples.png").shape == (2 * 16 + 3, 3 * 16 + 2 * 3, 3)


def test_sample_shows_what_the_loaded_model_draws(run):
    main(["sample", str(run), "--n", "1"])
    expected = load_vae(run).sample(1, np.random.default_rng(0))[0]
    np.testing.assert_array_equal(pixels(run / "samples.png"), np.rint(255 * expected))


def test_reconstruct_shows_pictures_above_what_comes_back_and_prints_the_error(run, tmp_path, capsys):
    images = small_images(9)
    np.save(tmp_path / "faces.npy", images)
    out = tmp_path / "look" / "back.png"
    assert main(["reconstruct", str(run), "--images", str(tmp_path / "faces.npy"), "--out", str(out)]) == 0
    back = load_vae(run).reconstruct(images)
    said = capsys.readouterr().out
    assert f"mean squared error {np.square(images / 255 - back).mean():.4f}" in said
    assert "9 shown" in said
    picture = pixels(out)
    assert picture.shape == (4 * 16 + 3 * 3, 8 * 16 + 7 * 3, 3)
    np.testing.assert_array_equal(picture[:16, :16], images[0])
    np.testing.assert_array_equal(picture[19:35, :16], np.rint(255 * back[0]))
    np.testing.assert_array_equal(picture[38:54, :16], images[8])
    assert (picture[38:, 19:] == 255).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sample", "RUN", "--n", "0"], "--n is 0, expected 1 to 10000"),
        (["sample", "RUN", "--kl-weight", "7"], "no model of this KL weight"),
        (["sample", "nowhere"], "no trained model"),
        (["reconstruct", "RUN", "--images", "nowhere"], "no such file or folder"),
        (["reconstruct", "RUN", "--images", "nowhere", "--n", "0"], "--n is 0, expected at least 1"),
    ],
)
def test_a_mistake_gets_one_line_and_status_2(run, arguments, message, capsys):
    assert main([str(run) if word == "RUN" else word for word in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
