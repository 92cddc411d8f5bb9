"""Trained decoders in few bytes, for a page that runs them: what can be folded is folded, the rest is whole numbers.

**Batch normalisation** with running statistics is a line for each channel, so it disappears into the layer before it:

    gamma (W x + b - mean) / sqrt(var + eps) + beta = (s W) x + (s (b - mean) + beta),    s = gamma / sqrt(var + eps)

**The linear map** z = mu + M^-1 eps (`vae.linear_map`) disappears into the layers that read the code: they read eps.
So N(0, I) is the prior, and a standard deviation of the codes is 1.

**Weights** of each output are rounded to whole numbers from -127 to 127, times one scale. So a weight is wrong by at
most half of that scale, 1/254 of the largest weight, and a pixel by less than a grey level.

**The linear path** is a sum of pictures, one for each number of the code. The paths of models that were trained on the
same faces, with another weight of the KL term, are made of nearly the same pictures. So all share one set, the main
axes of all paths together, and each model has a small matrix that says how much of which. Pictures have little fine
detail: after a discrete cosine transform most of their values are rounded to 0, as in a JPEG.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from autograd.nn import BatchNorm, ConvTranspose2d, Linear

from .model import LINEAR_SCALE
from .spectra import dct_matrix
from .trained import Trained

LEVELS = 127
STEP = 0.002  # of the path's values, in units of the logit: half a thousandth of the range where a pixel changes most
DROPPED = 0.001  # RMS of what the shared pictures may leave out of a path, in units of the logit
FINE = 2**15 - 1  # levels of the numbers that are few


class CompactLayer(NamedTuple):
    """y = activation(scale * (weight x) + bias).

    Attributes:
        weight: int8; (features, latent) of the linear layer, (4, 4, out, in) of a transposed convolution of kernel 4,
            stride 2 and padding 1.
        scale, bias: float32, (features,) or (out,), multiples of a 32767th of their largest.
        slope: of the leaky ReLU for negative values, 0 for the ReLU; None for the sigmoid.
    """

    weight: np.ndarray
    scale: np.ndarray
    bias: np.ndarray
    slope: float | None


class CompactDecoder(NamedTuple):
    """The layers from eps to the picture in [0, 1], in order, and the linear path beside them, if there is one.

    Attributes:
        layers: the first is linear, the others are transposed convolutions.
        path: float32 (R, K + 1): how much of each picture there is for each number of eps, and in the end for 1. The
            sum is added to what the sigmoid of the last layer gets.
        pictures: int16 (S, S, C, R), the same for all models of a call of `compact_decoders`: `STEP` times it is the
            cosine transform, along the first three axes, of the R pictures that a path is a sum of.
    """

    layers: list[CompactLayer]
    path: np.ndarray | None
    pictures: np.ndarray | None


def compact_decoders(models: Sequence[Trained]) -> list[CompactDecoder]:
    """The decoders of models of one architecture, with their running statistics and their linear maps."""
    layers = [_layers(trained) for trained in models]
    if models[0].model.skip == "none":
        return [CompactDecoder(each, None, None) for each in layers]
    paths = [_transformed(trained) for trained in models]
    rounded = np.rint(_main_axes(paths) / STEP)
    # Each path is fitted by least squares to the pictures as they are after rounding.
    inner = np.square(STEP) * rounded.T @ rounded
    shares = [fine(np.linalg.solve(inner, STEP * rounded.T @ path)) for path in paths]
    model = models[0].model
    pictures = rounded.astype(np.int16).reshape(model.image_size, model.image_size, model.channels, -1)
    return [CompactDecoder(each, path, pictures) for each, path in zip(layers, shares, strict=True)]


def decode(decoder: CompactDecoder, eps: np.ndarray) -> np.ndarray:
    """Pictures (N, S, S, C) in [0, 1] of eps (N, K): the plain form, which the page's script is held to."""
    first, *others = decoder.layers
    x = _activated(eps @ first.weight.T.astype(eps.dtype) * first.scale + first.bias, first)
    side = int(np.sqrt(x.shape[1] // others[0].weight.shape[3]))
    x = x.reshape(len(eps), side, side, -1)
    for layer in others:
        side = x.shape[1]
        y = np.zeros((len(eps), 2 * side + 2, 2 * side + 2, layer.weight.shape[2]), eps.dtype)  # with the padding
        for i in range(4):
            for j in range(4):
                y[:, i : i + 2 * side : 2, j : j + 2 * side : 2] += x @ layer.weight[i, j].T.astype(eps.dtype)
        y = y[:, 1:-1, 1:-1] * layer.scale + layer.bias
        if layer.slope is None and decoder.pictures is not None:
            y = y + _beside(decoder, eps)
        x = _activated(y, layer)
    return x


def fine(array: np.ndarray) -> np.ndarray:
    """Numbers rounded to multiples of a 32767th of the largest, as float32."""
    step = fine_step(array)
    return np.float32(step) * np.rint(array / step).astype(np.float32)


def fine_step(array: np.ndarray) -> float:
    """What `fine` rounds to multiples of."""
    return float(np.float32(abs(array).max() / FINE)) or 1.0


def _layers(trained: Trained) -> list[CompactLayer]:
    model = trained.model
    linear = model.from_latent
    norms: list[BatchNorm | None] = list(model.decoder_norms) or [None]
    first, others = norms[0], norms[1:]
    positions = linear.out_features // model.smallest_shape[-1]
    weight, bias = _folded(*_reading_eps(linear.weight.data, _bias(linear), trained), first, positions)
    layers = [_rounded(weight, bias, _slope(first), axis=0)]
    for i, (convolution, norm) in enumerate(zip_longest(model.decoder, others)):
        weight = convolution.weight.data.transpose(3, 1, 2, 0)  # (in, 4, 4, out) -> (out, 4, 4, in)
        weight, bias = _folded(weight, _bias(convolution), norm)
        slope = None if i + 1 == len(model.decoder) else _slope(norm)
        layers.append(_rounded(weight.transpose(1, 2, 0, 3), bias, slope, axis=2))
    return layers


def _reading_eps(weight: np.ndarray, bias: np.ndarray, trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Weight (out, K) and bias (out,) of a layer that reads z, as those of the same layer reading eps."""
    mean, factor = trained.linear_map
    return np.linalg.solve(factor.T, weight.T.astype(np.float64)).T, bias + weight @ mean


def _transformed(trained: Trained) -> np.ndarray:
    """The cosine transform of the pictures of a path, and of its bias: (S * S * C, K + 1)."""
    model = trained.model
    beside = model.linear_decoder
    weight, bias = _reading_eps(LINEAR_SCALE * beside.weight.data, LINEAR_SCALE * _bias(beside), trained)
    pictures = np.column_stack([weight, bias]).reshape(model.image_size, model.image_size, model.channels, -1)
    return _cosine(pictures, inverse=False).reshape(len(weight), -1)


def _main_axes(paths: Sequence[np.ndarray]) -> np.ndarray:
    """The fewest orthogonal columns that the columns of all paths are sums of, but for `DROPPED`.

    Args:
        paths: of each model (values, K + 1).

    Returns:
        (values, R); a column's length is the RMS over the models of what their paths have along it, and no value is
        too large for `STEP` of them to be counted in int16.
    """
    columns = np.concatenate(paths, axis=1) / np.sqrt(len(paths))
    squares, turned = np.linalg.eigh(columns.T @ columns)  # in rising order
    left_out = np.sqrt(np.cumsum(squares.clip(0)) / len(columns))
    kept = max(1, int((left_out > DROPPED).sum()))
    axes = columns @ turned[:, : -kept - 1 : -1]
    return axes / np.maximum(1, abs(axes).max(0) / (STEP * FINE))


def _beside(decoder: CompactDecoder, eps: np.ndarray) -> np.ndarray:
    """What the linear path adds, before the sigmoid, to the pictures of eps (N, K): (N, S, S, C)."""
    assert decoder.path is not None and decoder.pictures is not None
    shares = np.column_stack([eps, np.ones(len(eps), eps.dtype)]) @ decoder.path.T
    values = np.tensordot(STEP * decoder.pictures.astype(eps.dtype), shares, axes=(3, 1))  # (S, S, C, N)
    return np.moveaxis(_cosine(values, inverse=True), 3, 0).astype(eps.dtype)


def _cosine(pictures: np.ndarray, inverse: bool) -> np.ndarray:
    """The orthonormal cosine transform of (S, S, C, n) along its first three axes, or its inverse."""
    for axis in range(3):
        matrix = dct_matrix(pictures.shape[axis]).astype(pictures.dtype)
        pictures = np.moveaxis(np.tensordot(matrix.T if inverse else matrix, pictures, axes=(1, axis)), 0, axis)
    return pictures


def _bias(layer: Linear | ConvTranspose2d) -> np.ndarray:
    outs = layer.weight.shape[0 if isinstance(layer, Linear) else 3]
    return np.zeros(outs, layer.weight.dtype) if layer.bias is None else layer.bias.data


def _folded(
    weight: np.ndarray, bias: np.ndarray, norm: BatchNorm | None, repeats: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Weight (out, ...) and bias (out,) with the normalisation of the outputs in them; its channels repeat."""
    if norm is None:
        return weight, bias
    scale = np.tile(norm.weight.data / np.sqrt(norm.running_var + norm.epsilon), repeats)
    mean, beta = np.tile(norm.running_mean, repeats), np.tile(norm.bias.data, repeats)
    return weight * scale.reshape(-1, *[1] * (weight.ndim - 1)), scale * (bias - mean) + beta


def _rounded(weight: np.ndarray, bias: np.ndarray, slope: float | None, axis: int) -> CompactLayer:
    """The layer with int8 weights; ``axis`` is that of the outputs."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    largest = abs(weight).max(others, keepdims=True)
    scale = fine(np.where(largest > 0, largest, 1) / LEVELS)
    scale = np.maximum(scale, fine_step(scale))
    whole = np.rint(weight / scale).clip(-LEVELS, LEVELS).astype(np.int8)
    return CompactLayer(whole, scale.ravel(), fine(bias), slope)


def _slope(norm: BatchNorm | None) -> float:
    return 0.0 if norm is None else norm.negative_slope


def _activated(y: np.ndarray, layer: CompactLayer) -> np.ndarray:
    return 1 / (1 + np.exp(-y)) if layer.slope is None else np.where(y > 0, y, layer.slope * y)
