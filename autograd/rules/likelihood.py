"""The three terms of a variational autoencoder, in nats per image: sums over all axes but the first.

Each is one rule: the sum over pixels needs no array per logarithm, and the backward pass is a single product.
Sums, never means: a density multiplies over pixels, so its logarithm adds up (Kingma and Welling, Auto-Encoding
Variational Bayes, 2014, section 3 and appendix B).

Taught by docs/09-vae.md.
"""

import math

import numpy as np

from ..kernels.logistic import sigmoid, softplus
from .loss import require_same_shape
from .registry import rule

LOG_TWO_PI = math.log(2 * math.pi)


def _sum_per_image(x):
    return x.sum(tuple(range(1, x.ndim)))


def _over(g, like):
    """g, one number per image, with axes of size 1 to broadcast against an array of images."""
    return g.reshape(-1, *(1,) * (like.ndim - 1))


@rule
def bernoulli_log_likelihood(logits, x):
    """sum t log p + (1-t) log(1-p), with p = sigmoid(a), for logits a and pixels t in [0, 1], both (N, ...) -> (N,).

    log p = a - softplus(a) and log(1-p) = -softplus(a), so each term is t a - softplus(a), which
    no logit overflows (``kernels/logistic.py``). Backward: (t - p) g, and a g for the pixels.

    For pixels 0 and 1 this is a probability. For grey levels it is a surrogate: its best value, at p = t, is not 0
    but minus the entropy of the grey levels, and no normalised density of t has this form.
    """
    require_same_shape(logits=logits, x=x)

    def vjp_logits(g):
        return (x - sigmoid(logits)) * _over(g, logits)

    return _sum_per_image(x * logits - softplus(logits)), vjp_logits, lambda g: logits * _over(g, logits)


@rule
def gaussian_log_likelihood(mean, log_variance, x):
    """log N(x; m, s^2), summed: -1/2 sum (log 2 pi + log s^2 + (x - m)^2 / s^2), for m and x (N, ...) -> (N,).

    `log_variance` = log s^2 has the shape of x, or one that broadcasts to it: a single number is one noise level
    shared by all pixels. Working with the logarithm keeps the variance positive without a constraint. Raises
    ValueError for other shapes.

    With the precision e = 1/s^2 and de/d(log s^2) = -e. Backward: e (x - m) g for m, the negative for x, and
    1/2 (e (x - m)^2 - 1) g for log s^2.
    """
    require_same_shape(mean=mean, x=x)
    if np.broadcast_shapes(log_variance.shape, x.shape) != x.shape:
        raise ValueError(f"log_variance has shape {log_variance.shape}, which does not broadcast to x {x.shape}")
    error = x - mean
    largest = math.floor(math.log(np.finfo(log_variance.dtype).max))
    precision = np.exp(np.minimum(-log_variance, largest))  # finite: an error of 0 times an infinity would be NaN
    weighted = error * precision
    terms = error * weighted
    terms += log_variance + LOG_TWO_PI

    def vjp_log_variance(g):
        return (error * weighted - 1) * _over(0.5 * g, x)

    value = -0.5 * _sum_per_image(terms)
    return value, lambda g: weighted * _over(g, x), vjp_log_variance, lambda g: weighted * _over(-g, x)


@rule
def kl_standard_normal(mean, log_variance):
    """KL(N(m, s^2) || N(0, 1)) = 1/2 sum (s^2 + m^2 - 1 - log s^2), for m and log s^2, both (N, ...) -> (N,).

    It is E[log q - log p] under q = N(m, s^2): the entropies' log 2 pi cancel, E_q[(z - m)^2] / s^2 = 1 and
    E_q[z^2] = s^2 + m^2. Never negative; zero where m = 0 and s = 1.
    Backward: m g, and 1/2 (s^2 - 1) g for log s^2.
    """
    require_same_shape(mean=mean, log_variance=log_variance)
    variance = np.exp(log_variance)
    value = 0.5 * _sum_per_image(variance + mean * mean - 1 - log_variance)
    return value, lambda g: mean * _over(g, mean), lambda g: (variance - 1) * _over(0.5 * g, mean)
