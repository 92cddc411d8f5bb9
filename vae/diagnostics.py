"""Numbers that describe a trained model: its bound and errors, its latent units, and what they encode."""

import math
from dataclasses import dataclass

import numpy as np

from autograd import no_grad

from .elbo import Terms, bits_per_dim, posterior_terms
from .explore import BATCH, reconstruct
from .linear_map import LinearMap
from .model import VAE, as_floats

# A unit is active if its posterior mean varies over images by more than this, where the prior's variance is 1. (Burda,
# Grosse and Salakhutdinov 2016, section 5, whose 0.01 is for models trained to the end: early on, a unit that says
# nothing of the image may wander by as much.)
ACTIVE_VARIANCE = 0.1

SILENT_NATS = 0.1  # a latent unit of less KL than this tells almost nothing of the image
SAME_PICTURE = 0.35  # pictures that vary by less than this share of their originals look alike

# Conventions behind the verdicts; `verdict` says what each is for.
COLLAPSED_SHARE = 0.1
POINT_VARIANCE = 1e-4
UNUSED_NATS = 1.0
NEAR = 2.0


@dataclass(frozen=True)
class Evaluation(Terms[float]):
    """One pass over a set of images: the ELBO's terms in nats per image, and what follows from them."""

    bits_per_dim: float
    active_units: int


@no_grad()
def evaluate(model: VAE, images: np.ndarray, seed: int = 0, linear_map: LinearMap | None = None) -> Evaluation:
    """The ELBO's terms on images (N, S, S, C), uint8, with the prior N(0, I), or N(0, I) through `linear_map`.

    The noise is drawn from a generator of its own, seeded alike each time: evaluations of two epochs then differ
    by the model alone, and the generator that training uses is not touched.
    """
    rng = np.random.default_rng(seed)
    reconstruction, kl, means = 0.0, 0.0, []
    with model.evaluating():
        for start in range(0, len(images), BATCH):
            batch = as_floats(images[start : start + BATCH], model)
            mean, log_variance = model.encode(batch)
            terms = posterior_terms(model, batch, mean, log_variance, rng, linear_map)
            reconstruction += terms.reconstruction.item() * len(batch) / len(images)
            kl += terms.kl.item() * len(batch) / len(images)
            means.append(mean.data)
    bits = bits_per_dim(reconstruction + kl, math.prod(images.shape[1:]), model.likelihood)
    return Evaluation(reconstruction, kl, bits, int(active_units(np.concatenate(means)).sum()))


def active_units(means: np.ndarray) -> np.ndarray:
    """Which of the latent units vary with the image: (K,) booleans, from posterior means (N, K)."""
    return means.var(0) > ACTIVE_VARIANCE


def kl_per_unit(means: np.ndarray, log_variances: np.ndarray) -> np.ndarray:
    """KL of each unit in nats, averaged over images: (K,), from posterior means and log-variances (N, K)."""
    return 0.5 * (np.exp(log_variances) + np.square(means) - 1 - log_variances).mean(0)


def mean_squared_error(model: VAE, images: np.ndarray) -> float:
    """Mean over pixels of (image - reconstruction from the posterior mean)^2, values in [0, 1]."""
    total = 0.0
    for start in range(0, len(images), BATCH):
        batch = as_floats(images[start : start + BATCH], model)
        total += float(np.square(reconstruct(model, batch) - batch).sum(dtype=np.float64))
    return total / images.size


def psnr(mse: np.ndarray | float) -> np.ndarray:
    """Peak signal-to-noise ratio in dB for values in [0, 1]: -10 log10(mse), elementwise; infinite for equal pictures.

    Any shape goes in, the same comes out.
    """
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse)


def prior_gap(means: np.ndarray, log_variances: np.ndarray) -> np.ndarray:
    """How far, in nats, each unit's posteriors, all taken together, are from the prior: (K,).

    The KL term is the information that z carries about the image plus KL(q(z) || p(z)), where q(z) is the average of
    all posteriors (Hoffman and Johnson, ELBO surgery, 2016). This is the second part, with q(z) of a unit taken for the
    normal of its mean a and variance b:  1/2 (b + a^2 - 1 - log b).  Where it is large, draws of the prior are not
    where the decoder was trained. `covariance_gap` also sees units that vary together.
    """
    centre = means.mean(0)
    variance = means.var(0) + np.exp(log_variances).mean(0)
    return 0.5 * (variance + np.square(centre) - 1 - np.log(variance))


def covariance_gap(means: np.ndarray, log_variances: np.ndarray) -> float:
    """How far, in nats, all posteriors together are from the prior, from means and log-variances (N, K).

    As `prior_gap`, but q(z) is taken for the normal of its mean a and its full covariance S, so that units that vary
    together count too:  KL(N(a, S) || N(0, I)) = 1/2 (tr S + |a|^2 - K - log det S). What `vae.linear_map` removes.
    """
    means = means.astype(np.float64)
    spread = np.diag(np.exp(log_variances.astype(np.float64)).mean(0))
    covariance = np.cov(means.T, ddof=0).reshape(spread.shape) + spread
    centre = means.mean(0)
    return float(0.5 * (np.trace(covariance) + centre @ centre - len(centre) - np.linalg.slogdet(covariance)[1]))


