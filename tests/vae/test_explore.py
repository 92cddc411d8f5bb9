import numpy as np
import pytest

from tests.fakes.small_vae import small_images, small_model
from vae import explore


def test_encode_and_decode_give_arrays_in_batches_that_do_not_show(monkeypatch):
    model, images = small_model(), small_images(7)
    whole = explore.encode(model, images)
    pictures = explore.decode(model, whole[0])
    monkeypatch.setattr(explore, "BATCH", 3)
    for one, other in zip(whole, explore.encode(model, images), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(explore.decode(model, whole[0]), pictures, rtol=1e-5, atol=1e-6)
    assert {type(a) for a in (*whole, pictures)} == {np.ndarray}


def test_bytes_and_their_values_between_0_and_1_are_encoded_alike():
    model, images = small_model(), small_images(4)
    np.testing.assert_array_equal(*(explore.encode(model, x)[0] for x in (images, (images / 255).astype(np.float32))))


def test_reconstruct_decodes_the_posterior_mean():
    model, images = small_model(), small_images(4)
    np.testing.assert_array_equal(
        explore.reconstruct(model, images), explore.decode(model, explore.encode(model, images)[0])
    )


def ends(seed=0, latent=32, dtype=np.float32):
    return np.random.default_rng(seed).standard_normal((2, latent)).astype(dtype)


@pytest.mark.parametrize("spherical", [False, True])
def test_an_interpolation_has_both_ends_and_as_many_points_as_asked(spherical):
    start, end = ends()
    path = explore.interpolate(start, end, 9, spherical)
    assert path.shape == (9, 32)
    assert path.dtype == np.float32
    np.testing.assert_allclose(path[0], start, rtol=1e-6)
    np.testing.assert_allclose(path[-1], end, rtol=1e-6, atol=1e-6)


def test_a_linear_interpolation_goes_in_equal_steps():
    start, end = ends(dtype=np.float64)
    np.testing.assert_allclose(np.diff(explore.interpolate(start, end, 5), axis=0), [(end - start) / 4] * 4)


def test_a_spherical_interpolation_keeps_the_norm_and_turns_by_equal_angles():
    start, end = ends(dtype=np.float64)
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    path = explore.interpolate(start, end, 6, spherical=True)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), np.linalg.norm(start))
    unit = path / np.linalg.norm(path, axis=1, keepdims=True)
    angles = np.arccos((unit[1:] * unit[:-1]).sum(1))
    np.testing.assert_allclose(angles, angles[0])
    straight = explore.interpolate(start, end, 6)
    assert np.linalg.norm(straight[2]) < 0.9 * np.linalg.norm(start)


@pytest.mark.parametrize("end", [[1.0, 0, 0], [-1.0, 0, 0]])
def test_where_no_arc_is_defined_a_spherical_interpolation_is_straight(end):
    start = np.array([1.0, 0, 0])
    np.testing.assert_allclose(
        explore.interpolate(start, np.array(end), 3, spherical=True), explore.interpolate(start, np.array(end), 3)
    )


def test_the_latent_zero_may_be_an_end():
    path = explore.interpolate(np.zeros(3), np.ones(3), 3, spherical=True)
    np.testing.assert_allclose(path[[0, 2]], [[0, 0, 0], [1, 1, 1]])
    assert np.isfinite(path).all()


def test_main_axes_are_those_of_the_codes_covariance_largest_first():
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    means = rng.standard_normal((5000, 4)) * [0.5, 3.0, 1.0, 0.1] @ rotation + 7
    axes = explore.main_axes(means, 3)
    np.testing.assert_allclose(axes.deviations, [3, 1, 0.5], rtol=0.05)
    np.testing.assert_allclose(np.abs(axes.directions @ rotation[[1, 2, 0]].T), np.eye(3), atol=0.05)
    np.testing.assert_allclose(axes.shares, np.array([9, 1, 0.25]) / 10.26, rtol=0.05)
    assert len(explore.main_axes(means, 9).shares) == 4


def test_traverse_moves_a_latent_along_one_axis_and_leaves_its_other_coordinates():
    rng = np.random.default_rng(0)
    means = rng.standard_normal((50, 4)) @ rng.standard_normal((4, 4))
    axes, values = explore.main_axes(means, 2), np.array([-3.0, 0.5, 3.0])
    walked = explore.traverse(means[0], axes, values)
    assert walked.shape == (2, 3, 4)
    coordinates = (walked - axes.centre) @ axes.directions.T  # (2, 3, 2)
    for row, other in ((0, 1), (1, 0)):
        np.testing.assert_allclose(coordinates[row, :, row], values * axes.deviations[row])
        np.testing.assert_allclose(coordinates[row, :, other], (means[0] - axes.centre) @ axes.directions[other])


def test_nearest_finds_what_the_definition_finds_both_ways_round():
    rng = np.random.default_rng(0)
    gallery = rng.integers(0, 256, (2500, 4, 4, 3), dtype=np.uint8)  # several blocks
    images = rng.integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
    images[0] = gallery[2400]
    images[1] = gallery[1300, :, ::-1]
    both = np.concatenate([gallery, gallery[:, :, ::-1]])
    distances = np.square(images[:, None] / 255 - both[None] / 255).sum((2, 3, 4))
    found = explore.nearest(images, gallery)
    np.testing.assert_array_equal(found, both[distances.argmin(1)])
    np.testing.assert_array_equal(found[:2], images[:2])
