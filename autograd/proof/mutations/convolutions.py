"""Broken backward passes of convolutions: wrong stride, padding or dilation, a rotated kernel, channels mixed up.

The gradients are written here a second time, tap by tap, from the formulas in ``kernels/conv/forms.py``. With the op's
own sizes, `paint`, `look` and `correlate` are right; a test guards this. A mutant calls them with another stride,
dilation or padding, or with a rotated kernel.
"""

from dataclasses import replace

import numpy as np

from ...kernels.conv.geometry import conv_geometry, conv_transpose_geometry
from .mutant import mutant, nothing, spoiled

MARGIN = 8  # zero pixels around an image, so that a wrong size reads zeros instead of running out of bounds


def paint(g, weight, geometry, add=True):
    """dx[n, s r + d i - p, s q + d j - p, c] = sum of w[f,i,j,c] g[n,r,q,f]."""
    (height, width) = geometry.image
    canvas = np.zeros((geometry.batch, height + 2 * MARGIN, width + 2 * MARGIN, geometry.channels))
    for i, j, seen in _taps(geometry):
        canvas[seen] = g @ weight[:, i, j] + (canvas[seen] if add else 0)
    return canvas[:, MARGIN : MARGIN + height, MARGIN : MARGIN + width]


def look(image, weight, geometry):
    """y[n,r,q,f] = sum of w[f,i,j,c] x[n, s r + d i - p, s q + d j - p, c], the backward pass of conv_transpose2d."""
    image = _with_margin(image)
    return sum(image[seen] @ weight[:, i, j].T for i, j, seen in _taps(geometry))


def correlate(g, image, geometry, padded_with="constant"):
    """dw[f,i,j,c] = sum of g[n,r,q,f] x[n, s r + d i - p, s q + d j - p, c]."""
    image = _with_margin(image, padded_with)
    dw = np.empty(geometry.weight_shape)
    for i, j, seen in _taps(geometry):
        dw[:, i, j] = np.einsum("nrqf,nrqc->fc", g, image[seen])
    return dw


def _taps(geometry):
    """Every tap (i, j) of the kernel, with the slice of pixels (margin included) that it reads in all windows."""
    for i, j in np.ndindex(*geometry.kernel):
        rows, columns = (
            slice(start := MARGIN + d * k - p, start + s * (count - 1) + 1, s)
            for k, s, p, d, count in zip(
                (i, j), geometry.stride, geometry.padding, geometry.dilation, geometry.output, strict=True
            )
        )
        yield i, j, (slice(None), rows, columns)


def _with_margin(image, padded_with="constant"):
    return np.pad(image, [(0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)], mode=padded_with)


def _with_sizes(function, changed):
    """A vjp that calls ``function(g, x, weight, geometry)`` with some sizes of the geometry changed."""

    def vjp(g, y, x, weight, bias=None, stride=1, padding=0, output_padding=None, dilation=1, **options):
        sizes = {"stride": stride, "padding": padding, "dilation": dilation}
        if output_padding is None:
            geometry = conv_geometry(x.shape, weight.shape, **sizes)
        else:
            geometry = conv_transpose_geometry(x.shape, weight.shape, output_padding=output_padding, **sizes)
        changes = {name: (size, size) for name, size in changed.items()}
        return function(_before_activation(g, y, **options), x, weight, replace(geometry, **changes))

    return vjp


def _before_activation(g, y, activation=None, negative_slope=0.01):
    return g if activation is None else g * np.where(y > 0, 1, negative_slope if activation == "leaky_relu" else 0)


def conv2d(kind, bug, argument, function, **changed):
    """A mutant of conv2d; `function(g, x, weight, geometry)` gives the gradient of the argument."""
    return mutant("conv2d", kind, bug, **{argument: _with_sizes(function, changed)})


def conv_transpose2d(kind, bug, argument, function, **changed):
    """A mutant of conv_transpose2d."""
    vjp = _with_sizes(function, changed)

    def with_output_padding(*arguments, output_padding=0, **options):
        return vjp(*arguments, output_padding=output_padding, **options)

    return mutant("conv_transpose2d", kind, bug, **{argument: with_output_padding})


def painted(g, x, weight, geometry):
    """The gradient of conv2d's input."""
    return paint(g, weight, geometry)


def looked(g, x, weight, geometry):
    """The gradient of conv_transpose2d's input."""
    return look(g, weight, geometry)


def correlated(g, x, weight, geometry):
    """The gradient of conv2d's weight."""
    return correlate(g, x, geometry)


