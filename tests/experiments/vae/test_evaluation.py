import numpy as np

from experiments.vae.evaluation import sample_distances
from experiments.vae.settings import VaeSettings
from tests.fakes.small_vae import small_model
from vae.linear_map import LinearMap
from vae.principal_components import principal_components
from vae.trained import Trained


def test_the_frechet_distance_is_measured_along_64_axes_whatever_the_code_has():
    """More axes add distance: 64 of 128 must give what 64 give."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 32, 32, 3), dtype=np.uint8)
    found = []
    for count in (64, 100):
        components = principal_components(images, 100, np.random.default_rng(1)).first(count)
        trained = Trained(small_model(32), LinearMap.identity(3))
        found.append(sample_distances(trained, VaeSettings(latent=3), components, images[:200], images[200:]))
    assert found[0]["frechet_mapped"] == found[1]["frechet_mapped"]
