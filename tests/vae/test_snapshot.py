import numpy as np
import pytest

from tests.fakes.small_vae import small_images, small_model
from vae import explore
from vae.linear_map import LinearMap
from vae.snapshot import as_bytes, latent_space, snapshot
from vae.trained import Trained


def trained(model):
    return Trained(model, LinearMap(np.full(model.latent, 0.5), 2 * np.eye(model.latent)))


def latents(count=64, units=3):
    return np.random.default_rng(0).standard_normal((count, units), dtype=np.float32)


@pytest.fixture(scope="module")
def arrays():
    return snapshot(trained(small_model()), small_images(30), small_images(20, seed=2), latents())


def test_a_snapshot_holds_every_picture_as_bytes_and_every_number_of_the_code(arrays):
    pictures = {
        "originals": (16,), "reconstructions": (16,), "samples": (64,), "samples_mapped": (64,),
        "nearest": (8,), "pairs": (4, 2), "interpolations": (4, 9), "prior_paths": (2, 9), "traversals": (3, 9),
    }  # fmt: skip
    for name, shape in pictures.items():
        assert (arrays[name].shape, arrays[name].dtype) == ((*shape, 16, 16, 3), np.uint8), name
    for name in ("kl_per_unit", "posterior_variance"):
        assert (arrays[name].shape, arrays[name].dtype) == ((3,), np.float32)
    assert "manifold" not in arrays


def test_samples_are_the_decoded_latents_and_interpolations_end_at_the_reconstructions(arrays):
    np.testing.assert_array_equal(arrays["samples"], as_bytes(explore.decode(small_model(), latents())))
    through = as_bytes(explore.decode(small_model(), 0.5 + latents() / 2))
    np.testing.assert_allclose(arrays["samples_mapped"], through, atol=1)
    ends = arrays["interpolations"][:, [0, -1]].reshape(8, 16, 16, 3).astype(int)
    assert np.abs(ends - arrays["reconstructions"][:8]).max() <= 1


def test_traversed_axes_come_in_the_order_of_their_variance(arrays):
    shares = arrays["traversal_shares"]
    assert list(shares) == sorted(shares, reverse=True)
    assert shares.sum() == pytest.approx(1)  # three units, three axes


def test_two_latent_units_are_shown_as_a_plane():
    model = small_model(latent=2)
    arrays = snapshot(trained(model), small_images(30), small_images(20), latents(units=2))
    assert arrays["manifold"].shape == (15, 15, 16, 16, 3)


def test_samples_through_the_map_are_compared_with_their_nearest_training_images(arrays):
    training, held_out = small_images(30), small_images(20, seed=2)
    np.testing.assert_array_equal(arrays["nearest"], explore.nearest(arrays["samples_mapped"][:8], training))
    assert (arrays["nearest_distances"].shape, arrays["held_out_distances"].shape) == ((64,), (20,))
    copies = snapshot(trained(small_model()), training, np.concatenate([training[:3, :, ::-1], held_out]), latents())
    assert list(copies["held_out_distances"][:3]) == [0, 0, 0]  # mirrored copies
    assert (copies["held_out_distances"][3:] > 0).all()


def test_spectra_have_a_value_for_each_frequency(arrays):
    for name in ("picture_spectrum", "residual_spectrum"):
        assert (arrays[name].shape, arrays[name].dtype) == ((8,), np.float32)
        assert (arrays[name] > 0).any()


DISTANCES = {
    "frechet_as_trained": 200.0, "frechet_mapped": 14.0, "frechet_reconstructions": 9.0, "frechet_floor": 11.0,
}  # fmt: skip


def test_the_diversity_of_samples_is_compared_with_that_of_as_many_training_images(arrays):
    few, many = small_images(30), arrays["samples"]
    facts = latent_space(small_model(), few, small_images(20), many, DISTANCES)
    assert facts["diversity_samples"] == pytest.approx((many[:30] / 255).std(0).mean())
    assert facts["diversity_training"] == pytest.approx((few / 255).std(0).mean())


def test_only_a_learned_noise_level_is_reported():
    images = small_images(20)
    assert "sigma" in latent_space(small_model(), images, images, images, DISTANCES)
    assert "sigma" not in latent_space(small_model(likelihood="bernoulli"), images, images, images, DISTANCES)
