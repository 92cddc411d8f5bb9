"""The autoencoder's training step: uint8 images in, the study's own loss, every parameter updated."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from autograd import nn
from vae.elbo import elbo_terms
from vae.model import VAE, as_floats

from .sides import Precision, Side, Training

NEGATIVE_SLOPE = 0.2


@dataclass(frozen=True)
class Autoencoder:
    """A step of `vae.model.VAE` with its default Gaussian likelihood and a KL weight of 1.

    With `batch_norm`, batch norm and leaky ReLU follow every inner convolution in place of ReLU. These convolutions
    have no bias, because the normalisation would subtract it again.
    """

    batch: int = 64
    batch_norm: bool = False
    image_size: int = 64
    widths: tuple[int, ...] = (32, 64, 128, 256)
    latent: int = 64
    dtype: Precision = "float32"

    steps_in_one = 1

    def images(self) -> np.ndarray:
        """uint8 (batch, size, size, 3), the same at every call."""
        shape = (self.batch, self.image_size, self.image_size, 3)
        return np.random.default_rng(1).integers(0, 256, shape, np.uint8)

    def noise(self) -> np.random.Generator:
        """The generator for the latents. Both sides draw the same numbers with NumPy; this takes 0.01 % of a step."""
        return np.random.default_rng(2)

    def model(self) -> VAE:
        """The model as both sides start with it."""
        rng = np.random.default_rng(3)
        model = VAE(self.image_size, 3, self.widths, self.latent, rng=rng, dtype=np.dtype(self.dtype))
        if self.batch_norm:
            steps = list(pairwise((3, *self.widths)))
            model.encoder = [_normalised(nn.Conv2d, n, m, rng, self.dtype) for n, m in steps]
            inner = [_normalised(nn.ConvTranspose2d, m, n, rng, self.dtype) for n, m in reversed(steps[1:])]
            model.decoder = [*inner, model.decoder[-1]]
        return model

    def miniature(self) -> "Autoencoder":
        return replace(self, batch=2, image_size=2 ** len(self.widths), widths=(4,) * len(self.widths), latent=2)

    def ours(self) -> Side:
        model, images = self.model(), self.images()
        return Training(model, partial(_loss, model, images, self.noise()))


def _normalised(kind, channels, filters, rng, dtype):
    return nn.Sequential(
        kind(channels, filters, 4, rng, stride=2, padding=1, bias=False, dtype=dtype),
        nn.BatchNorm(filters, activation="leaky_relu", negative_slope=NEGATIVE_SLOPE, dtype=dtype),
    )


def _loss(model, images, noise):
    return elbo_terms(model, as_floats(images, model), noise).loss(kl_weight=1.0)
