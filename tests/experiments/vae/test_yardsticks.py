import numpy as np
import pytest

from data.faces.load import Faces
from experiments.vae.yardsticks import linear_yardsticks

USUAL = {"seed": 0, "latent": 4, "kl_weights": [1.0]}


def faces(images) -> Faces:
    return Faces(images, tuple(map(str, range(len(images)))), (), "made up", "0" * 64)


def lopsided(count: int) -> np.ndarray:
    """Pictures (N, 8, 8, 3) that vary on their left only."""
    images = np.full((count, 8, 8, 3), 128, np.uint8)
    images[:, :, :4] = np.random.default_rng(0).integers(0, 256, (count, 8, 4, 3))
    return images


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_with_mirror_the_yardsticks_are_fitted_to_mirrored_faces_too(likelihood):
    """A code that knows both sides misses as much of a picture as of its mirror image; one that knows one does not."""
    images = lopsided(60)
    both = faces(images), faces(images[:, :, ::-1])

    def bars(**settings):
        settings = USUAL | {"likelihood": likelihood} | settings
        return [linear_yardsticks(settings, both[0], held_out)[0]["mse"] for held_out in both]

    straight, turned = bars(mirror=True)
    assert straight == pytest.approx(turned, rel=0.01)
    straight, turned = bars(mirror=False)
    assert straight < 0.8 * turned
    assert bars() == [straight, turned]  # a run folder of before there was such a flag
