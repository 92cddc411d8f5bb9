"""The variational autoencoder: an encoder of stride-2 convolutions, a latent normal, a mirrored decoder.

    image x (N, S, S, C) --encode--> m, log s^2 (N, K) --reparameterize--> z (N, K) --decode--> image (N, S, S, C)

The encoder says where in the latent space an image lies (its posterior N(m, s^2), one per image), the decoder which
image lies at a point z. Kingma and Welling, Auto-Encoding Variational Bayes, 2014.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, init, nn

from .spectra import dct_matrix

Batch = Tensor | np.ndarray

LIKELIHOODS = ("gaussian", "bernoulli")
NORMS = ("none", "batch")
NOISES = ("shared", "per-pixel", "spectral")
SKIPS = ("none", "linear")

# A factor on the linear path. Adam changes every weight by about the learning rate, however small the weight is. The
# weights of the linear path are small, and they start where they belong. With their output scaled down they are larger
# by as much, and change more slowly by as much.
LINEAR_SCALE = 0.01

LEAKY_SLOPE = 0.1  # of the leaky ReLU that follows batch normalisation

# The log-variances are kept in this range: e^12 and e^-12 are far from any useful value, and without a guard a KL
# weight of 0, which lets the posterior shrink to points, drives them on until e^ overflows or underflows.
LOG_VARIANCE_RANGE = (-12.0, 12.0)

# The first guess of the pixels' noise, log 0.29^2, is about the spread of pixel values in pictures: all is noise to a
# decoder that knows nothing. Adam takes it down by the learning rate a step at most, and while it is high the KL weighs
# more. That orders the code before it grows: with a start at log 0.22^2 samples of the prior are less like faces.
INITIAL_LOG_NOISE = -2.5


class VAE(nn.Module):
    """A convolutional variational autoencoder for square images with values in [0, 1].

    Its methods take tensors or arrays, and give tensors; arrays are taken in the dtype of the model.

    Args:
        image_size: side S in pixels; a multiple of 2^len(widths).
        channels: C, 3 for colour.
        widths: channels after each of the encoder's convolutions; every one halves the side.
        latent: K, the number of latent units.
        likelihood: "gaussian" (the decoder gives a mean, the noise level is a parameter) or "bernoulli".
        norm: "batch" puts batch normalisation with leaky ReLU after every layer but the first and last linear maps and
            the last convolution; "none" puts ReLU there.
        noise: the gaussian has one level "shared" by all values, one for each ("per-pixel"), or one for each frequency
            ("spectral": of the discrete cosine transform of each channel).
        skip: "linear" adds a linear path beside the convolutions, in encoder and decoder (`vae.linear_start`).
        rng: draws the initial weights.
        dtype: of the parameters; float32 to train, float64 to check.

    Raises:
        ValueError: sizes below 1, a side that the widths cannot halve to a whole number, or an unknown choice.
    """

    def __init__(
        self,
        image_size: int = 64,
        channels: int = 3,
        widths: Sequence[int] = (32, 64, 128, 256),
        latent: int = 64,
        *,
        rng: np.random.Generator,
        likelihood: str = "gaussian",
        norm: str = "none",
        noise: str = "shared",
        skip: str = "none",
        dtype=np.float32,
    ):
        _check_sizes(image_size, channels, widths, latent)
        require_choice("likelihood", likelihood, LIKELIHOODS)
        require_choice("norm", norm, NORMS)
        require_choice("noise", noise, NOISES)
        require_choice("skip", skip, SKIPS)
        self.image_size, self.channels, self.latent = image_size, channels, latent
        self.widths, self.likelihood, self.dtype = tuple(widths), likelihood, np.dtype(dtype)
        self.norm, self.noise, self.skip = norm, noise, skip
        smallest = image_size // 2 ** len(widths)
        self.smallest_shape = (smallest, smallest, widths[-1])
        features = math.prod(self.smallest_shape)
        halving = {"kernel_size": 4, "stride": 2, "padding": 1, "rng": rng, "dtype": dtype}
        plain = norm == "none"  # batch normalisation brings a bias and an activation of its own
        inside = halving | {"bias": plain, "activation": "relu" if plain else None}

        steps = list(pairwise((channels, *widths)))
        self.encoder = [nn.Conv2d(n, m, **inside) for n, m in steps]
        self.to_mean = nn.Linear(features, latent, rng=rng, dtype=dtype)
        self.to_log_variance = nn.Linear(features, latent, rng=rng, dtype=dtype)
        self.from_latent = nn.Linear(latent, features, rng=rng, dtype=dtype)
        inner = [nn.ConvTranspose2d(m, n, **inside) for n, m in reversed(steps[1:])]
        self.decoder = [*inner, nn.ConvTranspose2d(widths[0], channels, **halving)]
        _start(self.encoder, self.decoder, rng)
        normalised = () if plain else widths
        leaky = {"activation": "leaky_relu", "negative_slope": LEAKY_SLOPE, "dtype": dtype}
        self.encoder_norms = [nn.BatchNorm(width, **leaky) for width in normalised]
        self.decoder_norms = [nn.BatchNorm(width, **leaky) for width in reversed(normalised)]
        if skip == "linear":
            values = image_size * image_size * channels
            self.linear_encoder = nn.Linear(values, latent, rng=rng, dtype=dtype)
            self.linear_decoder = nn.Linear(latent, values, rng=rng, dtype=dtype)
        if likelihood == "gaussian":
            shape = () if noise == "shared" else (image_size, image_size, channels)
            learned = noise != "spectral"  # levels that differ a thousandfold are set in closed form, epoch by epoch
            self.log_noise = Tensor(np.full(shape, INITIAL_LOG_NOISE, dtype), requires_grad=learned)

    def encode(self, images: Batch) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, both (N, latent), of the posterior of images (N, S, S, C) in [0, 1].

        Raises:
            TypeError: whole numbers instead of values in [0, 1].
            ValueError: another shape.
        """
        hidden = images = self._tensor(images)
        expected = (self.image_size, self.image_size, self.channels)
        if hidden.shape[1:] != expected:
            raise ValueError(f"encode: images have shape {hidden.shape}, expected (N, {', '.join(map(str, expected))})")
        for convolution, norm in zip_longest(self.encoder, self.encoder_norms):
            hidden = convolution(hidden) if norm is None else norm(convolution(hidden))
        hidden = hidden.reshape(len(hidden), -1)
        mean = self.to_mean(hidden)
        if self.skip == "linear":
            mean = mean + LINEAR_SCALE * self.linear_encoder(images.reshape(len(images), -1))
        return mean, autograd.clip(self.to_log_variance(hidden), *LOG_VARIANCE_RANGE)

    def reparameterize(self, mean: Batch, log_variance: Batch, rng: np.random.Generator) -> Tensor:
        """A draw z = m + s * noise from N(m, s^2), with noise from N(0, 1); all (N, latent).

        Drawing z itself would cut the graph. Written like this the randomness is an input like any other, and the
        gradient flows through m and s (Kingma and Welling, section 2.4). Note s = exp(log s^2 / 2): a log-variance is
        not a log-deviation.
        """
        mean, log_variance = self._tensor(mean), self._tensor(log_variance)
        noise = rng.standard_normal(mean.shape, dtype=mean.dtype)
        return mean + autograd.exp(0.5 * log_variance) * noise

    def decode_logits(self, z: Batch) -> Tensor:
        """The decoder's last layer before the sigmoid, (N, S, S, C), for latents z (N, latent)."""
        z = self._tensor(z)
        hidden = self.from_latent(z).reshape(-1, *self.smallest_shape)
        if not self.decoder_norms:
            hidden = autograd.relu(hidden)
        for convolution, norm in zip_longest(self.decoder, self.decoder_norms):
            hidden = convolution(hidden if norm is None else norm(hidden))
        if self.skip == "linear":
            hidden = hidden + LINEAR_SCALE * self.linear_decoder(z).reshape(*hidden.shape)
        return hidden

    def decode(self, z: Batch) -> Tensor:
        """The mean image (N, S, S, C), in [0, 1], for latents z (N, latent)."""
        return autograd.sigmoid(self.decode_logits(z))

    def log_likelihood(self, images: Batch, z: Batch) -> Tensor:
        """log p(x | z) in nats per image, (N,), for images (N, S, S, C) and latents (N, latent)."""
        logits = self.decode_logits(z)
        if self.likelihood == "bernoulli":
            return autograd.bernoulli_log_likelihood(logits, images)
        mean = autograd.sigmoid(logits)
        if self.noise == "spectral":
            mean, images = self._spectrum(mean), self._spectrum(self._tensor(images))
        return autograd.gaussian_log_likelihood(mean, self.log_noise, images)

    def _spectrum(self, x: Tensor) -> Tensor:
        """The orthonormal DCT of both image axes, (N, S, S, C) -> the same: a rotation, which changes no density."""
        matrix = dct_matrix(self.image_size).astype(self.dtype)
        columns = (matrix @ x).reshape(len(x), self.image_size, -1)  # along the axis of columns: (S, S) @ (N, S, S, C)
        return (matrix @ columns).reshape(*x.shape)

    def architecture(self) -> dict[str, Any]:
        """The arguments that a model of the same layers is made with, as JSON values."""
        names = ("image_size", "channels", "latent", "likelihood", "norm", "noise", "skip")
        arguments = {name: getattr(self, name) for name in names}
        return arguments | {"widths": list(self.widths), "dtype": self.dtype.name}

    def running_statistics(self) -> list[np.ndarray]:
        """Copies of the running means and variances of batch normalisation; an empty list without it."""
        return [array.copy() for array in self._statistics()]

    def restore_statistics(self, saved: list[np.ndarray]) -> None:
        """Set the running means and variances to what `running_statistics` gave."""
        for array, value in zip(self._statistics(), saved, strict=True):
            array[...] = value

    def _statistics(self):
        norms = [*self.encoder_norms, *self.decoder_norms]
        return [array for norm in norms for array in (norm.running_mean, norm.running_var)]

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """A block in which batch normalisation uses its running statistics and leaves them unchanged."""
        before = self.training
        self.eval()
        try:
            yield
        finally:
            self.train(before)

    def _tensor(self, x: Batch) -> Tensor:
        if not isinstance(x, Tensor):
            if x.dtype.kind != "f":
                raise TypeError(
                    f"dtype is {x.dtype}, expected floating numbers; pixels from 0 to 255 are divided by 255"
                )
            x = Tensor(x.astype(self.dtype, copy=False))
        return x


