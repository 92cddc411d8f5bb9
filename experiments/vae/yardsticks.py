"""The linear yardsticks of a run: what PCA with as many numbers misses, and what the best linear code would spend."""

import numpy as np

from data.faces.load import Faces
from vae import linear_code
from vae.principal_components import PrincipalComponents, pca_error, principal_components

Row = tuple[float, str, float]


def linear_yardsticks(settings, training: Faces, held_out: Faces) -> tuple[dict[str, float], list[Row]]:
    """The PCA bar for config.json, and the rows of `linear_code.csv`, on held-out images.

    Both are fitted to what the network was trained on: with `mirror`, every training image and its mirror image.
    Metrics of a linear code: `components` that it sends, its `kl`, and where the noise is learned `sigma`,
    `reconstruction` and `neg_elbo`, nats per image as in final.csv; the weight of `collapse`, the same in every weight.
    """
    images, seed = training.images, settings["seed"]
    if settings.get("mirror"):
        images = np.concatenate([images, images[:, :, ::-1]])
    count = min(settings["latent"], len(training) // 2)
    plain = principal_components(images, count, np.random.default_rng([seed, 4]))
    bar = {"components": count, "mse": pca_error(plain, held_out.images)}
    if settings["likelihood"] == "gaussian":
        rows = [row for weight in settings["kl_weights"] for row in _gaussian(plain, weight, held_out.images)]
    else:
        deviations = linear_code.bernoulli_deviations(images)
        scaled = principal_components(images, count, np.random.default_rng([seed, 4]), deviations)
        rows = [row for weight in settings["kl_weights"] for row in _bernoulli(scaled, weight)]
    return bar, rows


def _gaussian(plain: PrincipalComponents, weight: float, held_out: np.ndarray) -> list[Row]:
    spectrum = plain.variances, plain.total, plain.dimensions
    try:
        code = linear_code.gaussian_code(*spectrum, weight)
    except ValueError:  # pictures that so few components hold entirely: no noise, and no yardstick
        return []
    reconstruction, kl = linear_code.gaussian_terms(code, plain, held_out)
    return [
        (weight, "components", code.components),
        (weight, "kl", kl),
        (weight, "sigma", code.noise**0.5),
        (weight, "reconstruction", reconstruction),
        (weight, "neg_elbo", reconstruction + kl),
        (weight, "collapse", linear_code.collapse_weight(*spectrum)),
    ]


def _bernoulli(scaled: PrincipalComponents, weight: float) -> list[Row]:
    code = linear_code.bernoulli_code(scaled.variances, weight)
    return [
        (weight, "components", code.components),
        (weight, "kl", float(code.rates.sum())),
        (weight, "collapse", float(scaled.variances[0])),
    ]
