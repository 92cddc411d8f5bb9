"""A recurrent net that reads a sequence and says yes or no.

    x_1 ... x_L  ->  recurrent cell, step by step  ->  h_L  ->  logit = w . h_L + b  ->  p = 1 / (1 + exp(-logit))

Only the last hidden state is used: whatever the answer needs of the earlier days has to be carried along in it.
"""

import numpy as np

from autograd import Tensor, no_grad, sigmoid
from autograd.nn import GRU, LSTM, RNN, Linear, Module

CELLS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
ROWS_AT_ONCE = 1024  # in `probability`: the hidden states of so many sequences fit into the cache


class SequenceClassifier(Module):
    """A probability for each sequence.

    Args:
        cell: "rnn", "lstm" or "gru".
        features: numbers per step.
        hidden: size of the hidden state.
        layers: how many cells are stacked.
        rng: draws the initial parameters.
        dtype: of the parameters; float32 to train, float64 to check gradients.

    Raises:
        ValueError: an unknown cell, or sizes below 1.
    """

    def __init__(
        self,
        cell: str = "lstm",
        features: int = 1,
        hidden: int = 32,
        layers: int = 1,
        *,
        rng: np.random.Generator,
        dtype: type = np.float32,
    ):
        if cell not in CELLS:
            raise ValueError(f"cell is {cell!r}, expected one of {', '.join(CELLS)}")
        for name, value in {"features": features, "hidden": hidden, "layers": layers}.items():
            if value < 1:
                raise ValueError(f"{name} is {value}, expected at least 1")
        self.recurrent = CELLS[cell](features, hidden, layers, rng=rng, dtype=dtype)
        self.head = Linear(hidden, 1, rng, dtype=dtype)

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Logits (batch,) of sequences x (batch, time, features), or (batch, time) if there is one feature.

        A plain array takes the dtype of the parameters, as beside any tensor; a Tensor must have it.
        """
        _, last = self.recurrent(self._sequences(x))
        hidden = last[0] if isinstance(last, tuple) else last  # the LSTM's other state is its cell
        return self.head(hidden[-1])[:, 0]

    def probability(self, x: np.ndarray) -> np.ndarray:
        """Probabilities (batch,) that the answer is yes, as a plain array."""
        with no_grad():
            pieces = [sigmoid(self(x[i : i + ROWS_AT_ONCE])).data for i in range(0, max(len(x), 1), ROWS_AT_ONCE)]
        return np.concatenate(pieces)

    def _sequences(self, x):
        x = x if isinstance(x, Tensor) else Tensor(np.asarray(x, self.head.weight.dtype))
        features = self.recurrent.features
        if x.ndim == 2 and features == 1:
            x = x.reshape(*x.shape, 1)
        if x.ndim != 3 or x.shape[2] != features or x.shape[1] == 0:
            also = " or (batch, time)" if features == 1 else ""
            raise ValueError(
                f"SequenceClassifier: x has shape {x.shape}, expected (batch, time, features = {features}){also} "
                "with at least one step of time"
            )
        return x
