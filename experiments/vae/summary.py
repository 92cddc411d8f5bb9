"""Numbers that figures and discussion of problem 2 share, each computed from a run's saved arrays and tables."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.vae.saved import Arrays, SavedVae

FEW_NATS = 0.1  # a unit with less KL than this says next to nothing
SAME_PICTURE = 0.35  # reconstructions that vary by less than this share of what the originals do look all alike


def diversity(images: np.ndarray) -> float:
    """How different pictures (N, ..., C), uint8, are from one another: standard deviation over them, mean of pixels."""
    return float((images / 255).std(axis=0).mean())


def kept_variety(arrays: Arrays) -> float:
    """Diversity of the reconstructions as a share of that of their originals: 0 if all come out as one picture."""
    originals = diversity(arrays["originals"])
    return diversity(arrays["reconstructions"]) / originals if originals else math.nan


def quiet_units(arrays: Arrays) -> int:
    """How many latent units say next to nothing: their posterior is about the prior, whatever the face."""
    return int((arrays["kl_per_unit"] < FEW_NATS).sum())


def travelled(arrays: Arrays) -> float:
    """How far the two decoded ends of an interpolation are apart, as a share of how far the real pictures are."""
    real = rms(arrays["pairs"][:, 0], arrays["pairs"][:, 1]).mean()
    return (
        float(rms(arrays["interpolations"][:, 0], arrays["interpolations"][:, -1]).mean() / real) if real else math.nan
    )


def rms(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Root mean squared difference of pictures (N, H, W, C), uint8, from those of b, each on a scale to 1: (N,)."""
    return np.sqrt(np.square(a / 255 - b / 255).mean(axis=(-3, -2, -1)))


def pca_bar(run: SavedVae) -> tuple[int, float] | None:
    """(components, held-out MSE) of a linear code, or None where the run has none."""
    pca = run.config.get("pca")
    return (int(pca["components"]), float(pca["mse"])) if pca else None


class LinearCode(NamedTuple):
    """What the best linear code does at one weight of the KL term, on held-out images; nats per image.

    ``reconstruction`` is NaN under the Bernoulli surrogate. From the weight ``collapse`` on it sends nothing.
    """

    reconstruction: float
    kl: float
    components: int
    collapse: float

    @property
    def neg_elbo(self) -> float:
        return self.reconstruction + self.kl


def linear_code(run: SavedVae, weight: float) -> LinearCode | None:
    """The best linear code at a weight, or None where the run did not look for it."""
    if not run.has("linear_code.csv"):
        return None
    table = run.table("linear_code.csv")
    rows = table[table["kl_weight"] == weight].set_index("metric")["value"]
    if "kl" not in rows:
        return None
    return LinearCode(rows.get("reconstruction", math.nan), rows["kl"], int(rows["components"]), rows["collapse"])


class Curve(NamedTuple):
    """One line of a learning curve."""

    epochs: np.ndarray
    values: np.ndarray

    def trained(self) -> "Curve":
        """Without epoch 0, which is before training; a curve that has nothing else stays as it is."""
        later = self.epochs > 0
        return Curve(self.epochs[later], self.values[later]) if later.any() else self


def curve(metrics: pd.DataFrame, weight: float, split: str, metric: str) -> Curve:
    """A column of metrics.csv for one weight and split, by epoch."""
    rows = metrics[(metrics["kl_weight"] == weight) & (metrics["split"] == split)].sort_values("epoch")
    return Curve(rows["epoch"].to_numpy(), rows[metric].to_numpy(float))


SILENT_SHARE = 0.1


def is_silent(run: SavedVae, weight: float) -> bool:
    """True if a weight's code says less than a tenth of what the plain run's says: close to collapse by its KL."""
    kl, plain = run.final(weight, "kl"), run.final(run.plain, "kl")
    return weight != run.plain and kl < SILENT_SHARE * plain