def overwritten(g, x, weight, geometry):
    """dx patch by patch, where each patch overwrites the earlier ones instead of adding to them."""
    canvas = np.zeros((geometry.batch, *[n + 2 * MARGIN for n in geometry.image], geometry.channels))
    for r, q in np.ndindex(*geometry.output):
        rows, columns = (
            slice(start := MARGIN + s * k - p, start + d * (n - 1) + 1, d)
            for k, s, p, d, n in zip(
                (r, q), geometry.stride, geometry.padding, geometry.dilation, geometry.kernel, strict=True
            )
        )
        canvas[:, rows, columns] = np.einsum("nf,fijc->nijc", g[:, r, q], weight)
    return canvas[:, MARGIN : MARGIN + geometry.image[0], MARGIN : MARGIN + geometry.image[1]]


def last_position(g, x, weight, geometry):
    """dw from the last window of each image only, instead of the sum over all windows."""
    last = np.zeros_like(g)
    last[:, -1, -1] = g[:, -1, -1]
    return correlate(last, x, geometry)


def correlated_transposed(g, x, weight, geometry):
    """The gradient of conv_transpose2d's weight."""
    return correlate(x, g, geometry)


def turn(dw, *arguments, **options):
    """The kernel rotated by 180 degrees: convolution instead of correlation."""
    return dw[:, ::-1, ::-1]


def channels_first(dw, *arguments, **options):
    """The elements in the order of another layout, reshaped to this one."""
    return dw.transpose(3, 1, 2, 0).reshape(dw.shape)


def sides_exchanged(dw, *arguments, **options):
    """The kernel's rows and columns exchanged, reshaped to the weight's shape."""
    return dw.transpose(0, 2, 1, 3).reshape(dw.shape)


def mean_of_positions(dbias, y, *arguments, **options):
    """The gradient of the bias averaged over images and positions."""
    return dbias * len(dbias) / y.size


def first_image_alone(g, y, x, weight, bias, *sizes, **options):
    """The gradient of the bias from the first image only."""
    return _before_activation(g, y, **_activation(options))[0].sum((0, 1))


def activation_forgotten(g, y, x, weight, bias, *sizes, **options):
    """The gradient of the bias as if no activation followed the convolution."""
    return g.sum((0, 1, 2))


def _activation(options):
    return {name: options[name] for name in ("activation", "negative_slope") if name in options}


CONVOLUTIONS = [
    conv2d("formula", "stride forgotten", "x", painted, stride=1),
    conv2d("shifted", "padding forgotten", "x", painted, padding=0),
    conv2d("formula", "dilation forgotten", "x", painted, dilation=1),
    conv2d("formula", "kernel turned", "x", lambda g, x, weight, geometry: paint(g, weight[:, ::-1, ::-1], geometry)),
    conv2d(
        "dropped term",
        "where windows overlap, the last tap wins",
        "x",
        lambda g, x, weight, geometry: paint(g, weight, geometry, add=False),
    ),
    conv2d("dropped term", "patches that overlap are overwritten, not added up", "x", overwritten),
    conv2d("formula", "stride forgotten", "weight", correlated, stride=1),
    conv2d("shifted", "padding forgotten", "weight", correlated, padding=0),
    conv2d("formula", "dilation forgotten", "weight", correlated, dilation=1),
    conv2d(
        "formula",
        "padded with the nearest pixel, not zeros",
        "weight",
        lambda g, x, weight, geometry: correlate(g, x, geometry, padded_with="edge"),
    ),
    conv2d("dropped term", "the last position alone, not the sum over all", "weight", last_position),
    spoiled("conv2d", "flipped", "kernel turned", "weight", turn),
    spoiled("conv2d", "transposed", "channels and filters exchanged", "weight", channels_first),
    spoiled("conv2d", "transposed", "rows and columns of the kernel exchanged", "weight", sides_exchanged),
    spoiled("conv2d", "factor", "mean over positions, not sum", "bias", mean_of_positions),
    mutant("conv2d", "dropped term", "the first image alone", bias=first_image_alone),
    mutant("conv2d", "dropped term", "the activation forgotten", bias=activation_forgotten),
    conv_transpose2d("formula", "stride forgotten", "x", looked, stride=1),
    conv_transpose2d("formula", "padding forgotten", "x", looked, padding=0),
    conv_transpose2d("formula", "dilation forgotten", "x", looked, dilation=1),
    conv_transpose2d(
        "formula", "kernel turned", "x", lambda g, x, weight, geometry: look(g, weight[:, ::-1, ::-1], geometry)
    ),
    conv_transpose2d("formula", "stride forgotten", "weight", correlated_transposed, stride=1),
    spoiled("conv_transpose2d", "flipped", "kernel turned", "weight", turn),
    spoiled("conv_transpose2d", "transposed", "channels and filters exchanged", "weight", channels_first),
    spoiled("conv_transpose2d", "factor", "mean over positions, not sum", "bias", mean_of_positions),
    spoiled("conv_transpose2d", "zero", "no gradient for the bias", "bias", nothing),
    mutant("conv_transpose2d", "dropped term", "the activation forgotten", bias=activation_forgotten),
]
