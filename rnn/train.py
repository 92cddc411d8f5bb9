"""Train a classifier: a plain loop, written out.

Adam with a learning rate that falls along a cosine to 0, mini-batches in a new order each epoch, gradients no longer
than `clip`. Everything random comes from the generator that is passed in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograd import binary_cross_entropy_with_logits
from autograd.optim import Adam, clip_grad_norm, cosine_decay

from .classifier import SequenceClassifier
from .metrics import accuracy, log_loss


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    epochs    passes over the training part; where `choice` chooses, the most that it may choose
    patience  where `choice` chooses: stop after so many epochs without a new best, None to try them all
    """

    epochs: int = 20
    learning_rate: float = 3e-3
    batch_size: int = 128
    clip: float = 1.0
    patience: int | None = None


@dataclass(frozen=True)
class Part:
    """Sequences x (n, time) or (n, time, features), ready for the net, and their labels (n,), bool."""

    x: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        if len(self.x) != len(self.labels):
            raise ValueError(f"{len(self.x)} sequences and {len(self.labels)} labels: expected as many")


@dataclass(frozen=True)
class Record:
    """What was measured after one epoch, on one part: mean loss in nats, and accuracy."""

    epoch: int
    part: str
    loss: float
    accuracy: float


def train(
    model: SequenceClassifier,
    parts: dict[str, Part],
    settings: TrainingSettings,
    rng: np.random.Generator,
    measured: Sequence[str] | None = None,
) -> Iterator[list[Record]]:
    """Fit `model` to ``parts["train"]``; after each epoch give a record of every part, or of those named in `measured`.

    The parts are all measured in the same way, by the model as it stands at the end of the epoch. Whoever stops asking
    for the next epoch has stopped the training there.

    Raises:
        FloatingPointError: the loss is no longer a finite number.
    """
    data = parts["train"]
    steps = settings.epochs * -(-len(data.x) // settings.batch_size)  # rounded up
    optimizer = Adam(model.parameters(), cosine_decay(settings.learning_rate, steps))
    for epoch in range(1, settings.epochs + 1):
        order = rng.permutation(len(data.x))
        for start in range(0, len(data.x), settings.batch_size):
            batch = order[start : start + settings.batch_size]
            loss = binary_cross_entropy_with_logits(model(data.x[batch]), data.labels[batch])
            if not np.isfinite(loss.data):
                raise FloatingPointError(f"epoch {epoch}: the training loss is {loss.item()}")
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm(model.parameters(), settings.clip)
            optimizer.step()
        yield [measure(model, name, parts[name], epoch) for name in (parts if measured is None else measured)]


def measure(model: SequenceClassifier, name: str, part: Part, epoch: int) -> Record:
    """Loss and accuracy of the model as it stands; a probability of at least 1/2 is a decision for yes."""
    probability = model.probability(part.x)
    return Record(epoch, name, log_loss(part.labels, probability), accuracy(part.labels, probability >= 0.5))
