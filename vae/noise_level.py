"""The noise level of the Gaussian likelihood in closed form.

With x_d the D values of a picture, y_d the decoder's mean for a code drawn from the posterior, and one level for all,

    E[-log p(x|z)] = 1/2 ( D log(2 pi s^2) + E sum_d (x_d - y_d)^2 / s^2 )        is least at

    s^2 = E sum_d (x_d - y_d)^2 / D,

the mean squared error of reconstructions from *drawn* codes. With one level for each value, or for each frequency, the
same holds for that value or frequency alone.

Training moves log s^2 by gradient descent, and Adam moves it by the learning rate a step at most, so after a short
training it still lags behind. A lag during training does good: a level that is too high gives the KL term more weight
while the code forms. At an evaluation it only costs nats, so there the level is set to the closed form, computed on
training images.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from autograd import no_grad

from .explore import BATCH
from .model import VAE, as_floats
from .spectra import dct

MAX_IMAGES = 1000  # training images that the level is computed from: one number needs no more
MIN_VARIANCE = 1e-8  # a decoder without any error would have a density without bound


@no_grad()
def best_log_noise(model: VAE, images: np.ndarray, seed: int = 0) -> np.ndarray:
    """log s^2 of least reconstruction cost on images (N, S, S, C), uint8: () or (S, S, C), as the model has it.

    Of more than `MAX_IMAGES` images the first ones are used, so it takes little time after an epoch.
    The codes are drawn with a random generator of their own, from `seed`.
    """
    rng, images = np.random.default_rng(seed), images[:MAX_IMAGES]
    total = np.zeros(images.shape[1:])
    with model.evaluating():
        for start in range(0, len(images), BATCH):
            batch = as_floats(images[start : start + BATCH], model)
            decoded = model.decode(model.reparameterize(*model.encode(batch), rng))
            error = batch - decoded.data
            error = dct(error) if model.noise == "spectral" else error
            total += np.square(error).sum(0, dtype=np.float64)
    variance = total / len(images)
    return np.log(np.maximum(variance.mean() if model.noise == "shared" else variance, MIN_VARIANCE))


@contextmanager
def best_noise(model: VAE, images: np.ndarray) -> Iterator[None]:
    """A block in which the model's noise level is the best one for images (N, S, S, C); afterwards it is as before.

    The Bernoulli likelihood has no noise level; then nothing changes.
    """
    if model.likelihood != "gaussian":
        yield
        return
    before = model.log_noise.data.copy()
    model.log_noise.data[...] = best_log_noise(model, images)
    try:
        yield
    finally:
        model.log_noise.data[...] = before
