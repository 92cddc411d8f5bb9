"""What a run of problem 2 left behind, read back: tables, arrays and verdicts, checked.

Figures, GIF, tables and discussion are made from these files alone, so they can be redrawn without a model.
"""

import json
import math
import os
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.errors import DataError
from experiments.vae.yardsticks import LinearYardstick, PcaYardstick
from vae import diagnostics

COLUMNS = {
    "metrics.csv": (
        "kl_weight", "epoch", "split", "neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units",
    ),
    "final.csv": ("kl_weight", "split", "metric", "value"),
    "factors.csv": ("kl_weight", "factor", "r_squared"),
    "linear_code.csv": ("kl_weight", "metric", "value"),
}  # fmt: skip
NEEDED = ("data", "latent", "likelihood", "image_size")

Arrays = dict[str, np.ndarray]
SILENT_SHARE = 0.1


class Curve(NamedTuple):
    """One line of a learning curve: epochs (E,) and values (E,)."""

    epochs: np.ndarray
    values: np.ndarray

    def trained(self) -> "Curve":
        """Without epoch 0, the untrained model; a curve of epoch 0 alone is returned unchanged."""
        later = self.epochs > 0
        return Curve(self.epochs[later], self.values[later]) if later.any() else self


@dataclass(frozen=True)
class SavedVae:
    """A run folder. ``config`` is its config.json; everything else is read when asked for."""

    folder: Path
    config: dict[str, Any]
    _kept: dict[str, Arrays] = field(default_factory=dict, repr=False)

    @property
    def drawn(self) -> bool:
        """True if the pictures are faces that the program drew."""
        return bool(self.config["data"]["drawn"])

    @property
    def kind(self) -> str:
        """What the pictures that the model was given are called: "drawn" or "real"."""
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
        """The side of a picture in pixels, S."""
        return int(self.config["image_size"])

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The KL weights that were trained, in the run's order: those of which metrics.csv has rows."""
        there = list(dict.fromkeys(self.table("metrics.csv")["kl_weight"].astype(float)))
        asked = [float(weight) for weight in self.config.get("kl_weights", there)]
        return tuple(weight for weight in asked if weight in there)

    @property
    def reference(self) -> float:
        """The weight that the others are compared with: 1, the bound itself; without it, the one closest to 1."""
        return min(self.weights, key=lambda weight: abs(weight - 1))

    def has(self, name: str) -> bool:
        """True if the run wrote the file ``name``."""
        return (self.folder / name).is_file()

    def table(self, name: str) -> pd.DataFrame:
        """The rows of one of the files in COLUMNS; raises DataError if it is missing, empty or lacks a column."""
        path = self.folder / name
        try:
            frame = pd.read_csv(path)
        except FileNotFoundError:
            raise DataError(f"{path}: no such file; it is written by training") from None
        except (ValueError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: not a table ({error})") from None
        missing = [column for column in COLUMNS[name] if column not in frame.columns]
        if missing:
            raise DataError(f"{path}: no column {', '.join(missing)}; expected {','.join(COLUMNS[name])}")
        return frame

    def has_arrays(self, weight: float) -> bool:
        """True if the pictures of a weight were saved, which comes after training it."""
        return self.has(_arrays_name(weight))

    def arrays(self, weight: float) -> Arrays:
        """The pictures and numbers of one weight: ``arrays/kl_<weight>.npz``."""
        return self._load(_arrays_name(weight))

    def stages(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Some pictures as they were, cropped and resized; none for drawn faces."""
        name = "arrays/preprocessing.npz"
        if not self.has(name):
            return []
        arrays = self._load(name)
        count = sum(key.startswith("original_") for key in arrays)
        return [(arrays[f"original_{i}"], arrays[f"crop_{i}"], arrays[f"resized_{i}"]) for i in range(count)]

    def frames(self, weight: float) -> dict[int, Path]:
        """Epoch -> file with the fixed grid of prior samples after it, in order."""
        prefix = f"kl_{weight:g}_"
        paths = (self.folder / "arrays" / "frames").glob(f"{prefix}*.npz")
        return {int(path.stem.removeprefix(prefix)): path for path in sorted(paths)}

    def frame(self, weight: float, epoch: int) -> np.ndarray:
        """The fixed grid of prior samples after an epoch: uint8 (64, S, S, 3)."""
        path = self.frames(weight)[epoch]
        return load_arrays(path, keep=("grid",))["grid"]

    @cached_property
    def verdicts(self) -> dict[float, dict[str, Any]]:
        """Weight -> what its numbers say of the latent space; empty until training has ended."""
        if not self.has("verdicts.json"):
            return {}
        path = self.folder / "verdicts.json"
        return {float(weight): facts for weight, facts in _read_json(path).items()}

    def verdict(self, weight: float) -> str:
        """ "healthy", "collapsed" or "unused prior"; "" where it was not judged."""
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
        return self.finals.get((weight, split, metric), float("nan"))

    def curve(self, weight: float, split: str, metric: str) -> "Curve":
        """A column of metrics.csv by epoch, for one weight and "train" or "held_out"."""
        table = self._metrics
        rows = table[(table["kl_weight"] == weight) & (table["split"] == split)].sort_values("epoch")
        return Curve(rows["epoch"].to_numpy(), rows[metric].to_numpy(float))

    @cached_property
    def _metrics(self) -> pd.DataFrame:
        return self.table("metrics.csv")

    @property
    def pca(self) -> PcaYardstick | None:
        """The error of PCA with as many components as latent units; None where the run has none."""
        return PcaYardstick(**self.config["pca"]) if self.config.get("pca") else None

    def linear_yardstick(self, weight: float) -> LinearYardstick | None:
        """The best linear code at a weight; None where the run did not compute it."""
        if not self.has("linear_code.csv"):
            return None
        table = self.table("linear_code.csv")
        rows = table[table["kl_weight"] == weight].set_index("metric")["value"]
        if "kl" not in rows:
            return None
        return LinearYardstick(
            reconstruction=rows.get("reconstruction", math.nan),
            kl=rows["kl"],
            components=int(rows["components"]),
            collapse=rows["collapse"],
        )

    def is_silent(self, weight: float) -> bool:
        """True if the KL at a weight is below a tenth of the KL at the reference weight: the code is almost lost."""
        kl, reference = self.final(weight, "kl"), self.final(self.reference, "kl")
        return weight != self.reference and kl < SILENT_SHARE * reference

    def kept_variety(self, weight: float) -> float:
        """Diversity of the reconstructions as a share of that of their originals."""
        arrays = self.arrays(weight)
        return diagnostics.kept_variety(arrays["originals"], arrays["reconstructions"])

    def distance_travelled(self, weight: float) -> float:
        """Distance between the decoded ends of the interpolations as a share of that of the real faces."""
        arrays = self.arrays(weight)
        return diagnostics.distance_travelled(arrays["pairs"], arrays["interpolations"])

    def silent_units(self, weight: float) -> int:
        """The number of latent units whose KL is below `vae.diagnostics.SILENT_NATS`."""
        return diagnostics.silent_units(self.arrays(weight)["kl_per_unit"])

    def nearest_distances(self, weight: float) -> np.ndarray:
        """RMS distance of the first samples from their nearest training faces: (8,)."""
        arrays = self.arrays(weight)
        return diagnostics.rms_distance(arrays["samples"][: len(arrays["nearest"])], arrays["nearest"])

    def _load(self, name: str) -> Arrays:
        if name not in self._kept:
            self._kept[name] = load_arrays(self.folder / name)
        return self._kept[name]


def open_vae_run(folder: str | os.PathLike[str]) -> SavedVae:
    """Open a run folder; raises DataError with one line if it holds no readable config.json."""
    path = Path(folder) / "config.json"
    config = _read_json(path)
    missing = [key for key in NEEDED if key not in config]
    if missing:
        raise DataError(f"{path}: no key {', '.join(missing)}; was it written by `python -m experiments vae`?")
    return SavedVae(Path(folder), config)


def load_arrays(path: Path, keep: tuple[str, ...] = ()) -> Arrays:
    """The arrays of a `.npz` (or only those named in ``keep``); nothing in it can run code. DataError if damaged."""
    try:
        # opened here, since NumPy leaves a damaged archive open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in keep or archive.files}
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; it is written at the end of training") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read ({error}); train again to make it anew") from None


def _arrays_name(weight: float) -> str:
    return f"arrays/kl_{weight:g}.npz"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; is {path.parent} the folder of a run?") from None
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from None
