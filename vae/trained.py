"""A trained autoencoder in one file: its architecture, its parameters and the linear map from the prior.

    save("kl_1.npz", Trained(model, linear_map))
    trained = load("kl_1.npz")
    trained.sample(64, np.random.default_rng(0))      # new pictures (64, S, S, C) in [0, 1]

The file is an `autograd.tools.checkpoint`: arrays and JSON, nothing in it that could run.
"""

import os
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from autograd import checkpoint

from . import explore
from .linear_map import LinearMap
from .model import VAE
from .noise_level import best_log_noise

MAX_FIT = 4096  # training images that the map is fitted to: enough for a mean and a covariance
MAX_SIZE = 4096  # no architecture has a larger number in it; a damaged file must not ask for all memory


@dataclass(frozen=True)
class Trained:
    """A model after training, ready to be used: arrays in, arrays out.

    Attributes:
        model: the autoencoder; its batch normalisation uses the running statistics.
        linear_map: from eps ~ N(0, I) to latents z, as `vae.linear_map` derives it.
    """

    model: VAE
    linear_map: LinearMap

    def sample(self, count: int, rng: np.random.Generator, mapped: bool = True) -> np.ndarray:
        """`count` new pictures (count, S, S, C) in [0, 1]: draws of the prior N(0, I), decoded.

        With `mapped` the draws go through the linear map first; without it they go into the decoder as they are, as
        in training.
        """
        noise = rng.standard_normal((count, self.model.latent), dtype=self.model.dtype)
        return self.decode(self.linear_map.to_latents(noise) if mapped else noise)

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Posterior means and log-variances, both (N, K), of uint8 images (N, S, S, C), or floats in [0, 1]."""
        return explore.encode(self.model, images)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Pictures (N, S, S, C) in [0, 1] of latents z (N, K)."""
        return explore.decode(self.model, latents)

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Pictures (N, S, S, C) in [0, 1], decoded from the posterior means of images of the same shape."""
        return explore.reconstruct(self.model, images)


def finish(model: VAE, images: np.ndarray) -> Trained:
    """What is computed once, after training, from training images (N, S, S, C), uint8.

    Sets the model's noise level to its closed form (`vae.noise_level`), and fits the linear map to the codes.
    """
    if model.likelihood == "gaussian":
        model.log_noise.data[...] = best_log_noise(model, images)
    return Trained(model, LinearMap.fit(*explore.encode(model, images[:MAX_FIT])))


def save(path: str | os.PathLike[str], trained: Trained) -> None:
    """Write a trained model to a file, which appears only when it is complete."""
    linear_map = {"mean": trained.linear_map.mean, "factor": trained.linear_map.factor}
    values = {"architecture": trained.model.architecture(), "parameters": trained.model.state_dict()}
    checkpoint.save(path, {"autoencoder": values | {"linear_map": linear_map}})


def load(path: str | os.PathLike[str]) -> Trained:
    """The trained model that `save` wrote.

    Raises:
        OSError: the file is missing or cannot be read.
        ValueError: it is damaged or holds something else.
    """
    values = checkpoint.load(path)
    try:
        saved = values["autoencoder"]
        model = VAE(**_checked(saved["architecture"], saved["parameters"]), rng=np.random.default_rng(0))
        model.load_state_dict(saved["parameters"])
        linear_map = LinearMap(saved["linear_map"]["mean"], saved["linear_map"]["factor"])
        if linear_map.mean.shape != (model.latent,) or linear_map.factor.shape != (model.latent, model.latent):
            raise ValueError(f"the linear map has shape {linear_map.factor.shape}, the model {model.latent} units")
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"{path}: not a trained autoencoder ({error!r})") from None
    except ValueError as error:
        raise ValueError(f"{path}: not a trained autoencoder ({error})") from None
    return Trained(model, linear_map)


def _checked(architecture: dict, parameters: dict) -> dict:
    """The architecture, if its sizes are sane and it is no larger than what the file holds."""
    numbers = [architecture[name] for name in ("image_size", "channels", "latent")] + list(architecture["widths"])
    if not all(type(number) is int and 0 < number <= MAX_SIZE for number in numbers) or len(numbers) > 3 + 12:
        raise ValueError(f"its sizes are {numbers}, expected whole numbers up to {MAX_SIZE}")
    size, channels, latent, *widths = numbers
    values, features = size**2 * channels, (size // 2 ** len(widths)) ** 2 * widths[-1]
    least = 32 * sum(n * m for n, m in pairwise((channels, *widths))) + 3 * features * latent  # kernels and matrices
    least += 2 * values * latent * (architecture.get("skip") == "linear") + values * (architecture["noise"] != "shared")
    if least > sum(array.size for array in parameters.values()):
        raise ValueError("its architecture is larger than what it holds")  # before memory is asked for
    return architecture
