"""The best linear code at a KL weight, in closed form: the yardstick for an autoencoder trained with that weight.

Take a VAE whose decoder is linear, x = W z + c + noise of variance s^2 in each of D values, and whose encoder is free.
The minimum of its loss at KL weight w has a closed form. Write l_i for the variance of the pictures along principal
component i.

1. Given W and s^2, the best posterior is q(z|x) ~ p(z) exp(-|x - c - W z|^2 / (2 w s^2)): the true one, had the noise
   variance w s^2. What is left is the likelihood of such a model, and its best W lies along the components with
   |W_i|^2 = l_i - w s^2 where that is positive, 0 elsewhere (Tipping and Bishop 1999 for w = 1).
2. So component i is sent if l_i > w s^2, with a posterior of variance v_i = w s^2 / l_i. Its error, z being drawn and
   not set to the mean, is v_i^2 l_i from the mean's shrinking plus |W_i|^2 v_i from the draw:
   d_i = w s^2 together, l_i for one that is not sent. As E[m^2] = 1 - v_i, its KL is
   r_i = 1/2 (E[m^2] + v_i - 1 - ln v_i) = 1/2 ln(l_i / d_i).
   This is reverse water-filling: the error is level at w s^2, and what sticks out is coded.
3. With s^2 learned as well, the loss D/2 ln(2 pi s^2) + sum_i d_i / (2 s^2) + w sum_i r_i is convex in ln s^2:
   its derivative is 1/2 (D - sum_i min(w, l_i / s^2)), which rises. It is least at s^2 = sum_i d_i / D.
   With n components sent that reads s^2 = (sum_(i>n) l_i) / (D - w n), and one n fits.

A larger w raises the threshold w s^2 by more than its own factor, since what is no longer sent becomes noise. Yet
nothing at all is sent only if w s^2 >= l_1 with s^2 = sum_i l_i / D, that is, if the first component holds no more than
w / D of the variance (`collapse_weight`): with the D = 12,288 values of a picture of 64 x 64, a weight of 100 silences
only a component below 0.8 %.

Sources: Cover and Thomas, Elements of Information Theory, section 10.3.3, for reverse water-filling; Lucas, Tucker,
Grosse and Norouzi, Don't blame the ELBO! (2019), for linear VAEs with learned noise; Alemi et al., Fixing a broken ELBO
(2018), for the weight as the price of rate in distortion; Dai and Wipf, Diagnosing and enhancing VAE models (2019), for
what learning s^2 does.
"""

import math
from typing import NamedTuple

import numpy as np

from .principal_components import PrincipalComponents


class LinearCode(NamedTuple):
    """The best linear code at a KL weight.

    Attributes:
        noise: s^2, the variance of the decoder's noise.
        variances: l_i of the components, (K,).
        distortions: d_i, the expected squared error of each component when z is drawn from the posterior, (K,).
    """

    noise: float
    variances: np.ndarray
    distortions: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        """KL of each component in nats, (K,): 1/2 ln(l_i / d_i); infinite where the distortion is 0."""
        sent = self.variances > self.distortions
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(sent, 0.5 * np.log(self.variances / self.distortions), 0.0)

    @property
    def components(self) -> int:
        """How many components are sent."""
        return int((self.variances > self.distortions).sum())


def gaussian_code(variances: np.ndarray, total: float, dimensions: int, kl_weight: float) -> LinearCode:
    """The best code with one learned noise level, for pictures of `dimensions` values.

    Args:
        variances: l_i of the components that a code may use, (K,), largest first.
        total: the sum of the variances of all components, used or not.

    Raises:
        ValueError: the loss has no minimum, because the code can be exact and the noise 0.
    """
    sent = 0
    left = total - np.cumsum(variances, dtype=np.float64)
    noise = total / dimensions
    while sent < len(variances) and variances[sent] > kl_weight * noise:
        noise = left[sent] / (dimensions - kl_weight * (sent + 1))
        sent += 1
    if not noise > 0:
        raise ValueError(f"gaussian_code: {len(variances)} components hold all the variance: nothing is left for noise")
    return LinearCode(float(noise), variances, np.minimum(variances, kl_weight * noise))


def collapse_weight(variances: np.ndarray, total: float, dimensions: int) -> float:
    """The smallest KL weight at which the best code with learned noise sends nothing: D l_1 / sum_i l_i."""
    return float(dimensions * variances[0] / total)


def bernoulli_code(variances: np.ndarray, kl_weight: float) -> LinearCode:
    """The best code under the Bernoulli surrogate, to second order around the mean picture p.

    With logits a = logit(p) + u,  -log p(x|a) = softplus(a) - x a  is, to second order in u and up to a constant,
    (y - v)^2 / 2  with  y = (x - p) / sqrt(p (1 - p))  and  v = sqrt(p (1 - p)) u: a Gaussian of variance 1 in pictures
    that were divided by `bernoulli_deviations`. `variances` (K,) are of the components of those. Nothing about this
    noise is learned, so the threshold is w itself, and the weight of collapse the first variance.
    """
    return LinearCode(1.0, variances, np.minimum(variances, kl_weight))


def bernoulli_deviations(images: np.ndarray) -> np.ndarray:
    """sqrt(p (1 - p)), (D,), of the mean p of uint8 pictures (N, S, S, C); a value that never varies counts as 0.01."""
    mean = images.reshape(len(images), -1).mean(0, dtype=np.float64) / 255
    return np.sqrt(np.maximum(mean * (1 - mean), 1e-4)).astype(np.float32)


def gaussian_terms(code: LinearCode, components: PrincipalComponents, images: np.ndarray) -> tuple[float, float]:
    """(reconstruction, KL) in nats per picture of a code with learned noise, on uint8 pictures (N, S, S, C).

    The ELBO's terms as `vae.elbo` defines them, with the expectation over z in closed form. On pictures other than
    those that the code was fitted to, their second moments along the axes replace the variances.
    """
    coordinates, squared = components.project(images)
    moments = np.square(coordinates).mean(0, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        v = np.where(code.variances > 0, code.distortions / code.variances, 1.0)  # posterior variances
        kl = 0.5 * np.where(code.variances > 0, (1 - v) * moments / code.variances + v - 1 - np.log(v), 0.0).sum()
    errors = squared.mean() - moments.sum() + (v**2 * moments + (code.variances - code.distortions) * v).sum()
    reconstruction = 0.5 * (components.dimensions * math.log(2 * math.pi * code.noise) + errors / code.noise)
    return float(reconstruction), float(kl)
