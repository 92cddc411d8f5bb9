"""The classifier of problem 1 in PyTorch, trained as `rnn.train` trains ours: same start, same order, same schedule."""

import numpy as np
import torch
from torch.nn import functional

from autograd.optim import cosine_decay
from autograd.tools.interop import to_torch_state_dict
from rnn.classifier import SequenceClassifier
from rnn.train import Part, TrainingSettings

from .torch_recurrent import CELLS


def probability(
    start: SequenceClassifier,
    cell: str,
    part: Part,
    asked: np.ndarray,
    settings: TrainingSettings,
    epochs: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """The probability of a rise (n,) for the sequences `asked`, after so many epochs on `part`.

    start: our classifier before training; PyTorch's starts from its weights.
    rng: orders the mini-batches, as in our training.
    """
    model = Model(cell, start.recurrent.features, start.recurrent.hidden)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in to_torch_state_dict(start).items()})
    x, labels = _sequences(part.x), torch.from_numpy(part.labels.astype(np.float32))
    rate = cosine_decay(settings.learning_rate, settings.epochs * -(-len(x) // settings.batch_size))
    optimizer = torch.optim.Adam(model.parameters())
    done = 0
    for _ in range(epochs):
        order = torch.from_numpy(rng.permutation(len(x)))
        for batch in order.split(settings.batch_size):
            for group in optimizer.param_groups:
                group["lr"] = rate(done)
            optimizer.zero_grad()
            functional.binary_cross_entropy_with_logits(model(x[batch]), labels[batch]).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            optimizer.step()
            done += 1
    with torch.no_grad():
        return torch.sigmoid(model(_sequences(asked))).numpy()


class Model(torch.nn.Module):
    """Logits from the last hidden state, with the attribute names of our classifier."""

    def __init__(self, cell: str, features: int, hidden: int):
        super().__init__()
        self.recurrent = CELLS[cell](features, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        _, last = self.recurrent(x)
        hidden = last[0] if isinstance(last, tuple) else last
        return self.head(hidden[-1])[:, 0]


def _sequences(x: np.ndarray) -> torch.Tensor:
    x = np.ascontiguousarray(x, dtype=np.float32)
    return torch.from_numpy(x if x.ndim == 3 else x[:, :, None])
