"""A model and images small enough for tests, and a linear-Gaussian model of which everything is known."""

from contextlib import nullcontext

import numpy as np

from autograd import Tensor, gaussian_log_likelihood
from vae.model import VAE


def small_model(size=16, widths=(4, 6), latent=3, likelihood="gaussian", dtype=np.float32, seed=0, **options):
    rng = np.random.default_rng(seed)
    return VAE(size, 3, widths, latent, rng=rng, likelihood=likelihood, dtype=dtype, **options)


def small_images(count=20, size=16, seed=1):
    """uint8 images with something to learn: a colour each, brighter from top to bottom."""
    rng = np.random.default_rng(seed)
    colours = rng.integers(40, 200, (count, 1, 1, 3))
    slope = np.linspace(-30, 30, size).astype(int)[:, None, None]
    return np.broadcast_to(colours + slope, (count, size, size, 3)).astype(np.uint8)


class LinearModel:
    """x = W z + c + noise of variance v, z from N(0, 1): with the methods that elbo_terms asks of a VAE.

    Everything about it is known (Bishop, Pattern Recognition and Machine Learning, section 12.2): with
    M = W^T W + v I, the posterior is N(M^-1 W^T (x - c), v M^-1), and the marginal N(c, W W^T + v I). The columns of W
    are orthogonal, so that the posterior covariance is diagonal, as an encoder's is.
    """

    def __init__(self, pixels=6, latent=3, noise=0.3, seed=0):
        rng = np.random.default_rng(seed)
        self.w = np.linalg.qr(rng.standard_normal((pixels, latent)))[0] * [2.0, 1.0, 0.4][:latent]
        self.c, self.noise, self.latent = rng.standard_normal(pixels), noise, latent
        self.m = np.diag(self.w.T @ self.w) + noise
        self.shift, self.stretch, self.dtype = 0.0, 1.0, np.dtype(np.float64)  # by which the encoder is wrong

    def sample(self, count, rng):
        z = rng.standard_normal((count, self.latent))
        return z @ self.w.T + self.c + np.sqrt(self.noise) * rng.standard_normal((count, len(self.c)))

    def log_marginal(self, x):
        """log p(x) of each row."""
        covariance = self.w @ self.w.T + self.noise * np.eye(len(self.c))
        centred = x - self.c
        squared = (centred @ np.linalg.inv(covariance) * centred).sum(1)
        return -0.5 * (squared + np.linalg.slogdet(2 * np.pi * covariance)[1])

    def encode(self, x):
        mean = (x - self.c) @ self.w / self.m + self.shift
        return Tensor(mean), Tensor(np.broadcast_to(np.log(self.stretch * self.noise / self.m), mean.shape).copy())

    def evaluating(self):
        return nullcontext()

    reparameterize = VAE.reparameterize
    _tensor = VAE._tensor

    def log_likelihood(self, x, z):
        return gaussian_log_likelihood(z @ self.w.T + self.c, Tensor(np.array(np.log(self.noise))), x)
