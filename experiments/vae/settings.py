"""The settings of problem 2, one field a flag."""

import math
from dataclasses import dataclass

import numpy as np

from experiments.cli import NOT_NEGATIVE, POSITIVE, Check, StudySettings, at_least, require, setting
from vae.model import LIKELIHOODS, VAE
from vae.train import Settings as TrainingSettings

DATA, AUTOENCODER, TRAINING = "the data", "the autoencoder", "the training"  # headings in --help
TRAINER = TrainingSettings()
MIN_IMAGES = 32
KL_WEIGHT = Check(
    lambda weight: 0 <= weight < math.inf and float(f"{weight:g}") == weight,
    "0 or more, with at most six digits: they name its files",
)

# Independent streams of random numbers, all from --seed; the trainer's own are numbered 1 and 2 (vae/train.py).
INITIAL_WEIGHTS, PRIOR_DRAWS, PCA = 0, 3, 4


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
        quick=1000,
        default_text="all, or 6000 drawn",
        check=at_least(MIN_IMAGES),
        metavar="N",
        group=DATA,
    )
    image_size: int = setting(64, "side of the images in pixels", quick=32, on_command_line=False)

    latent: int = setting(
        64,
        "number of latent units; with 2 their plane is drawn as well",
        quick=16,
        check=at_least(1),
        metavar="K",
        group=AUTOENCODER,
    )
    widths: tuple[int, ...] = setting(
        (32, 64, 128, 256),
        "channels after each convolution of the encoder; the decoder mirrors it",
        quick=(16, 32, 64),
        check=at_least(1),
        metavar="C",
        group=AUTOENCODER,
    )
    likelihood: str = setting(
        LIKELIHOODS[0],
        "of a pixel: gaussian, with one learned noise level, or bernoulli, applied to grey levels",
        choices=LIKELIHOODS,
        group=AUTOENCODER,
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
        TRAINER.epochs, "passes over the images", quick=15, check=at_least(1), metavar="N", group=TRAINING
    )
    batch_size: int = setting(TRAINER.batch_size, "images in a batch", check=at_least(1), metavar="N", group=TRAINING)
    learning_rate: float = setting(
        TRAINER.learning_rate, "initial Adam learning rate", quick=3e-3, check=POSITIVE, metavar="X", group=TRAINING
    )
    mirror: bool = setting(TRAINER.mirror, "flip each image left to right in about half of the epochs", group=TRAINING)
    seed: int = setting(0, "random seed", check=NOT_NEGATIVE, metavar="N", group=TRAINING)

    def check_together(self) -> None:
        """Each width halves the image once; each KL weight is trained once."""
        halvings = (self.image_size & -self.image_size).bit_length() - 1
        require(
            "widths",
            self.widths,
            len(self.widths) <= halvings,
            f"at most {halvings}: each halves the side of {self.image_size} pixels",
        )
        require("kl_weights", self.kl_weights, len(set(self.kl_weights)) == len(self.kl_weights), "different numbers")

    def random_stream(self, number: int) -> np.random.Generator:
        """The generator of one of the streams named above."""
        return np.random.default_rng([self.seed, number])

    def new_model(self) -> VAE:
        """The untrained model: the same for every KL weight, so that they differ in the weight alone."""
        return VAE(
            image_size=self.image_size,
            widths=self.widths,
            latent=self.latent,
            likelihood=self.likelihood,
            rng=self.random_stream(INITIAL_WEIGHTS),
        )

    def training(self, kl_weight: float) -> TrainingSettings:
        """What the trainer of one KL weight needs."""
        return TrainingSettings(
            kl_weight=kl_weight,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            mirror=self.mirror,
        )

    def prior_latents(self, count: int = 64) -> np.ndarray:
        """Draws from the prior N(0, I), (count, latent): the same for every KL weight and epoch."""
        return self.random_stream(PRIOR_DRAWS).standard_normal((count, self.latent), dtype=np.float32)