def as_floats(images: np.ndarray, model: VAE) -> np.ndarray:
    """Images (N, S, S, C) in [0, 1]: uint8 ones divided by 255, in the model's dtype; floating ones unchanged.

    The divided ones are laid out in memory as the convolutions read them fastest.
    """
    if images.dtype != np.uint8:
        return images
    return autograd.batch_innermost(np.divide(images, 255, dtype=model.dtype))


def _start(encoder, decoder, rng):
    """Starting weights of the convolutions: PyTorch's, which layers have by default, lose the signal on the way.

    A sum over n inputs with weights of variance 2/n keeps the size of what a ReLU halves (He et al. 2015), so the code
    depends on the image from the first step on. In the decoder 1/n is enough: louder, it learns as fast, and its
    answers to codes that it has not met, as draws of the prior are, grow wild. n counts the inputs that really meet
    in an output: of a transposed convolution's kernel, one position in stride^2.
    """
    for layer in encoder:
        weight = layer.weight.data
        weight[...] = init.kaiming_normal(rng, weight.shape, weight.dtype, fan_in=weight[0].size)
    for layer in decoder:
        weight = layer.weight.data
        inputs = weight[..., 0].size / layer.stride**2
        weight[...] = init.normal(rng, weight.shape, 1 / math.sqrt(inputs), weight.dtype)


def require_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    """ValueError unless `value` is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, expected one of {', '.join(allowed)}")


def _check_sizes(image_size, channels, widths, latent):
    if not widths or min(image_size, channels, latent, *widths) < 1:
        sizes = f"image_size {image_size}, channels {channels}, widths {tuple(widths)}, latent {latent}"
        raise ValueError(f"VAE: {sizes}: expected whole numbers of at least 1, and one width or more")
    if image_size % 2 ** len(widths):
        raise ValueError(
            f"VAE: image_size is {image_size}: {len(widths)} widths halve it {len(widths)} times, "
            f"so it must be a multiple of {2 ** len(widths)}"
        )
