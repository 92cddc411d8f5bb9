"""The network as a table: every layer with its output, its parameters and its arithmetic, read off the model."""

from itertools import zip_longest
from typing import NamedTuple

from autograd import nn

from .model import VAE


class Layer(NamedTuple):
    """One row: `output_shape` without the batch axis; `multiply_adds` for one image, forward."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


def layers(model: VAE) -> list[Layer]:
    """The layers of a model in the order in which an image passes through them.

    A row of a layer that batch normalisation follows counts the parameters of both. The noise level of the Gaussian
    likelihood is not a layer: it adds one parameter, or one for each value of a picture.
    """
    rows, side = [], model.image_size
    for i, (convolution, norm) in enumerate(zip_longest(model.encoder, model.encoder_norms)):
        side //= 2
        rows.append(_convolution(f"encoder.{i}", convolution, norm, side, side))
    rows += [_linear(name, getattr(model, name), []) for name in ("to_mean", "to_log_variance")]
    if model.skip == "linear":
        rows.append(_linear("linear_encoder", model.linear_encoder, ["from image to mean"]))
    first, others = (model.decoder_norms[0], model.decoder_norms[1:]) if model.decoder_norms else (None, [])
    rows.append(_linear("from_latent", model.from_latent, _after(first, "relu"), first))
    for i, (transposed, norm) in enumerate(zip_longest(model.decoder, others)):
        rows.append(_convolution(f"decoder.{i}", transposed, norm, 2 * side, side))
        side *= 2
    if model.skip == "linear":
        rows.append(_linear("linear_decoder", model.linear_decoder, ["from latent to image"]))
    return rows


def _convolution(name, layer, norm, side_out, side_small):
    """Forward or transposed, every weight meets every position of the smaller image once."""
    transposed = isinstance(layer, nn.ConvTranspose2d)
    height, width = layer.weight.shape[1:3]
    kind = f"{'transposed ' if transposed else ''}convolution {height}x{width}, stride {layer.stride}"
    kind = ", ".join([kind, *_after(norm, layer.activation)])
    channels = layer.weight.shape[3 if transposed else 0]
    shape = (side_out, side_out, channels)
    return Layer(name, kind, shape, _count(layer, norm), layer.weight.size * side_small * side_small)


def _linear(name, layer, after, norm=None):
    kind = ", ".join(["linear", *after])
    return Layer(name, kind, (layer.out_features,), _count(layer, norm), layer.weight.size)


def _after(norm, activation):
    """What follows a layer, in words: a normalisation and its activation, or the layer's own activation."""
    if norm is not None:
        return ["batch norm", norm.activation.replace("_", " ")]
    return [activation] if activation else []


def _count(*parts):
    return sum(parameter.size for part in parts if part is not None for parameter in part.parameters())
