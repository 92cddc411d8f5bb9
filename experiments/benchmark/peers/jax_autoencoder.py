"""The autoencoder and its loss in JAX, channels last; for the one without batch norm."""

import math
from functools import partial

import jax
from jax import lax
from jax import numpy as jnp

from ..autoencoder import Autoencoder
from ..sides import Side
from .jax_training import JaxTraining

LAYOUT = ("NHWC", "OIHW", "NHWC")


def side(problem: Autoencoder) -> Side:
    """Raises ValueError with batch norm, which only PyTorch is compared with."""
    if problem.batch_norm:
        raise ValueError("the autoencoder with batch norm has no side in JAX")
    images, noise = jnp.array(problem.images()), problem.noise()
    shape = (problem.batch, problem.latent)
    return JaxTraining(
        problem.model(),
        partial(_loss, len(problem.widths)),
        lambda: (images, noise.standard_normal(shape, problem.dtype)),
    )


def _loss(layers, parameters, images, drawn):
    """The negative ELBO in nats per image."""
    x = images.astype(drawn.dtype) / 255
    hidden = x
    for k in range(layers):
        hidden = jax.nn.relu(_convolution(hidden, *_of(parameters, f"encoder.{k}")))
    shape = hidden.shape
    hidden = hidden.reshape(len(x), -1)
    mean, log_variance = (_linear(hidden, *_of(parameters, name)) for name in ("to_mean", "to_log_variance"))
    log_variance = jnp.clip(log_variance, -12, 12)
    z = mean + jnp.exp(0.5 * log_variance) * drawn
    hidden = jax.nn.relu(_linear(z, *_of(parameters, "from_latent"))).reshape(shape)
    for k in range(layers):
        hidden = _transposed(hidden, *_of(parameters, f"decoder.{k}"))
        hidden = jax.nn.relu(hidden) if k < layers - 1 else jax.nn.sigmoid(hidden)
    log_noise = parameters["log_noise"]
    constant = x.size * (log_noise + math.log(2 * math.pi))
    reconstruction = 0.5 * (jnp.exp(-log_noise) * jnp.sum((hidden - x) ** 2) + constant)
    kl = 0.5 * jnp.sum(jnp.exp(log_variance) + mean * mean - 1 - log_variance)
    return (reconstruction + kl) / len(x)


def _of(parameters, layer):
    return parameters[f"{layer}.weight"], parameters[f"{layer}.bias"]


def _linear(x, weight, bias):
    return x @ weight.T + bias


def _convolution(x, weight, bias):
    """Kernels of 4 x 4, stride 2, padding 1; the weight is (F, C, 4, 4)."""
    return lax.conv_general_dilated(x, weight, (2, 2), ((1, 1), (1, 1)), dimension_numbers=LAYOUT) + bias


def _transposed(x, weight, bias):
    """Its adjoint: a convolution of x with zeros between its pixels; the weight is (C_in, F_out, 4, 4)."""
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    y = lax.conv_general_dilated(x, turned, (1, 1), ((2, 2), (2, 2)), lhs_dilation=(2, 2), dimension_numbers=LAYOUT)
    return y + bias
