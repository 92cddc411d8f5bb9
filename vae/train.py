"""Training: mini-batches, Adam, one record an epoch, and a state that can be saved at any step and gone on with.

    trainer = Trainer(model, images, settings, seed)
    for step in trainer.epoch(): ...          # `step` has the batch's terms, for a progress bar
    trainer.state() / trainer.restore(state)  # everything that decides what comes next

Going on from a saved state gives the same bytes as never having stopped: parameters, Adam's moments and step count,
both generators, the order of the epoch's images and the place in it are all part of the state.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autograd import optim

from .elbo import elbo_terms
from .explore import as_floats
from .model import VAE


@dataclass(frozen=True)
class Settings:
    """What a training run is asked to do.

    Attributes:
        kl_weight: the factor on the KL term in the loss.
        batch_size, learning_rate: of Adam's steps.
        clip: the largest norm that a step's gradient may have, or 0 for no limit.
    """

    kl_weight: float = 1.0
    batch_size: int = 32
    learning_rate: float = 1e-3
    epochs: int = 20


@dataclass(frozen=True)
class Step:
    """One optimiser step: the batch's terms in nats per image."""

    number: int
    of: int
    reconstruction: float
    kl: float


class NotFiniteError(ArithmeticError):
    """The loss stopped being a number; the message says when and in which op."""


class Trainer:
    """A training run of a model on uint8 images (N, S, S, C)."""

    def __init__(self, model: VAE, images: np.ndarray, settings: Settings, seed: int):
        self.model, self.images, self.settings = model, images, settings
        self.optimizer = optim.Adam(model.parameters(), settings.learning_rate)
        self.order_rng, self.noise_rng = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
        self.epochs_done = 0
        self.position = 0  # images of the current epoch's order that are behind us
        self.order = np.empty(0, np.int64)

    @property
    def steps_per_epoch(self) -> int:
        return math.ceil(len(self.images) / self.settings.batch_size)

    def epoch(self) -> Iterator[Step]:
        """Run to the end of the current epoch, a step at a time.

        Raises:
            NotFiniteError: the loss is infinite or not a number; the parameters are those before that step.
        """
        if self.position == 0:
            self.order = self.order_rng.permutation(len(self.images))
        while self.position < len(self.order):
            rows = self.order[self.position : self.position + self.settings.batch_size]
            step = self._step(as_floats(self.images[rows], self.model))
            self.position += len(rows)
            if self.position >= len(self.order):
                self.epochs_done, self.position = self.epochs_done + 1, 0
                yield step
                return
            yield step

    def _step(self, batch: np.ndarray) -> Step:
        self.optimizer.zero_grad()
        terms = elbo_terms(self.model, batch, self.noise_rng)
        loss = terms.loss(self.settings.kl_weight)
        number = math.ceil(self.position / self.settings.batch_size) + 1
        if not math.isfinite(loss.item()):
            raise NotFiniteError(f"epoch {self.epochs_done + 1}, step {number}: the loss is {loss.item()}")
        # The gradient of the mean over pixels has about the same size for any picture; Adam does not mind a factor,
        # but its epsilon does.
        loss.backward()
        self.optimizer.step()
        return Step(number, self.steps_per_epoch, terms.reconstruction.item(), terms.kl.item())

    def state(self) -> dict[str, Any]:
        """All that decides what comes next, as arrays and plain values."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "order_rng": self.order_rng.bit_generator.state,
            "noise_rng": self.noise_rng.bit_generator.state,
            "epochs_done": self.epochs_done,
            "position": self.position,
            "order": self.order,
            "settings": asdict(self.settings),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that `state` gave."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.order_rng.bit_generator.state = state["order_rng"]
        self.noise_rng.bit_generator.state = state["noise_rng"]
        self.epochs_done, self.position = int(state["epochs_done"]), int(state["position"])
        self.order = state["order"]
