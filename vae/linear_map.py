"""A linear map between the prior and the decoder, so that draws of the prior land where the decoder was trained.

    eps ~ N(0, I)   --map-->   z = mu + W^-1 eps   --decode-->   picture              W lower triangular, W_kk > 0

The KL term pulls the code of each latent unit towards N(0, 1). It does not see units that vary *together*: over all
images, codes may be strongly correlated, and then z from N(0, I) is a kind of z that the decoder has never met. Let mu
and S be the mean and the covariance of the codes, each being drawn from its posterior. Then z from N(mu, S) is where
the decoder was trained, and the map with W^T W = S^-1 makes such z from eps.

**Why the map may stand there.** The decoder begins with a linear layer, h = A z + b. With the map before it,

    h = A (mu + W^-1 eps) + b = (A W^-1) eps + (A mu + b),

a linear layer again: the map and the layer are one layer of the same size (`absorb`). So this is a VAE of the same
architecture, and its prior is exactly N(0, I): the prior of eps. Only the encoder gains: its posterior
N(m, diag s^2) for z is N(W (m - mu), W diag(s^2) W^T) for eps, a normal with a full covariance.

**The bound stays exact.** A KL divergence does not change when both distributions go through one invertible map, so

    KL( N(m, diag s^2) || N(mu, (W^T W)^-1) )
        = 1/2 ( sum_k s_k^2 |W e_k|^2 + |W (m - mu)|^2 - K - 2 sum_k log W_kk - sum_k log s_k^2 )

with |W e_k| the length of column k of W. For mu = 0 and W = I it is the KL from N(0, I) of `vae.elbo`.

**The best map in closed form.** Averaged over images, only E|W (m - mu)|^2, sum_k E[s_k^2] |W e_k|^2 and log det W
depend on the map: minus the log-likelihood of a normal distribution with covariance (W^T W)^-1, for data of mean E[m]
and covariance S = Cov[m] + diag E[s^2]. So the best mu is the mean of the codes, and the best W is the inverse of the
Cholesky factor of S. No gradient descent is needed, and no gradient flows through the map: where a function is least in
W, its derivative along W is zero.

Sources: Ghosh et al., From variational to deterministic autoencoders (2020), for a distribution fitted to the codes
after training; Dai and Wipf, Diagnosing and enhancing VAE models (2019), for why codes leave the prior.
"""

from typing import NamedTuple, Self

import numpy as np

import autograd
from autograd import Tensor


class LinearMap(NamedTuple):
    """z = mu + W^-1 eps between K numbers eps and K latent units z.

    Attributes:
        mean: mu, (K,).
        factor: W, (K, K), lower triangular with a positive diagonal.
    """

    mean: np.ndarray
    factor: np.ndarray

    @classmethod
    def identity(cls, latent: int, dtype=np.float64) -> Self:
        """The map that changes nothing: mu = 0 and W = I of `latent` units."""
        return cls(np.zeros(latent, dtype), np.eye(latent, dtype=dtype))

    @classmethod
    def of_moments(cls, mean: np.ndarray, covariance: np.ndarray) -> Self:
        """The map whose z have this mean (K,) and covariance (K, K).

        Raises:
            ValueError: the covariance is not positive definite.
        """
        try:
            deviation = np.linalg.cholesky(covariance.astype(np.float64))
        except np.linalg.LinAlgError:
            raise ValueError("LinearMap: the covariance of the codes is not positive definite") from None
        return cls(mean.astype(np.float64), np.tril(np.linalg.inv(deviation)))

    @classmethod
    def fit(cls, means: np.ndarray, log_variances: np.ndarray) -> Self:
        """The map of least mean KL for posteriors of these means and log-variances, both (N, K)."""
        means = means.astype(np.float64)
        spread = np.diag(np.exp(log_variances.astype(np.float64)).mean(0))
        return cls.of_moments(means.mean(0), np.cov(means.T, ddof=0).reshape(spread.shape) + spread)

    def to_latents(self, noise: np.ndarray) -> np.ndarray:
        """z = mu + W^-1 eps of eps (N, K), in the dtype of eps."""
        return (self.mean + np.linalg.solve(self.factor, noise.T).T).astype(noise.dtype)

    def to_noise(self, latents: np.ndarray) -> np.ndarray:
        """eps = W (z - mu) of z (N, K), in the dtype of z."""
        return ((latents - self.mean) @ self.factor.T).astype(latents.dtype)

    def kl(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """KL(N(m, diag s^2) || N(mu, (W^T W)^-1)) in nats, (N,), for m and log s^2, both (N, K).

        The formula at the top of this file. mu and W count as constants.
        """
        factor, centre = self.factor.astype(mean.dtype), self.mean.astype(mean.dtype)
        lengths = np.square(factor).sum(0)  # |W e_k|^2
        distance = (mean - centre) @ factor.T
        varying = (autograd.exp(log_variance) * lengths - log_variance).sum(1) + (distance * distance).sum(1)
        constant = len(centre) + 2 * float(np.log(np.diag(factor)).sum())
        return 0.5 * (varying - constant)

    def mean_kl(self, means: np.ndarray, log_variances: np.ndarray) -> float:
        """`kl` averaged over images whose posteriors have these means and log-variances, both (N, K), in nats."""
        return float(self.kl(Tensor(means.astype(np.float64)), Tensor(log_variances.astype(np.float64))).data.mean())


class CodeMoments:
    """Running mean and covariance of the codes while the encoder trains: what the best map is computed from.

    Each batch of B posteriors moves the moments of q(z) by the share `momentum` towards its own, as the running
    statistics of batch normalisation move. They start at those of the prior, mean 0 and covariance I.

    Attributes:
        mean: E[m], (K,), float64.
        second: E[m m^T] + diag E[s^2], (K, K), float64.
    """

    def __init__(self, latent: int, momentum: float = 0.01):
        self.momentum = momentum
        self.mean, self.second = np.zeros(latent), np.eye(latent)

    def update(self, means: np.ndarray, log_variances: np.ndarray) -> None:
        """Take in a batch of posteriors: means and log-variances, both (B, K)."""
        means = means.astype(np.float64)
        second = means.T @ means / len(means) + np.diag(np.exp(log_variances.astype(np.float64)).mean(0))
        self.mean += self.momentum * (means.mean(0) - self.mean)
        self.second += self.momentum * (second - self.second)

    def best_map(self) -> LinearMap:
        """The map of least mean KL for codes of these moments."""
        return LinearMap.of_moments(self.mean, self.second - np.outer(self.mean, self.mean))

    def state(self) -> dict[str, np.ndarray]:
        """Copies of both moments: what to save."""
        return {"mean": self.mean.copy(), "second": self.second.copy()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take up moments that `state` gave; ValueError if they are of another number of units."""
        shapes = {name: np.shape(state.get(name, ())) for name in ("mean", "second")}
        if shapes != {"mean": self.mean.shape, "second": self.second.shape}:
            raise ValueError(f"the moments of the codes have shapes {shapes}, expected those of {len(self.mean)} units")
        self.mean, self.second = state["mean"].astype(np.float64), state["second"].astype(np.float64)


def absorb(layer, linear_map: LinearMap) -> None:
    """Put a map into the linear layer that follows it: h = A z + b becomes h = (A W^-1) eps + (A mu + b).

    `layer` is the decoder's first layer, an `nn.Linear` of K inputs; its arrays are changed in place.
    """
    weight = layer.weight.data.astype(np.float64)
    layer.bias.data += (weight @ linear_map.mean).astype(layer.bias.dtype)
    layer.weight.data[...] = np.linalg.solve(linear_map.factor.T, weight.T).T
