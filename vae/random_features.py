"""Features of a fixed random convolutional network: a distance between sets of pictures that sees blur.

The Frechet distance along principal components (`vae.distances`) sees large shapes and colours. To see sharpness, it
needs features that answer to edges and texture. Trained networks give such features; a random one does too, needs no
data, and is the same for everybody:

    3 times:  convolution with random filters of mean 0, stride 2  ->  absolute value  ->  mean over positions: features

Each feature is divided by its standard deviation over real pictures, so that none dominates by its scale. The distance
has no unit: it is read beside its floor, the distance of other real pictures.

Sources: Saxe et al., On random weights and unsupervised feature learning (2011); Heusel et al., GANs trained by a two
time-scale update rule (2017), for the Frechet distance in features.
"""

import numpy as np

import autograd
from autograd import Tensor, no_grad

from .distances import fitted_normal, frechet_distance

FILTERS = 24  # in each of the layers
LAYERS = 3
KERNEL = 5
BATCH = 128


def random_features(images: np.ndarray) -> np.ndarray:
    """Features (N, LAYERS * FILTERS), float32, of uint8 images (N, S, S, C); the same network at every call."""
    filters = _filters(images.shape[-1])
    parts = [_features(images[start : start + BATCH], filters) for start in range(0, len(images), BATCH)]
    return np.concatenate(parts)


def feature_distance(samples: np.ndarray, real: np.ndarray) -> float:
    """The Frechet distance of uint8 pictures (N, S, S, C) from real ones (M, S, S, C) in standardised features."""
    features = random_features(real)
    scale = np.maximum(features.std(0), np.finfo(np.float32).tiny)
    ours = random_features(samples) / scale
    return frechet_distance(fitted_normal(ours), fitted_normal(features / scale))


def _filters(channels):
    """Random filters of mean 0 and norm 1, (FILTERS, KERNEL, KERNEL, channels), of each layer."""
    rng = np.random.default_rng(0)
    layers = []
    for inputs in (channels, *[FILTERS] * (LAYERS - 1)):
        weights = rng.standard_normal((FILTERS, KERNEL, KERNEL, inputs), dtype=np.float32)
        weights -= weights.mean(axis=(1, 2), keepdims=True)
        layers.append(weights / np.sqrt(np.square(weights).sum(axis=(1, 2, 3), keepdims=True)))
    return layers


@no_grad()
def _features(images, filters):
    hidden = Tensor(images.astype(np.float32) / np.float32(255) - np.float32(0.5))  # padding is mid-grey
    means = []
    for weights in filters:
        hidden = autograd.abs(autograd.conv2d(hidden, weights, stride=2, padding=KERNEL // 2))
        means.append(hidden.data.mean(axis=(1, 2)))
    return np.concatenate(means, axis=1)
