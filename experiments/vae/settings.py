"""The settings of problem 2, one field a flag."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from experiments.cli import (
    BYTES_OF_A_VALUE,
    BYTES_OF_A_WEIGHT,
    MAX_BATCH,
    MAX_EPOCHS,
    MAX_GB,
    NOT_NEGATIVE,
    POSITIVE,
    Check,
    StudySettings,
    between,
    require,
    setting,
    too_much,
)
from vae.linear_start import start_as_linear_code
from vae.model import LIKELIHOODS, NOISES, NORMS, VAE
from vae.principal_components import PrincipalComponents
from vae.train import PRIORS, SCHEDULES
from vae.train import Settings as TrainingSettings

DATA, AUTOENCODER, TRAINING = "the data", "the autoencoder", "the training"  # headings in --help
TRAINER = TrainingSettings()
MIN_IMAGES = 32
MAX_JOBS = 1024
KL_WEIGHT = Check(
    lambda weight: 0 <= weight < math.inf and float(f"{weight:g}") == weight,
    "0 or more, with at most six digits: they name its files",
)

STARTS = ("random", "linear")
WIDTHS = {32: (24, 48, 96), 64: (24, 48, 96, 192), 96: (24, 48, 96, 192), 128: (24, 48, 96, 192, 192)}

# Independent streams of random numbers, all from --seed; the trainer's own are numbered 1 and 2 (vae/train.py).
INITIAL_WEIGHTS, PRIOR_DRAWS, PCA, DISTANCES, FACTORS, IMPORTANCE, DEQUANTISATION = 0, 3, 4, 5, 6, 7, 8


@dataclass(frozen=True)
class VaeSettings(StudySettings):
    """What a run of problem 2 depends on."""

    data: str = setting(
        "auto",
        "faces: a folder, a .zip or a saved array; drawn: faces drawn by the program; auto: what is in data/raw/, "
        "else a download, else drawn",
        metavar="auto|drawn|PATH",
        group=DATA,
        recorded=False,  # the hash of its content is
    )
    images: int | None = setting(
        None,
        "use N images, chosen at random",
        quick=2000,
        default_text="all, or 12000 drawn",
        check=between(MIN_IMAGES, 10_000_000),
        metavar="N",
        group=DATA,
    )
    image_size: int = setting(
        64,
        "side of the images in pixels: 32, 64, 96 or 128; the depth of the network follows",
        quick=32,
        check=Check(lambda size: size in WIDTHS, "32, 64, 96 or 128"),
        metavar="S",
        group=DATA,
        option="--size",
    )

    latent: int = setting(
        64,
        "number of latent units; with 2 their plane is drawn as well",
        quick=16,
        check=between(1, 4096),
        metavar="K",
        group=AUTOENCODER,
    )
    widths: tuple[int, ...] | None = setting(
        None,
        "channels after each convolution of the encoder; the decoder mirrors it",
        quick=(16, 32, 64),
        check=between(1, 4096),
        default_text="24 48 96 192 for 64 pixels",
        metavar="C",
        group=AUTOENCODER,
    )
    likelihood: str = setting(
        LIKELIHOODS[0],
        "of a pixel: gaussian, with one learned noise level, or bernoulli, applied to grey levels",
        choices=LIKELIHOODS,
        group=AUTOENCODER,
    )
    norm: str = setting(
        "batch",
        "batch normalisation with leaky ReLU after every convolution, or none, with ReLU",
        choices=NORMS,
        group=AUTOENCODER,
    )
    noise: str = setting(
        "shared",
        "noise level of the gaussian likelihood: one shared by all values of an image, one for each, or one for each "
        "frequency",
        choices=NOISES,
        group=AUTOENCODER,
    )
    start: str = setting(
        "linear",
        "initial weights: random, or a linear path beside the convolutions that starts as the best linear code at "
        "the KL weight",
        choices=STARTS,
        group=AUTOENCODER,
    )
    prior: str = setting(
        "standard",
        "prior of the KL term in training: the standard normal, or that normal through the best linear map",
        choices=PRIORS,
        group=TRAINING,
    )

    kl_weights: tuple[float, ...] = setting(
        (1.0, 100.0, 0.0),
        "weights of the KL term: one model is trained for each",
        check=KL_WEIGHT,
        default_text="1 100 0",
        metavar="W",
        group=TRAINING,
    )
    epochs: int = setting(
        3, "passes over the images", quick=6, check=between(1, MAX_EPOCHS), metavar="N", group=TRAINING
    )
    batch_size: int = setting(16, "images in a batch", check=between(1, MAX_BATCH), metavar="N", group=TRAINING)
    learning_rate: float = setting(
        4e-3, "initial Adam learning rate", quick=5e-3, check=POSITIVE, metavar="X", group=TRAINING
    )
    schedule: str = setting(
        "cosine",
        "learning rate over all epochs: constant, or falling to 0 along half a cosine",
        choices=SCHEDULES,
        group=TRAINING,
    )
    mirror: bool = setting(TRAINER.mirror, "flip each image left to right in about half of the epochs", group=TRAINING)
    seed: int = setting(0, "random seed", check=NOT_NEGATIVE, metavar="N", group=TRAINING)
    jobs: int | None = setting(
        None,
        "KL weights trained side by side, in processes that share the threads; any number gives the same bytes",
        check=between(1, MAX_JOBS),
        default_text="as many as threads",
        metavar="N",
        group=TRAINING,
        recorded=False,
    )

    def check_together(self) -> None:
        """Each width halves the image once; each KL weight is trained once."""
        halvings = (self.image_size & -self.image_size).bit_length() - 1
        require(
            "widths",
            self.channels,
            len(self.channels) <= halvings,
            f"at most {halvings}: each halves the side of {self.image_size} pixels",
        )
        require("kl_weights", self.kl_weights, len(set(self.kl_weights)) == len(self.kl_weights), "different numbers")

        gigabytes = self.batch_size * self.values_of_an_image() * BYTES_OF_A_VALUE / 1e9
        require("batch_size", self.batch_size, gigabytes <= MAX_GB, too_much("a training step", gigabytes))
        gigabytes = self.count_of_weights() * BYTES_OF_A_WEIGHT / 1e9
        require(
            "widths", self.channels, gigabytes <= MAX_GB, too_much(f"weights for {self.latent} latent units", gigabytes)
        )

    def values_of_an_image(self) -> int:
        """The numbers that encoder and decoder hold of one image, about: pixels, then each layer's output."""
        sides = [self.image_size >> depth for depth in range(1, len(self.channels) + 1)]
        layers = sum(side**2 * width for side, width in zip(sides, self.channels, strict=True))
        return 2 * (3 * self.image_size**2 + layers)

    def count_of_weights(self) -> int:
        """The weights of encoder and decoder, about: kernels of 4 x 4 pixels, and the maps to and from the latents."""
        kernels = sum(16 * a * b for a, b in pairwise((3, *self.channels)))
        smallest = (self.image_size >> len(self.channels)) ** 2 * self.channels[-1]
        return 2 * kernels + 3 * smallest * self.latent

    def random_stream(self, number: int) -> np.random.Generator:
        """The generator of one of the streams named above."""
        return np.random.default_rng([self.seed, number])

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels of the encoder: --widths, or those that suit the size of the images."""
        return self.widths if self.widths is not None else WIDTHS[self.image_size]

    def recorded(self) -> dict[str, Any]:
        """The settings that decide the results, as JSON values; the widths as they are used."""
        return super().recorded() | {"widths": list(self.channels)}

    def new_model(self, components: PrincipalComponents | None = None, kl_weight: float = 1.0) -> VAE:
        """The untrained model of a KL weight: a random start is the same for all, a linear one the best linear code.

        Args:
            components: of the training images, from which a linear start is computed.

        Raises:
            ValueError: a linear start without components.
        """
        if self.start == "linear" and components is None:
            raise ValueError("new_model: a linear start needs the principal components of the training images")
        model = VAE(
            image_size=self.image_size,
            widths=self.channels,
            latent=self.latent,
            likelihood=self.likelihood,
            norm=self.norm,
            noise=self.noise,
            skip="linear" if self.start == "linear" else "none",
            rng=self.random_stream(INITIAL_WEIGHTS),
        )
        if self.start == "linear" and components is not None:
            start_as_linear_code(model, components.first(self.latent), kl_weight)
        return model

    def training(self, kl_weight: float) -> TrainingSettings:
        """What the trainer of one KL weight needs."""
        return TrainingSettings(
            kl_weight=kl_weight,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            mirror=self.mirror,
            schedule=self.schedule,
            prior=self.prior,
        )

    def prior_latents(self, count: int = 64) -> np.ndarray:
        """Draws from the prior N(0, I), (count, latent): the same for every KL weight and epoch."""
        return self.random_stream(PRIOR_DRAWS).standard_normal((count, self.latent), dtype=np.float32)
