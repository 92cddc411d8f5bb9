"""What a run of problem 2 left behind, read back: tables, arrays and verdicts, and the numbers that follow from them.

Figures, GIF, tables and discussion are made from these files alone, so they can be redrawn without a model.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from data.errors import DataError
from experiments.runs.saved import SavedRun, read_arrays, read_json
from experiments.runs.values import (
    ANY_NUMBER,
    COUNT,
    FLAG,
    POSITIVE_COUNT,
    TEXT,
    Expected,
    Number,
    list_of,
    object_of,
    one_of,
    optional,
)
from experiments.vae.yardsticks import LinearYardstick, PcaYardstick, SpectralYardstick
from vae import diagnostics
from vae.model import LIKELIHOODS, NOISES
from vae.train import PRIORS

METRIC_COLUMNS = ("kl_weight", "epoch", "split", "neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units")
LAYER: dict[str, Expected] = {
    "name": TEXT, "kind": TEXT, "output_shape": list_of(COUNT), "parameters": COUNT, "multiply_adds": COUNT,
}  # fmt: skip
NUMBERS = (
    "telling_units", "mean_posterior_variance", "variance_kept", "prior_gap", "covariance_gap", "kl_total",
    "diversity_samples", "diversity_training",
)  # fmt: skip
VERDICT = object_of({"verdict": TEXT, **dict.fromkeys(NUMBERS, ANY_NUMBER), "sigma": optional(Number(0))})
PICTURES = (  # the arrays of a weight that every run has
    "originals", "reconstructions", "samples", "samples_mapped", "nearest", "nearest_distances", "held_out_distances",
    "pairs", "interpolations", "prior_paths", "traversals", "traversal_shares", "kl_per_unit",
)  # fmt: skip


class Curve(NamedTuple):
    """One line of a learning curve: epochs (E,) and values (E,)."""

    epochs: np.ndarray
    values: np.ndarray

    def trained(self) -> "Curve":
        """Without epoch 0, the untrained model; a curve of epoch 0 alone is returned unchanged."""
        later = self.epochs > 0
        return Curve(self.epochs[later], self.values[later]) if later.any() else self


class RateCurve(NamedTuple):
    """Rates, nats per image, falling, and distortions, squared error per value, rising: both (P,)."""

    rates: np.ndarray
    distortions: np.ndarray


@dataclass(frozen=True)
class SavedVae(SavedRun):
    """A run of problem 2. ``config`` is its config.json; everything else is read when it is first needed."""

    STUDY = "vae"
    COLUMNS: ClassVar[dict[str, tuple[str, ...]]] = {
        "metrics.csv": METRIC_COLUMNS,
        "final.csv": ("kl_weight", "split", "metric", "value"),
        "factors.csv": ("kl_weight", "factor", "r_squared"),
        "linear_code.csv": ("kl_weight", "metric", "value"),
        "linear_curve.csv": ("kl_weight", "kl", "distortion"),
    }

    TEXT_COLUMNS = frozenset(("split", "metric", "factor"))
    RANGES: ClassVar = {"epoch": COUNT, "active_units": COUNT, "kl_weight": Number(0), "r_squared": Number(high=1)}
    FIELDS: ClassVar = {
        "data.source": TEXT, "data.drawn": FLAG, "data.images": COUNT, "data.training": COUNT, "data.held_out": COUNT,
        "data.sha256": optional(TEXT),
        "data.skipped": optional(list_of(list_of(TEXT))), "kl_weights": list_of(Number(0)), "latent": POSITIVE_COUNT,
        "image_size": POSITIVE_COUNT, "likelihood": one_of(LIKELIHOODS), "notes": optional(list_of(TEXT)),
        "epochs": optional(POSITIVE_COUNT), "mirror": optional(FLAG), "noise": optional(one_of(NOISES)),
        "prior": optional(one_of(PRIORS)), "pca": optional(object_of({"components": POSITIVE_COUNT, "mse": Number(0)})),
        "spectral": optional(object_of(dict.fromkeys(SpectralYardstick._fields, ANY_NUMBER))),
        "layers": optional(list_of(object_of(LAYER))),
    }  # fmt: skip

    @property
    def drawn(self) -> bool:
        """True if the faces were drawn by the program."""
        return bool(self.config["data"]["drawn"])

    @property
    def kind(self) -> str:
        """What the faces that the model was given are called: "drawn" or "real"."""
        return "drawn" if self.drawn else "real"

    @property
    def likelihood(self) -> str:
        """The distribution of the pixels: "gaussian" or "bernoulli"."""
        return str(self.config["likelihood"])

    @property
    def latent(self) -> int:
        """The number of latent units, K."""
        return int(self.config["latent"])

    @property
    def image_size(self) -> int:
        """The side of an image in pixels, S."""
        return int(self.config["image_size"])

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The KL weights that were trained, in the run's order: those of which metrics.csv has rows."""
        there = set(self._metrics["kl_weight"].astype(float))
        weights = tuple(float(weight) for weight in self.config["kl_weights"] if weight in there)
        if not weights:
            raise DataError(f"{self.folder / 'metrics.csv'}: no row of a KL weight of the run: run the study again")
        return weights

    @property
    def reference(self) -> float:
        """The weight that the others are compared with: 1, the bound itself; without it, the one closest to 1."""
        return min(self.weights, key=lambda weight: abs(weight - 1))

    def has_snapshot(self, weight: float) -> bool:
        """True if the pictures of a weight were saved, which comes after training it."""
        return self.has(_snapshot_name(weight))

    def snapshot(self, weight: float) -> dict[str, np.ndarray]:
        """The pictures and numbers of one weight, as `vae.snapshot` makes them."""
        if weight not in self._snapshots:
            self._snapshots[weight] = self.arrays(_snapshot_name(weight), expected=PICTURES)
        return self._snapshots[weight]

    @cached_property
    def _snapshots(self) -> dict[float, dict[str, np.ndarray]]:
        return {}

    def stages(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Some pictures as they were, cropped and resized; none for drawn faces."""
        name = "arrays/preprocessing.npz"
        if not self.has(name):
            return []
        arrays = self.arrays(name)
        count = sum(key.startswith("original_") for key in arrays)
        return [(arrays[f"original_{i}"], arrays[f"crop_{i}"], arrays[f"resized_{i}"]) for i in range(count)]

    def frames(self, weight: float) -> dict[int, Path]:
        """Epoch -> file with the decoded prior draws after it, in order."""
        prefix = f"kl_{weight:g}_"
        paths = (self.folder / "arrays" / "frames").glob(f"{prefix}*.npz")
        return {int(path.stem.removeprefix(prefix)): path for path in sorted(paths)}

    def frame(self, weight: float, epoch: int) -> np.ndarray:
        """The same draws from the prior, decoded after an epoch: uint8 (64, S, S, 3)."""
        return read_arrays(self.frames(weight)[epoch], keep=("grid",))["grid"]

    @cached_property
    def verdicts(self) -> dict[float, dict[str, Any]]:
        """Weight -> what its numbers say of the latent space; empty until training has ended."""
        if not self.has("verdicts.json"):
            return {}
        path = self.path("verdicts.json")
        judged, weights = read_json(path), {f"{weight:g}" for weight in self.config["kl_weights"]}
        for weight, facts in judged.items():
            if weight not in weights:
                raise DataError(f"{path}: {weight} is no KL weight of this run")
            if not VERDICT.holds(facts):
                raise DataError(f"{path}: KL weight {weight}: expected {VERDICT.words}")
        return {float(weight): facts for weight, facts in judged.items()}

    def verdict(self, weight: float) -> str:
        """One of the verdicts of `vae.diagnostics.verdict`; "" where the weight was not judged."""
        return str(self.verdicts.get(weight, {}).get("verdict", ""))

    @cached_property
    def finals(self) -> dict[tuple[float, str, str], float]:
        """(weight, split, metric) -> its value at the end of training."""
        if not self.has("final.csv"):
            return {}
        rows = self.table("final.csv").to_dict("records")
        return {(float(r["kl_weight"]), str(r["split"]), str(r["metric"])): float(r["value"]) for r in rows}

    def final(self, weight: float, metric: str, split: str = "held_out") -> float:
        """A metric of final.csv; NaN where the run has none."""
        return self.finals.get((weight, split, metric), math.nan)

    @cached_property
    def _metrics(self) -> pd.DataFrame:
        table = self.table("metrics.csv")
        for weight in table["kl_weight"].unique():
            if set(table["split"][table["kl_weight"] == weight]) != {"train", "held_out"}:
                raise DataError(
                    f"{self.folder / 'metrics.csv'}: KL weight {weight:g}: expected rows of train and of held_out"
                )
        return table

    def curve(self, weight: float, split: str, metric: str) -> Curve:
        """A column of metrics.csv by epoch, for one weight and "train" or "held_out".

        The metric "objective" is what training minimises: reconstruction + weight * KL.
        """
        table = self._metrics
        rows = table[(table["kl_weight"] == weight) & (table["split"] == split)].sort_values("epoch")
        values = rows["reconstruction"] + weight * rows["kl"] if metric == "objective" else rows[metric]
        return Curve(rows["epoch"].to_numpy(), values.to_numpy(float))

    @property
    def pca(self) -> PcaYardstick | None:
        """The error of PCA with as many components as latent units; None where the run has none."""
        return PcaYardstick(**self.config["pca"]) if self.config.get("pca") else None

    @property
    def spectral(self) -> SpectralYardstick | None:
        """The normal distribution of frequencies, without any code; None where the run has none."""
        return SpectralYardstick(**self.config["spectral"]) if self.config.get("spectral") else None

    def linear_yardstick(self, weight: float) -> LinearYardstick | None:
        """The best linear code at a weight; None where the run did not compute it."""
        if not self.has("linear_code.csv"):
            return None
        table = self.table("linear_code.csv")
        rows = table[table["kl_weight"] == weight].set_index("metric")["value"]
        if "kl" not in rows:
            return None
        for metric in ("components", "collapse"):
            if not math.isfinite(rows.get(metric, math.nan)):
                raise DataError(
                    f"{self.folder / 'linear_code.csv'}: KL weight {weight:g}: no row of {metric}: run the study again"
                )
        return LinearYardstick(
            reconstruction=rows.get("reconstruction", math.nan),
            kl=rows["kl"],
            components=int(rows["components"]),
            collapse=rows["collapse"],
        )

    def linear_curve(self) -> RateCurve | None:
        """The best linear codes of many weights; None where the run did not compute them."""
        if not self.has("linear_curve.csv"):
            return None
        table = self.table("linear_curve.csv").sort_values("kl_weight")
        return RateCurve(table["kl"].to_numpy(float), table["distortion"].to_numpy(float))

    def distortion(self, weight: float) -> float:
        """Squared error per value of held-out images decoded from drawn latents; NaN without a learned noise level.

        Solved from the reconstruction term: D/2 log(2 pi s^2) + D error / (2 s^2).
        """
        sigma = self.verdicts.get(weight, {}).get("sigma", math.nan)
        per_value = self.final(weight, "reconstruction") / (3 * self.image_size**2)
        return sigma**2 * (2 * per_value - math.log(2 * math.pi * sigma**2))

    def kept_variety(self, weight: float) -> float:
        """Diversity of the reconstructions as a share of that of their originals."""
        arrays = self.snapshot(weight)
        return diagnostics.kept_variety(arrays["originals"], arrays["reconstructions"])

    def distance_travelled(self, weight: float) -> float:
        """Distance between the decoded ends of the interpolations as a share of that of the real faces."""
        arrays = self.snapshot(weight)
        return diagnostics.distance_travelled(arrays["pairs"], arrays["interpolations"])

    def nearest_distances(self, weight: float) -> np.ndarray:
        """RMS distance of the samples through the map from their nearest training faces, mirrored or not: (64,)."""
        return self.snapshot(weight)["nearest_distances"]

    def held_out_distances(self, weight: float) -> np.ndarray:
        """The same distance of held-out faces, which are no copies: (up to 64,)."""
        return self.snapshot(weight)["held_out_distances"]


def _snapshot_name(weight: float) -> str:
    return f"arrays/kl_{weight:g}.npz"
