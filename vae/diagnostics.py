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

# Conventions of ours, in nats for each latent unit: on faces, weights of 1, 100 and 0 differ from them by far.
COLLAPSED_NATS = 0.25  # a code of less than this says hardly anything
UNUSED_NATS = 1.0  # posteriors taken together that are further than this from the prior are somewhere else
SILENT_NATS = 0.1  # a unit of less than this tells almost nothing of the image
SAME_PICTURE = 0.35  # pictures that vary by less than this share of their originals look alike
POINT_VARIANCE = 1e-4  # mean posterior variance below which posteriors are points, with nothing trained between them


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
    all posteriors (Hoffman and Johnson, ELBO surgery, 2016). This is the second part, with q(z) taken for a normal of
    its mean a and variance b:  1/2 (b + a^2 - 1 - log b).  Where it is large, draws of the prior are not where the
    decoder was trained.
    """
    centre = means.mean(0)
    variance = means.var(0) + np.exp(log_variances).mean(0)
    return 0.5 * (variance + np.square(centre) - 1 - np.log(variance))


def verdict(means: np.ndarray, log_variances: np.ndarray) -> str:
    """What has become of the latent space, from posterior means and log-variances (N, K): one of

    "collapsed": the code says hardly anything of the image; most units say nothing at all, and images are decoded to
    pictures far more alike than they are;
    "unused prior": the posteriors have left the prior, or have shrunk to points of it: either way a draw of the prior
    hits next to nothing that the decoder was trained on;
    "healthy": neither.

    The count of active units alone does not tell a collapse: many may be just above the line. Nor does a small
    posterior variance tell an unused prior before it vanishes: a good model, too, knows well where an image lies.
    """
    if kl_per_unit(means, log_variances).mean() < COLLAPSED_NATS:
        return "collapsed"
    points = np.exp(log_variances).mean() < POINT_VARIANCE
    if points or prior_gap(means, log_variances).mean() > UNUSED_NATS:
        return "unused prior"
    return "healthy"


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
    means: np.ndarray, factors: dict[str, np.ndarray], test_means: np.ndarray, test_factors: dict[str, np.ndarray]
) -> dict[str, float]:
    """How well each true factor can be read from posterior means by a linear map: R squared on other images.

    The map is fitted by least squares to means (N, K) and factors (N,), and tried on means (M, K) and factors (M,).
    Factors of whole numbers are categories: they count as columns of 0 and 1, one for each category, scored together.
    A factor that does not vary has no score: NaN.
    """
    design, test_design = _with_constant(means), _with_constant(test_means)
    scores = {}
    for name, values in factors.items():
        categories = np.unique(values)
        target, truth = _columns(values, categories), _columns(test_factors[name], categories)
        weights, *_ = np.linalg.lstsq(design, target, rcond=None)
        spread = np.square(truth - truth.mean(0)).sum()
        error = np.square(truth - test_design @ weights).sum()
        scores[name] = float(1 - error / spread) if spread else math.nan
    return scores


def _with_constant(means):
    return np.column_stack([means, np.ones(len(means))]).astype(np.float64)


def _columns(values, categories):
    """A factor as columns of numbers (N, 1), or of 0 and 1 (N, categories)."""
    return values[:, None].astype(np.float64) if values.dtype.kind == "f" else (values[:, None] == categories) * 1.0
