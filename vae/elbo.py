"""The evidence lower bound, in nats per image.

    log p(x)  >=  ELBO  =  E_q[log p(x | z)] - KL(q(z | x) || p(z)),      q = N(m, s^2),   p(z) = N(0, 1)

Both terms are kept with a plus sign, as costs: `reconstruction` = -log p(x | z), summed over pixels, and `kl`, summed
over latent units; both averaged over images and nothing else. (Averaging either over pixels or units as well, the
commonest slip, multiplies the weight between them by thousands.) Training minimises reconstruction + w * kl. With w
other than 1 that is no bound, so what is reported and compared is always the plain negative ELBO.
"""

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

import autograd
from autograd import Tensor

from .linear_map import LinearMap
from .model import VAE

Nats = TypeVar("Nats", Tensor, float)


@dataclass(frozen=True)
class Terms(Generic[Nats]):
    """The two costs in nats, averaged over images: tensors of one number in training, plain numbers in reports."""

    reconstruction: Nats
    kl: Nats

    @property
    def negative_elbo(self) -> Nats:
        """The bound itself, both terms unweighted: `loss` with a weight of 1. Less is better."""
        return self.reconstruction + self.kl

    def loss(self, kl_weight: float) -> Nats:
        """What training minimises: reconstruction + kl_weight * kl."""
        return self.reconstruction + kl_weight * self.kl


def elbo_terms(model: VAE, images, rng: np.random.Generator, linear_map: LinearMap | None = None) -> Terms[Tensor]:
    """The two terms for a batch of images (N, S, S, C) in [0, 1], with one draw of z for each.

    The prior of z is N(0, I), or N(0, I) through `linear_map`.

    Source: Kingma and Welling, Auto-Encoding Variational Bayes (2014), equation 10.
    """
    mean, log_variance = model.encode(images)
    return posterior_terms(model, images, mean, log_variance, rng, linear_map)


def posterior_terms(
    model: VAE, images, mean, log_variance, rng: np.random.Generator, linear_map: LinearMap | None = None
) -> Terms[Tensor]:
    """The two terms for images whose posteriors are N(m, s^2): mean and log-variance, both (N, latent)."""
    z = model.reparameterize(mean, log_variance, rng)
    reconstruction = -model.log_likelihood(images, z).mean()
    kl = linear_map.kl(mean, log_variance) if linear_map else autograd.kl_standard_normal(mean, log_variance)
    return Terms(reconstruction, kl.mean())


def bits_per_dim(negative_elbo: float, dimensions: int, likelihood: str) -> float:
    """Nats per image as bits per pixel value.

    A Gaussian's density is of values in [0, 1]. There the 256 grey levels lie 1/255 apart, so the probability of a
    level is the density / 255: log2 255, all but 8, bits more. The Bernoulli surrogate has no such reading and is
    only rescaled.
    """
    level_bits = math.log2(255) if likelihood == "gaussian" else 0
    return negative_elbo / (dimensions * math.log(2)) + level_bits
