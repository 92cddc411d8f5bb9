import numpy as np
import pytest

from autograd import checkpoint
from tests.fakes.small_vae import small_images, small_model
from vae.diagnostics import evaluate
from vae.explore import decode
from vae.linear_map import LinearMap
from vae.model import as_floats
from vae.trained import Trained, finish, load, save

IMAGES = small_images(12)


def trained(**options):
    model = small_model(**{"norm": "batch"} | options)
    model.encode(as_floats(IMAGES, model))  # running statistics of their own
    rng = np.random.default_rng(1)
    return Trained(model, LinearMap.fit(rng.standard_normal((20, 3)) + 1, rng.standard_normal((20, 3))))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"norm": "none"},
        {"skip": "linear"},
        {"likelihood": "bernoulli"},
        {"noise": "per-pixel", "widths": (5,)},
        {"dtype": np.float64},
    ],
)
def test_a_loaded_model_gives_the_same_bytes_as_the_saved_one(tmp_path, options):
    before = trained(**options)
    save(tmp_path / "model.npz", before)
    after = load(tmp_path / "model.npz")
    for ask in (
        lambda t: t.sample(5, np.random.default_rng(0)),
        lambda t: t.reconstruct(IMAGES),
        lambda t: np.stack(t.encode(IMAGES)),
        lambda t: t.decode(np.ones((2, 3), t.model.dtype)),
    ):
        assert ask(after).dtype == before.model.dtype
        assert ask(after).tobytes() == ask(before).tobytes()
    assert after.model.architecture() == before.model.architecture()


def test_samples_are_pictures_and_the_map_changes_them():
    t = trained()
    mapped, plain = (t.sample(5, np.random.default_rng(0), mapped=mapped) for mapped in (True, False))
    assert mapped.shape == plain.shape == (5, 16, 16, 3)
    assert 0 <= mapped.min() <= mapped.max() <= 1
    assert np.abs(mapped - plain).max() > 1e-3
    same = Trained(t.model, LinearMap.identity(3))
    np.testing.assert_allclose(same.sample(5, np.random.default_rng(0)), plain, rtol=1e-5)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_finishing_lowers_the_bound_on_training_images_and_leaves_the_pictures_alone(likelihood):
    model = small_model(likelihood=likelihood)
    latents = np.ones((2, 3), np.float32)
    before, pictures = evaluate(model, IMAGES), decode(model, latents)
    done = finish(model, IMAGES)
    after = evaluate(model, IMAGES, linear_map=done.linear_map)
    assert after.kl < before.kl
    assert after.reconstruction < before.reconstruction or likelihood == "bernoulli"
    np.testing.assert_array_equal(done.decode(latents), pictures)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda v: v.pop("linear_map"), "linear_map"),
        (lambda v: v["linear_map"].update(mean=np.zeros(4)), "3 units"),
        (lambda v: v["architecture"].update(widths=[4, 3]), "shape"),
        (lambda v: v["architecture"].update(widths=[4096, 4096]), "larger than what it holds"),
        (lambda v: v["architecture"].update(skip="linear", latent=4096), "larger than what it holds"),
        (lambda v: v["architecture"].update(latent=10**9), "whole numbers up to 4096"),
        (lambda v: v["architecture"].update(latent=True), "whole numbers up to 4096"),
        (lambda v: v["architecture"].update(norm="layer"), "norm is 'layer'"),
        (lambda v: v["architecture"].update(colour="red"), "colour"),
    ],
)
def test_a_damaged_file_is_refused_with_its_name_and_the_reason(tmp_path, damage, message):
    path = tmp_path / "model.npz"
    save(path, trained())
    values = checkpoint.load(path)
    damage(values["autoencoder"])
    checkpoint.save(path, values)
    with pytest.raises(ValueError, match=rf"model.npz: not a trained autoencoder .*{message}"):
        load(path)


def test_another_checkpoint_is_no_trained_model(tmp_path):
    checkpoint.save(tmp_path / "other.npz", {"epoch": 3})
    with pytest.raises(ValueError, match="not a trained autoencoder"):
        load(tmp_path / "other.npz")
