import numpy as np
import pytest

from experiments.vae.settings import VaeSettings
from experiments.vae.yardsticks import linear_yardsticks, main_components


def lopsided(count: int) -> np.ndarray:
    """Pictures (N, 8, 8, 3) that vary on their left only."""
    images = np.full((count, 8, 8, 3), 128, np.uint8)
    images[:, :, :4] = np.random.default_rng(0).integers(0, 256, (count, 8, 4, 3))
    return images


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_with_mirror_the_yardsticks_are_fitted_to_mirrored_faces_too(likelihood):
    """A code that knows both sides misses as much of a picture as of its mirror image; one that knows one does not."""
    images = lopsided(60)

    def errors(mirror):
        how = {"kl_weights": [1.0], "latent": 4, "likelihood": likelihood, "mirror": mirror}
        both = images, images[:, :, ::-1]
        components = main_components(images, VaeSettings(latent=4, mirror=mirror))
        rng = np.random.default_rng([0, 4])
        return [linear_yardsticks(components, images, held, rng=rng, **how)[0].mse for held in both]

    straight, turned = errors(mirror=True)
    assert straight == pytest.approx(turned, rel=0.01)
    straight, turned = errors(mirror=False)
    assert straight < 0.8 * turned
