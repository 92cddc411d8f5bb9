"""How long to train a net, chosen on a validation cut of the training part. The test part has no say.

    1. cut      some of the training windows are set aside, as the test windows were (`splits.validation`)
    2. fit      to the others; the log-loss on the cut is measured after every epoch, and the lowest one chosen
    3. refit    from new weights to the whole training part, for so many epochs of the same schedule

The first fit also tells how far its probabilities are off on the cut. `Recalibration` is the correction,
q = sigmoid(slope logit(p) + intercept), that would have been best there. Source: J. Platt, "Probabilistic outputs for
support vector machines and comparisons to regularized likelihood methods" (1999).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from .classifier import SequenceClassifier
from .logistic import LogisticRegression
from .metrics import roc_auc
from .train import Part, Record, TrainingSettings, train

VALIDATION = "validation"
MIN_PROBABILITY = 1e-6  # and as far from 1: a logit must be finite


@dataclass(frozen=True)
class Recalibration:
    """q = sigmoid(slope logit(p) + intercept); slope 1 and intercept 0 change nothing."""

    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def fit(cls, labels: np.ndarray, probability: np.ndarray) -> "Recalibration":
        """The correction of lowest log-loss; none where only one class occurs."""
        if labels.all() or not labels.any():
            return cls()
        line = LogisticRegression.fit(_logit(probability)[:, None], labels)
        return cls(float(line.weights[0]), line.bias)

    def __call__(self, probability: np.ndarray) -> np.ndarray:
        return LogisticRegression(np.array([self.slope]), self.intercept).probability(_logit(probability)[:, None])


@dataclass(frozen=True)
class Choice:
    """What the validation cut chose: the number of epochs, with the log-loss and the AUC there, and the correction."""

    epochs: int
    loss: float
    auc: float
    recalibration: Recalibration

    def as_numbers(self) -> dict[str, float]:
        """The same by name, as tables keep it."""
        return {
            "epochs": float(self.epochs),
            "validation_loss": self.loss,
            "validation_auc": self.auc,
            "slope": self.recalibration.slope,
            "intercept": self.recalibration.intercept,
        }


def choose_epochs(
    net: SequenceClassifier,
    parts: Mapping[str, Part],
    settings: TrainingSettings,
    rng: np.random.Generator,
    curves: bool = True,
) -> tuple[Choice, list[Record]]:
    """Steps 1 and 2: fit `net` to ``parts["train"]`` and choose by ``parts["validation"]``.

    Returns:
        The choice, and the records of all parts, or with `curves` False those of the validation cut alone.

    Raises:
        FloatingPointError: a loss is no longer a finite number.
    """
    cut = parts[VALIDATION]
    best, probability = np.inf, np.empty(0)
    chosen, records = 0, []
    for epoch in train(net, dict(parts), settings, rng, None if curves else (VALIDATION,)):
        records += epoch
        last = next(record for record in epoch if record.part == VALIDATION)
        if not np.isfinite(last.loss):
            raise FloatingPointError(f"epoch {last.epoch}: the loss on the validation cut is {last.loss}")
        if last.loss < best:
            best, chosen, probability = last.loss, last.epoch, net.probability(cut.x)
        elif settings.patience and last.epoch - chosen >= settings.patience:
            break
    recalibration = Recalibration.fit(cut.labels, probability)
    return Choice(chosen, best, roc_auc(cut.labels, probability), recalibration), records


def refit(
    net: SequenceClassifier, part: Part, settings: TrainingSettings, epochs: int, rng: np.random.Generator
) -> None:
    """Step 3: fit `net` to `part` for the first `epochs` of the schedule."""
    for _ in islice(train(net, {"train": part}, settings, rng, ()), epochs):
        pass


def _logit(probability):
    p = np.clip(np.asarray(probability, dtype=np.float64), MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    return np.log(p / (1 - p))
