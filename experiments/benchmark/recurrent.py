"""The recurrent classifier's training step: one recurrent layer, and a linear head on its last hidden state."""

from dataclasses import dataclass, replace

import numpy as np

import autograd
from autograd import Tensor, nn

from .sides import Precision, Side, Training

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@dataclass(frozen=True)
class Recurrent:
    """A step on `batch` sequences of `length` days with `features` features a day."""

    cell: str
    features: int
    hidden: int
    length: int
    batch: int = 128
    dtype: Precision = "float32"

    steps_in_one = 1

    def sequences(self) -> np.ndarray:
        """(batch, length, features), the same at every call."""
        return np.random.default_rng(1).standard_normal((self.batch, self.length, self.features), self.dtype)

    def answers(self) -> np.ndarray:
        """0 or 1, (batch,), the same at every call."""
        return np.random.default_rng(2).integers(0, 2, self.batch).astype(self.dtype)

    def model(self) -> "Classifier":
        """The model as both sides start with it."""
        return Classifier(self)

    def miniature(self) -> "Recurrent":
        return replace(self, features=1, hidden=2, length=2, batch=2)

    def ours(self) -> Side:
        model, x, answers = self.model(), Tensor(self.sequences()), self.answers()
        return Training(model, lambda: autograd.binary_cross_entropy_with_logits(model(x), answers))


class Classifier(nn.Module):
    """Logits (batch,) of sequences (batch, length, features)."""

    def __init__(self, problem: Recurrent):
        rng = np.random.default_rng(3)
        self.recurrent = CELLS[problem.cell](problem.features, problem.hidden, rng=rng, dtype=problem.dtype)
        self.head = nn.Linear(problem.hidden, 1, rng, dtype=problem.dtype)

    def forward(self, x: Tensor) -> Tensor:
        _, last = self.recurrent(x)
        hidden = last[0] if isinstance(last, tuple) else last  # the LSTM returns (hidden, cell)
        return self.head(hidden[-1])[:, 0]