def variance_kept(mse: float, images: np.ndarray, mean_image: np.ndarray) -> float:
    """The share of the pixels' variance around the mean image that reconstructions explain: 1 - mse / variance.

    `images` are uint8 (N, S, S, C), `mean_image` (S, S, C) has levels from 0 to 255. A decoder that gives the mean
    image whatever it is told keeps 0.
    """
    total = sum(np.square(images[i : i + BATCH] - mean_image).sum() for i in range(0, len(images), BATCH))
    return float(1 - mse * 255**2 * images.size / total) if total else math.nan


def verdict(
    *, kept: float, telling: int, units: int, gap: float, posterior_variance: float, samples: float, mapped: float,
    near: float,
) -> str:  # fmt: skip
    """The state of the latent space in two or three words, from numbers on held-out images.

    Args:
        kept: `variance_kept` by reconstructions.
        telling: units with a KL of `SILENT_NATS` or more, of `units`.
        gap: `covariance_gap`.
        posterior_variance: mean over images and units.
        samples, mapped: Frechet distance of decoded draws from N(0, I), and through the linear map.
        near: Frechet distance of the reconstructions, or the floor if that is larger.

    Returns:
        "collapsed": less than `COLLAPSED_SHARE` of the variance is kept: every image comes back as the mean image;
        "unused prior": draws from N(0, I) are further away than that, and the posteriors have shrunk to points
        (variance below `POINT_VARIANCE`) with nothing trained between them, or the gap exceeds `UNUSED_NATS` for each
        telling unit;
        "short code": fewer than half of the units tell anything, and what they tell is decoded;
        "healthy": draws from N(0, I) are within `NEAR` times the distance that reconstructions have: near;
        "healthy through the map": draws through the linear map are;
        "poor samples": neither are.
    """
    if kept < COLLAPSED_SHARE:
        return "collapsed"
    is_near = samples <= NEAR * near
    if not is_near and (posterior_variance < POINT_VARIANCE or gap > UNUSED_NATS * telling):
        return "unused prior"
    if telling < units / 2:
        return "short code"
    if is_near:
        return "healthy"
    return "healthy through the map" if mapped <= NEAR * near else "poor samples"


def diversity(images: np.ndarray) -> float:
    """How much uint8 pictures (N, ...) differ: standard deviation of a pixel over pictures, averaged over pixels."""
    return float(images.std(axis=0, dtype=np.float64).mean()) / 255  # whole numbers: exactly 0 for copies


def rms_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Root mean squared difference of uint8 pictures (..., H, W, C), black and white being 1 apart: shape (...)."""
    return np.sqrt(np.square(a / 255 - b / 255).mean(axis=(-3, -2, -1)))


def kept_variety(originals: np.ndarray, reconstructions: np.ndarray) -> float:
    """Diversity of reconstructions divided by that of their originals, uint8 (N, H, W, C): 0 if all look the same."""
    before = diversity(originals)
    return diversity(reconstructions) / before if before else math.nan


def distance_travelled(pairs: np.ndarray, interpolations: np.ndarray) -> float:
    """Distance between the decoded ends of interpolations (P, T, H, W, C), as a share of that of the real pairs
    (P, 2, H, W, C); uint8 pictures."""
    real = rms_distance(pairs[:, 0], pairs[:, 1]).mean()
    decoded = rms_distance(interpolations[:, 0], interpolations[:, -1]).mean()
    return float(decoded / real) if real else math.nan


def silent_units(kl: np.ndarray) -> int:
    """The number of latent units whose KL (K,) is below `SILENT_NATS`: posteriors close to the prior for any image."""
    return int((kl < SILENT_NATS).sum())


def factor_scores(
    latents: np.ndarray, factors: dict[str, np.ndarray], test_latents: np.ndarray, test_factors: dict[str, np.ndarray]
) -> dict[str, float]:
    """How well each true factor can be read from latents by a linear map: R squared on other images.

    The map is fitted by least squares to latents (N, K) and factors (N,), and tried on latents (M, K) and factors (M,).
    Latents drawn from the posterior tell what the decoder is told; their means alone may move in step with a factor by
    less than the noise around them.
    Factors of whole numbers are categories: they count as columns of 0 and 1, one for each category, scored together.
    A factor that does not vary has no score: NaN.
    """
    design, test_design = _with_constant(latents), _with_constant(test_latents)
    scores = {}
    for name, values in factors.items():
        categories = np.unique(values)
        target, truth = _columns(values, categories), _columns(test_factors[name], categories)
        weights, *_ = np.linalg.lstsq(design, target, rcond=None)
        spread = np.square(truth - truth.mean(0)).sum()
        error = np.square(truth - test_design @ weights).sum()
        scores[name] = float(1 - error / spread) if spread else math.nan
    return scores


def factor_directions(means: np.ndarray, factors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """By how much the posterior means (N, K) change, (K,), when a factor (N,) grows by one standard deviation.

    The slope of a least-squares line for each unit, from each factor alone; factors without an order, or of one value,
    are left out.
    """
    centred = means - means.mean(0)
    directions = {}
    for name, values in factors.items():
        if values.dtype.kind == "f" and values.std() > 0:
            standard = (values - values.mean()) / values.std()
            directions[name] = (standard @ centred / len(means)).astype(np.float32)
    return directions


def _with_constant(latents):
    return np.column_stack([latents, np.ones(len(latents))]).astype(np.float64)


def _columns(values, categories):
    """A factor as columns of numbers (N, 1), or of 0 and 1 (N, categories)."""
    return values[:, None].astype(np.float64) if values.dtype.kind == "f" else (values[:, None] == categories) * 1.0
