"""A trained decoder in few bytes: batch normalisation folded into the weights, and these as int8.

With running statistics batch normalisation is a line for each channel, so it disappears into the layer before it:

    gamma (W x + b - mean) / sqrt(var + eps) + beta = (s W) x + (s (b - mean) + beta),    s = gamma / sqrt(var + eps)

Then the weights of each output are rounded to whole numbers from -127 to 127, times one scale. So a weight is wrong by
at most half of that scale, 1/254 of the largest weight.
"""

from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from autograd.nn import BatchNorm, ConvTranspose2d, Linear

from .model import LINEAR_SCALE, VAE

LEVELS = 127


class CompactLayer(NamedTuple):
    """y = activation(scale * (weight x) + bias).

    Attributes:
        kind: "linear" or "transposed", a transposed convolution of kernel 4, stride 2, padding 1.
        weight: int8; (features, latent) of the linear layer, (4, 4, out, in) of a transposed convolution.
        scale, bias: float32, (features,) or (out,).
        slope: of the leaky ReLU for negative values, 0 for the ReLU; None for the sigmoid.
    """

    kind: str
    weight: np.ndarray
    scale: np.ndarray
    bias: np.ndarray
    slope: float | None


class CompactDecoder(NamedTuple):
    """The layers from a code to the picture in [0, 1], in order, and the linear path beside them, if there is one.

    The linear path is added to what the sigmoid of the last layer gets.
    """

    layers: list[CompactLayer]
    path: CompactLayer | None


def compact_decoder(model: VAE) -> CompactDecoder:
    """The decoder of a model with its running statistics."""
    linear = model.from_latent
    norms: list[BatchNorm | None] = list(model.decoder_norms) or [None]
    first, others = norms[0], norms[1:]
    positions = linear.out_features // model.smallest_shape[-1]
    weight, bias = _folded(linear.weight.data, _bias(linear), first, positions)
    layers = [_rounded("linear", weight, bias, _slope(first), axis=0)]
    for i, (convolution, norm) in enumerate(zip_longest(model.decoder, others)):
        weight = convolution.weight.data.transpose(3, 1, 2, 0)  # (in, 4, 4, out) -> (out, 4, 4, in)
        weight, bias = _folded(weight, _bias(convolution), norm)
        slope = None if i + 1 == len(model.decoder) else _slope(norm)
        layers.append(_rounded("transposed", weight.transpose(1, 2, 0, 3), bias, slope, axis=2))
    if model.skip == "none":
        return CompactDecoder(layers, None)
    beside = model.linear_decoder
    weight = LINEAR_SCALE * beside.weight.data
    return CompactDecoder(layers, _rounded("linear", weight, LINEAR_SCALE * _bias(beside), None, axis=0))


def decode(decoder: CompactDecoder, z: np.ndarray) -> np.ndarray:
    """Pictures (N, S, S, C) in [0, 1] of codes z (N, K): the plain form, which the page's script is held to."""
    first, *others = decoder.layers
    x = _activated(_sums(first, z), first)
    side = int(np.sqrt(x.shape[1] // others[0].weight.shape[3]))
    x = x.reshape(len(z), side, side, -1)
    for layer in others:
        side = x.shape[1]
        y = np.zeros((len(z), 2 * side + 2, 2 * side + 2, layer.weight.shape[2]), z.dtype)  # with the padding around
        for i in range(4):
            for j in range(4):
                y[:, i : i + 2 * side : 2, j : j + 2 * side : 2] += x @ layer.weight[i, j].T.astype(z.dtype)
        y = y[:, 1:-1, 1:-1] * layer.scale + layer.bias
        if layer.slope is None and decoder.path is not None:
            y = y + _sums(decoder.path, z).reshape(y.shape)
        x = _activated(y, layer)
    return x


def _sums(layer: CompactLayer, z: np.ndarray) -> np.ndarray:
    return z @ layer.weight.T.astype(z.dtype) * layer.scale + layer.bias


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


def _rounded(kind: str, weight: np.ndarray, bias: np.ndarray, slope: float | None, axis: int) -> CompactLayer:
    """The layer with int8 weights; ``axis`` is that of the outputs."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    largest = abs(weight).max(others, keepdims=True)
    scale = np.where(largest > 0, largest, 1) / LEVELS
    whole = np.rint(weight / scale).astype(np.int8)
    return CompactLayer(kind, whole, scale.ravel().astype(np.float32), bias.astype(np.float32), slope)


def _slope(norm: BatchNorm | None) -> float:
    return 0.0 if norm is None else norm.negative_slope


def _activated(y: np.ndarray, layer: CompactLayer) -> np.ndarray:
    return 1 / (1 + np.exp(-y)) if layer.slope is None else np.where(y > 0, y, layer.slope * y)
