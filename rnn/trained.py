"""Trained nets in files, ready to be asked for tomorrow's probabilities.

    nets = TrainedNets((load("gru-0.npz"), load("gru-1.npz")))
    nets.probability(last_days)     # (countries,) mean over the nets, from daily new cases (countries, at least L)

A file is an `autograd.tools.checkpoint`: arrays and JSON, nothing in it that could run.
"""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import checkpoint

from .classifier import SequenceClassifier
from .features import INPUTS, net_inputs

MAX_SIZE = 4096  # no net has a larger number in its architecture; a damaged file must not ask for all memory
SIZES = ("length", "features", "hidden", "layers")


@dataclass(frozen=True)
class TrainedNet:
    """One net after training, the kind of `features.net_inputs` that it sees, and L, the days that it needs."""

    classifier: SequenceClassifier
    inputs: str
    length: int

    def probability(self, last_days: np.ndarray) -> np.ndarray:
        """Probability of a rise (n,) from daily new cases (n, days), oldest first; the last L of them are used.

        Raises:
            ValueError: the array is not two-dimensional or has fewer than L days.
        """
        last_days = np.asarray(last_days)
        if last_days.ndim != 2 or last_days.shape[1] < self.length:
            raise ValueError(f"last_days has shape {last_days.shape}, expected (countries, at least {self.length})")
        return self.classifier.probability(net_inputs(last_days[:, -self.length :], self.inputs))


@dataclass(frozen=True)
class TrainedNets:
    """Nets of one kind, trained with different seeds; their probabilities are averaged."""

    nets: tuple[TrainedNet, ...]

    @property
    def length(self) -> int:
        """L, the days that every net needs."""
        return self.nets[0].length

    def probability(self, last_days: np.ndarray) -> np.ndarray:
        """Probability of a rise (n,), the mean over the nets; see `TrainedNet.probability`."""
        return np.mean([net.probability(last_days) for net in self.nets], axis=0)


def describe(net: SequenceClassifier, cell: str, inputs: str, length: int, hidden: int, layers: int) -> dict[str, Any]:
    """What a file holds of a net: its architecture and its parameters."""
    architecture = {"cell": cell, "inputs": inputs, "length": length, "features": net.recurrent.features}
    return {"architecture": architecture | {"hidden": hidden, "layers": layers}, "parameters": net.state_dict()}


def save(path: str | os.PathLike[str], description: dict[str, Any]) -> None:
    """Write what `describe` gave; the file appears only when it is complete."""
    checkpoint.save(path, {"classifier": description})


def load(path: str | os.PathLike[str]) -> TrainedNet:
    """The net in a file that `save` wrote.

    Raises:
        OSError: the file is missing or cannot be read.
        ValueError: it is damaged or holds something else.
    """
    values = checkpoint.load(path)
    try:
        saved = values["classifier"]
        a = saved["architecture"]
        if not all(type(a[name]) is int and 0 < a[name] <= MAX_SIZE for name in SIZES) or a["inputs"] not in INPUTS:
            raise ValueError(f"its architecture is {a}")
        if a["layers"] * a["hidden"] ** 2 > sum(array.size for array in saved["parameters"].values()):
            raise ValueError("its architecture is larger than what it holds")  # before memory is asked for
        rng = np.random.default_rng(0)  # draws parameters that are replaced at once
        net = SequenceClassifier(a["cell"], a["features"], a["hidden"], a["layers"], rng=rng)
        net.load_state_dict(saved["parameters"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path}: not a trained net ({error!r})") from None
    return TrainedNet(net, a["inputs"], a["length"])
