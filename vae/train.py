"""Training: mini-batches, Adam, and a state that can be saved after any step and gone on with.

    trainer = Trainer(model, images, settings, seed)
    for step in trainer.epoch(): ...          # `step` has the batch's terms, for a progress bar
    trainer.state(), trainer.restore(state)   # everything that decides what comes next

Training that continues from a saved state gives the same bytes as training that never stopped: parameters, Adam's
moments and step count, both generators, the order of the epoch's images, the position in it and the running moments of
the codes are all part of the state.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autograd import AnomalyError, Tensor, detect_anomaly, optim
from autograd.tools.checkpoint import generator_state, restore_generator

from .elbo import Terms, posterior_terms
from .linear_map import CodeMoments, LinearMap
from .model import VAE, as_floats, require_choice
from .noise_level import best_log_noise
from .saved_state import check_kinds, check_numbers, check_place

PRIORS = ("standard", "linear")
SCHEDULES = ("constant", "cosine")

BETWEEN_EPOCHS = np.empty(0, np.int64)  # no order: the next epoch draws one


@dataclass(frozen=True)
class Settings:
    """The settings of a training run.

    Attributes:
        kl_weight: the factor on the KL term in the loss.
        batch_size: images in a step; the last step of an epoch takes the rest.
        learning_rate: initial learning rate of Adam.
        epochs: passes over all images.
        mirror: mirror every image, left for right, in about half of the epochs.
        schedule: the learning rate stays "constant", or falls to 0 along half a "cosine" over all epochs.
        prior: the KL term measures from the "standard" normal N(0, I), or from N(0, I) through the best "linear" map
            of the moment (`vae.linear_map`).
    """

    kl_weight: float = 1.0
    batch_size: int = 32
    learning_rate: float = 1e-3
    epochs: int = 10
    mirror: bool = True
    schedule: str = "constant"
    prior: str = "standard"

    def __post_init__(self):
        require_choice("schedule", self.schedule, SCHEDULES)
        require_choice("prior", self.prior, PRIORS)


@dataclass(frozen=True)
class Step(Terms[float]):
    """One optimiser step: the batch's terms in nats per image, and the step's number within the epoch, from 1."""

    number: int


class NotFiniteError(ArithmeticError):
    """The loss or a gradient is no finite number; the message says when, and which op gave the first such value."""


class Trainer:
    """A training run of a model on uint8 images (N, S, S, C).

    The order of the images and the noise come from two generators of their own, both from `seed`.
    """

    def __init__(self, model: VAE, images: np.ndarray, settings: Settings, seed: int):
        self.model, self.images, self.settings = model, images, settings
        self.optimizer = optim.Adam(model.parameters(), self._learning_rate())
        self.order_rng, self.noise_rng = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
        self.epochs_done = 0
        self.order = BETWEEN_EPOCHS  # in which the current epoch takes the images
        self.position = 0  # how many of them have been taken
        self.moments = CodeMoments(model.latent) if settings.prior == "linear" else None

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the images, the last one smaller if need be."""
        return math.ceil(len(self.images) / self.settings.batch_size)

    def _learning_rate(self) -> float | optim.Schedule:
        rate = self.settings.learning_rate
        if self.settings.schedule == "constant":
            return rate
        return optim.cosine_decay(rate, max(self.steps_per_epoch * self.settings.epochs, 1))

    @property
    def linear_map(self) -> LinearMap | None:
        """The map between prior and decoder that the KL term uses at this moment; None for the standard prior."""
        return self.moments.best_map() if self.moments else None

    @property
    def steps_done(self) -> int:
        """Steps of the current epoch so far."""
        return math.ceil(self.position / self.settings.batch_size)

    def epoch(self) -> Iterator[Step]:
        """Run to the end of the current epoch, a step at a time; the state may be saved after each.

        Raises:
            NotFiniteError: the loss or a gradient is not finite; the state is that before the step.
        """
        epoch = self.epochs_done
        while self.epochs_done == epoch:
            if not len(self.order):
                self._set_noise_levels()
                self.order = self._new_order()
            entries = self.order[self.position : self.position + self.settings.batch_size]
            terms = self._step(as_floats(self._images_of(entries), self.model))
            step = Step(terms.reconstruction.item(), terms.kl.item(), self.steps_done + 1)
            self.position += len(entries)
            if self.position == len(self.order):
                self.epochs_done, self.position, self.order = epoch + 1, 0, BETWEEN_EPOCHS
            yield step

    def _set_noise_levels(self) -> None:
        """At the start of an epoch, the levels that gradient descent would be too slow for (`vae.noise_level`)."""
        if self.model.likelihood == "gaussian" and self.model.noise == "spectral":
            self.model.log_noise.data[...] = best_log_noise(self.model, self.images)

    def _new_order(self) -> np.ndarray:
        """All n images, shuffled: an entry i below n stands for image i as it is, and n + i for image i mirrored."""
        n = len(self.images)
        order = self.order_rng.permutation(n)
        return order + n * self.order_rng.integers(0, 2, n) if self.settings.mirror else order

    def _images_of(self, entries: np.ndarray) -> np.ndarray:
        mirrored, rows = np.divmod(entries, len(self.images))
        images = self.images[rows]
        images[mirrored == 1] = images[mirrored == 1, :, ::-1]
        return images

    def _step(self, batch: np.ndarray) -> Terms[Tensor]:
        noise, statistics = generator_state(self.noise_rng), self.model.running_statistics()
        with np.errstate(all="ignore"):  # an overflow is found below, with a better message than NumPy's
            terms, loss, codes = self._forward_backward(batch)
        gradients = (parameter.grad for parameter in self.model.parameters() if parameter.grad is not None)
        if not math.isfinite(loss) or not all(np.isfinite(gradient).all() for gradient in gradients):
            restore_generator(self.noise_rng, noise)
            cause = self._first_anomaly(batch)
            restore_generator(self.noise_rng, noise)
            self.model.restore_statistics(statistics)
            raise NotFiniteError(f"epoch {self.epochs_done + 1}, step {self.steps_done + 1}: the loss is {loss}{cause}")
        self.optimizer.step()
        if self.moments:
            self.moments.update(*codes)
        return terms

    def _forward_backward(self, batch):
        """One batch: its terms, its loss, and the means and log-variances of its codes."""
        self.optimizer.zero_grad()
        mean, log_variance = self.model.encode(batch)
        terms = posterior_terms(self.model, batch, mean, log_variance, self.noise_rng, self.linear_map)
        loss = terms.loss(self.settings.kl_weight)
        loss.backward()
        return terms, loss.item(), (mean.data, log_variance.data)

    def _first_anomaly(self, batch) -> str:
        """Run the same step again, watched: the first op that gives a value or gradient which is not finite."""
        try:
            with detect_anomaly():
                self._forward_backward(batch)
        except AnomalyError as error:
            return f"; {error}"
        return ""

    def state(self) -> dict[str, Any]:
        """All that decides what comes next, as arrays and plain values."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "order_rng": generator_state(self.order_rng),
            "noise_rng": generator_state(self.noise_rng),
            "epochs_done": self.epochs_done,
            "position": self.position,
            "order": self.order,
            "images": len(self.images),
            "settings": asdict(self.settings),
            "moments": self.moments.state() if self.moments else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that `state` gave, of the same architecture, images and settings.

        The number of epochs may differ where the schedule does not depend on it.

        Raises:
            ValueError: it is of others, or damaged; the message says what. A half-taken state must not be trained on.
        """
        check_kinds(state)
        for name, value in asdict(self.settings).items():
            saved = state["settings"].get(name)
            if saved == value:
                continue
            if name != "epochs":
                raise ValueError(f"it was trained with {name} {saved}, now it is {value}")
            if self.settings.schedule == "cosine":
                raise ValueError(
                    f"its learning rate falls to 0 over {saved} epochs, now it is to fall over {value}: give the same "
                    "number of epochs, or train from the start"
                )
        if state["images"] != len(self.images):
            raise ValueError(f"it was trained on {state['images']} images, now there are {len(self.images)}")
        check_place(state, self.settings.batch_size, self.settings.mirror)
        check_numbers(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        restore_generator(self.order_rng, state["order_rng"])
        restore_generator(self.noise_rng, state["noise_rng"])
        self.epochs_done, self.position, self.order = state["epochs_done"], state["position"], state["order"]
        if self.moments:
            self.moments.restore(state.get("moments") or {})
