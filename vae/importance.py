"""The importance-weighted bound: closer to log p(x) than the ELBO, from several draws of z for each image.

    log p(x)  >=  L_K  =  E[ log ( 1/K sum_k w_k ) ],      w_k = p(x | z_k) p(z_k) / q(z_k | x),   z_k ~ q(z | x)

L_1 is the ELBO, and L_K rises with K towards log p(x). So it separates two reasons for a poor ELBO: a decoder that
explains the images poorly stays poor, an encoder that was fitted to another objective (another KL weight) is forgiven
more and more. With few draws the gap only narrows; it does not close.

Source: Burda, Grosse and Salakhutdinov, Importance weighted autoencoders (2016), equation 8 and theorem 1.
"""

import math
from typing import NamedTuple

import numpy as np

from autograd import no_grad

from .explore import BATCH
from .linear_map import LinearMap
from .model import VAE, as_floats


class Bounds(NamedTuple):
    """Two bounds from the same draws, in nats per image; less is better.

    Attributes:
        negative_elbo: -L_1, estimated with all K draws.
        weighted: -L_K.
    """

    negative_elbo: float
    weighted: float


@no_grad()
def importance_bounds(
    model: VAE, images: np.ndarray, draws: int, rng: np.random.Generator, linear_map: LinearMap | None = None
) -> Bounds:
    """-L_1 and -L_K, averaged over uint8 images (N, S, S, C), with K = `draws`; the decoder runs N K times.

    The prior of z is N(0, I), or N(0, I) through `linear_map`.
    """
    single, weighted = 0.0, 0.0
    with model.evaluating():
        for image in images:
            x = as_floats(image[None], model)
            mean, log_variance = (part.data for part in model.encode(x))
            weights = []
            for start in range(0, draws, BATCH):
                noise = rng.standard_normal((min(BATCH, draws - start), mean.shape[1]), dtype=mean.dtype)
                z = mean + np.exp(0.5 * log_variance) * noise
                log_posterior = _log_normal(noise) - 0.5 * log_variance.sum(dtype=np.float64)
                log_likelihood = model.log_likelihood(np.broadcast_to(x, (len(z), *x.shape[1:])), z).data
                weights.append(log_likelihood.astype(np.float64) + _log_prior(z, linear_map) - log_posterior)
            log_weights = np.concatenate(weights)
            largest = log_weights.max()
            single -= log_weights.mean() / len(images)
            weighted -= (largest + math.log(np.exp(log_weights - largest).mean())) / len(images)
    return Bounds(float(single), float(weighted))


def _log_normal(noise):
    """log N(noise; 0, I) of rows (N, K): (N,), float64."""
    squared = np.square(noise).sum(1, dtype=np.float64)
    return -0.5 * (squared + noise.shape[1] * math.log(2 * math.pi))


def _log_prior(z, linear_map):
    """log p(z) of latents (N, K): (N,). Through the map, eps = W (z - mu), and the density gains det W."""
    if linear_map is None:
        return _log_normal(z)
    return _log_normal(linear_map.to_noise(z)) + np.log(np.diag(linear_map.factor)).sum()
