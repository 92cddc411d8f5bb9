"""Trained nets in one file: what they are, how many days they read, and the parameters of each.

    save("gru.npz", Trained("gru", 14, nets))
    load("gru.npz").probability(last_days)      # of a rise tomorrow, (n,), for daily counts (n, 14)

Several nets of one kind, each trained from another seed, answer with their mean. The file is an
`autograd.tools.checkpoint`: arrays and JSON, nothing in it that could run.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd import checkpoint

from .classifier import SequenceClassifier
from .scaling import signed_log

MAX_SIZE = 4096  # no net has a larger number in it; a damaged file must not ask for all memory


@dataclass(frozen=True)
class Trained:
    """Nets of one cell after training, ready to be asked.

    Attributes:
        cell: "rnn", "lstm" or "gru".
        length: L, the number of days that a question has.
        nets: one for each seed, of the same sizes.
    """

    cell: str
    length: int
    nets: Sequence[SequenceClassifier]

    def probability(self, last_days: np.ndarray) -> np.ndarray:
        """The probability of a rise tomorrow (n,), for the daily counts (n, L) of the last L days.

        Raises:
            ValueError: another number of days.
        """
        if np.ndim(last_days) != 2 or np.shape(last_days)[1] != self.length:
            raise ValueError(f"last_days has shape {np.shape(last_days)}, expected (n, {self.length})")
        return np.mean([net.probability(signed_log(last_days)) for net in self.nets], axis=0)


def save(path: str | os.PathLike[str], trained: Trained) -> None:
    """Write trained nets to a file, which appears only when it is complete."""
    recurrent = trained.nets[0].recurrent
    sizes = {"features": recurrent.features, "hidden": recurrent.hidden, "layers": recurrent.layers}
    values = {"cell": trained.cell, "length": trained.length, "sizes": sizes}
    checkpoint.save(path, {"classifier": values | {"nets": [net.state_dict() for net in trained.nets]}})


def load(path: str | os.PathLike[str]) -> Trained:
    """The trained nets that `save` wrote.

    Raises:
        OSError: the file is missing or cannot be read.
        ValueError: it is damaged or holds something else.
    """
    values = checkpoint.load(path)
    try:
        saved = values["classifier"]
        cell, length, sizes = saved["cell"], saved["length"], saved["sizes"]
        numbers = [length, *(sizes[name] for name in ("features", "hidden", "layers"))]
        if not saved["nets"] or not all(type(number) is int and 0 < number <= MAX_SIZE for number in numbers):
            raise ValueError(f"its sizes are {numbers}, expected whole numbers up to {MAX_SIZE}")
        nets = [SequenceClassifier(cell, **sizes, rng=np.random.default_rng(0)) for _ in saved["nets"]]
        for net, parameters in zip(nets, saved["nets"], strict=True):
            net.load_state_dict(parameters)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: holds no trained nets ({error!r})") from None
    except ValueError as error:
        raise ValueError(f"{path}: holds no trained nets ({error})") from None
    return Trained(cell, length, nets)
