"""Start as the best linear code, and let the convolutions learn what a linear code cannot say.

A model with `skip="linear"` has a linear path beside the convolutions, in encoder and decoder:

    m = convolutions(x) + a (E x + e)            logits = transposed convolutions(z) + a (D z + d)

The best linear code is known in closed form (`vae.linear_code`), so these layers need not be found by gradient descent.
With principal components U_i of the training images, variances l_i along them, c the mean image and v_i the posterior
variances of the best code at a KL weight of 1:

    m_i = (1 - v_i) / |W_i| u_i . (x - c),     log s_i^2 = log v_i,     W_i = sqrt(l_i (1 - v_i)) u_i

The decoder ends in a sigmoid, so the picture c + W z is only met to first order around c: with p = sigmoid(y) and
dp/dy = p (1 - p),

    a d = log(c / (1 - c)),     a D = W / (c (1 - c)).

The constant factor a is `vae.model.LINEAR_SCALE`.

All other layers start small. From the first step on the model is about as good as principal components are, the
codes have mean 0 and covariance I, as the prior has, and the noise level starts where it belongs.

At another KL weight w the best linear code is another one, and a model of that weight starts there: a larger w leaves
fewer components, each with a larger v_i. At w = 0 nothing ties the codes to N(0, I), neither their scale nor their
spread: they start as plain coordinates along the axes, W_i = u_i, and as points.

Sources: Tipping and Bishop, Probabilistic principal component analysis (1999); Lucas et al., Don't blame the ELBO!
(2019), where it is the optimum of the linear VAE.
"""

import numpy as np

from .linear_code import gaussian_code
from .model import LINEAR_SCALE, VAE
from .principal_components import PrincipalComponents

SMALL = 0.02  # factor on the layers at the end of the convolutional paths
EXTREME = 0.03  # the mean image is kept this far from 0 and 1, where the sigmoid is flat
POINT = 1e-4  # posterior variance without a KL term, which would have it ever smaller
MIN_RESIDUAL = (
    1.001  # components that hold all the variance would leave none for the noise: it counts as this share more
)
MIN_NOISE = 1e-6  # variance of a value, at least, for images that are all alike
SPARE_LOG_NOISE = 0.3  # the first-order step leaves more error than the linear code: log s^2 starts higher by this


def start_as_linear_code(model: VAE, components: PrincipalComponents, kl_weight: float = 1.0) -> None:
    """Set the parameters of an untrained model to those of the best linear code at a KL weight.

    Args:
        model: with a linear path; changed in place.
        components: of the training images, at most as many as the model has latent units; spare units start unused.

    Raises:
        ValueError: the model has no linear path, or there are more components than units.
    """
    count = len(components.variances)
    if model.skip != "linear" or count > model.latent:
        raise ValueError(
            f"start_as_linear_code: {count} components for a model of {model.latent} units with skip {model.skip!r}; "
            'expected skip "linear" and no more components than units'
        )
    total = max(components.total, MIN_RESIDUAL * components.variances.sum(), MIN_NOISE * components.dimensions)
    code = gaussian_code(components.variances, total, components.dimensions, kl_weight)
    sent = code.components
    axes, variances = components.axes[:, :sent].T.astype(np.float64), components.variances[:sent]
    if kl_weight > 0:
        left = code.distortions[:sent] / variances  # v_i, posterior variances
        lengths = np.sqrt(variances * (1 - left))  # |W_i|
    else:
        left, lengths = np.full(sent, POINT), np.ones(sent)
    centre = np.clip(components.centre.astype(np.float64), EXTREME, 1 - EXTREME)

    for layer in (model.to_mean, model.to_log_variance, model.decoder[-1]):
        _set(layer, SMALL * layer.weight.data, 0)
    spread = np.zeros(model.latent)
    spread[:sent] = np.log(left)
    _set(model.to_log_variance, model.to_log_variance.weight.data, spread)
    inward, outward = np.zeros((2, model.latent, components.dimensions))
    inward[:sent] = axes * ((1 - left) / lengths)[:, None]
    outward[:sent] = axes * lengths[:, None] / (centre * (1 - centre))
    _set(model.linear_encoder, inward / LINEAR_SCALE, -inward @ components.centre / LINEAR_SCALE)
    _set(model.linear_decoder, outward.T / LINEAR_SCALE, np.log(centre / (1 - centre)) / LINEAR_SCALE)
    if model.likelihood == "gaussian":
        model.log_noise.data[...] = np.log(code.noise) + SPARE_LOG_NOISE


def _set(layer, weight, bias):
    layer.weight.data[...] = weight
    layer.bias.data[...] = bias
