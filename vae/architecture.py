"""The network as a table: every layer with its output, its parameters and its arithmetic, read off the model."""

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

    The learned noise level of the Gaussian likelihood is no layer, and one more parameter.
    """
    rows, side = [], model.image_size
    for i, convolution in enumerate(model.encoder):
        side //= 2
        rows.append(_convolution(f"encoder.{i}", convolution, side, side))
    rows += [_linear(name, getattr(model, name), "linear") for name in ("to_mean", "to_log_variance")]
    rows.append(_linear("from_latent", model.from_latent, "linear, relu"))
    for i, transposed in enumerate(model.decoder):
        rows.append(_convolution(f"decoder.{i}", transposed, 2 * side, side))
        side *= 2
    return rows


def _convolution(name, layer, side_out, side_small):
    """Forward or transposed, every weight meets every position of the smaller image once."""
    channels = layer.bias.size
    height, width = layer.weight.shape[1:3]
    transposed = isinstance(layer, nn.ConvTranspose2d)
    kind = f"{'transposed ' if transposed else ''}convolution {height}x{width}, stride {layer.stride}"
    kind += f", {layer.activation}" if layer.activation else ""
    shape = (side_out, side_out, channels)
    return Layer(name, kind, shape, _count(layer), layer.weight.size * side_small * side_small)


def _linear(name, layer, kind):
    return Layer(name, kind, (layer.out_features,), _count(layer), layer.weight.size)


def _count(layer):
    return sum(parameter.size for parameter in layer.parameters())
