"""Convolution and transposed convolution of images: what they compute, and which form computes it.

Shapes: image x (N, H, W, C), weight w (F, kH, kW, C), result y (N, OH, OW, F): F filters, each a small image
with as many channels as x. Stride s, padding p, dilation d (one number, or one along H and one along W;
`conv_geometry` has the sizes):

    y[n, r, q, f]  =  sum over i, j, c of   w[f, i, j, c]  x[n, s r + d i - p, s q + d j - p, c]

with zeros outside x.

Backward. Let L be a scalar that depends on y, and g = dL/dy, of y's shape. Multiply y by g and sum over all:

    <g, y>  =  sum over n, r, q, f, i, j, c of   g[n,r,q,f]  w[f,i,j,c]  x[n, s r + d i - p, s q + d j - p, c]

This is linear in each of g, w and x, so the three arrays that training needs come from this one sum; each
time one array is left out of the product and its indices are left out of the sum:

    forward                  leave out g:    y [n,r,q,f]  =  sum over i, j, c of            w x
    gradient of the input    leave out x:    dx[n,h,l,c]  =  sum over r, q, i, j, f of      g w
                                             where s r + d i - p = h and s q + d j - p = l
    gradient of the weight   leave out w:    dw[f,i,j,c]  =  sum over n, r, q of            g x

Transposed convolution: z (N, OH, OW, F) and the same weight w give an image (N, H, W, C), by the second line:
every pixel of z paints w, scaled by itself, into the image. It is the adjoint of the convolution, for all x
and z

    <conv2d(x, w), z>  =  <x, conv_transpose2d(z, w)>

and needs no further mathematics: its forward pass is the convolution's gradient of the input, its gradient of
the input is the convolution's forward pass, and its gradient of the weight is the same sum. Read from the
transposed side, w is (C_in, kH, kW, F_out): what comes in is its first axis, what goes out its last.
(PyTorch's layouts are (F, C, kH, kW) and (C_in, F_out, kH, kW): w.transpose(0, 3, 1, 2) in both cases.)

Forms. Several ways of computing the same three sums are kept, each in a file of its own; FORMS says which
serves what. All have the same five functions, because the trilinear sum can be prepared on each side once and
then closed on the third:

    lower_image(x)   lower_output(g)                      rearrange one side (for nothing, or for a transform)
    to_output(image, w)   to_image(output, w)   to_weight(image, output)          the three sums

so that what the forward pass prepared serves the gradient of the weight, and what one gradient prepared
serves the other.
"""

from typing import Any, NamedTuple

import numpy as np

from . import conv_planes, conv_taps, conv_winograd
from .conv_epilogue import before_activation, epilogue
from .conv_geometry import ConvGeometry, conv_geometry, conv_transpose_geometry
from .conv_layout import to_hwnc

__all__ = [
    "before_activation",
    "bias_gradient",
    "conv2d_forward",
    "conv2d_gradient_of_input",
    "conv2d_gradient_of_weight",
    "conv2d_pullback",
    "conv_transpose2d_forward",
    "conv_transpose2d_pullback",
]

# The first form that serves a geometry computes it. All agree with kernels.reference; they differ in speed.
FORMS = (
    conv_planes,  # images with few channels: the two ends of a network
    conv_winograd,  # 4 x 4 kernels of stride 2 between many channels: 9/16 of the multiplications
    conv_taps,  # everything else
)


def form_for(geometry):
    """The module that computes convolutions of this geometry."""
    return next(form for form in FORMS if form.serves(geometry))


class Saved(NamedTuple):
    """What the forward pass keeps for the backward: its geometry, and its input as its form lowered it."""

    geometry: ConvGeometry
    lowered: Any


def conv2d_forward(x, weight, stride=1, padding=0, dilation=1, bias=None, activation=None, negative_slope=0.2):
    """(y, saved): y (N, OH, OW, F) = activation(conv(x (N, H, W, C), weight (F, kH, kW, C)) + bias (F,)).

    Raises ValueError for channels that differ, a kernel larger than the padded image, sizes below their
    minimum, and TypeError for dtypes that differ.
    """
    geometry = conv_geometry(x.shape, weight.shape, stride, padding, dilation)
    _same_dtype("conv2d", x, weight, bias)
    _check_bias("conv2d", bias, geometry.filters)
    form = form_for(geometry)
    image = form.lower_image(x, geometry)
    y = form.to_output(image, weight, geometry, epilogue(bias, activation, negative_slope))
    return y, Saved(geometry, image)


def conv2d_pullback(g, weight, saved):
    """Two functions without arguments that share their work and finish dL/dx and dL/dweight from g = dL/dy.

    If the forward pass had an activation, g comes from `before_activation`. dL/dbias is `bias_gradient(g)`.
    """
    geometry, image = saved
    form = form_for(geometry)
    output = form.lower_output(g, geometry)
    return (
        lambda: form.to_image(output, weight, geometry, None),
        lambda: form.to_weight(image, output, geometry),
    )


def conv_transpose2d_forward(
    z,
    weight,
    stride=1,
    padding=0,
    output_padding=0,
    dilation=1,
    bias=None,
    activation=None,
    negative_slope=0.2,
):
    """(y, saved): y (N, H', W', F_out) = activation(conv_transpose(z (N, H, W, C_in), weight) + bias).

    weight (C_in, kH, kW, F_out), bias (F_out,); H' = (H - 1) s - 2 p + d (kH - 1) + 1 + output_padding.
    Raises like `conv2d_forward`.
    """
    geometry = conv_transpose_geometry(z.shape, weight.shape, stride, padding, output_padding, dilation)
    _same_dtype("conv_transpose2d", z, weight, bias)
    _check_bias("conv_transpose2d", bias, geometry.channels)
    form = form_for(geometry)
    output = form.lower_output(z, geometry)
    y = form.to_image(output, weight, geometry, epilogue(bias, activation, negative_slope))
    return y, Saved(geometry, output)


def conv_transpose2d_pullback(g, weight, saved):
    """Two functions without arguments that share work and finish dL/dz and dL/dweight from g = dL/dy."""
    geometry, output = saved
    form = form_for(geometry)
    image = form.lower_image(g, geometry)
    return (
        lambda: form.to_output(image, weight, geometry, None),
        lambda: form.to_weight(image, output, geometry),
    )


def conv2d_gradient_of_input(g, weight, x_shape, stride=1, padding=0, dilation=1):
    """dL/dx (N, H, W, C) from g (N, OH, OW, F) and weight (F, kH, kW, C)."""
    geometry = conv_geometry(x_shape, weight.shape, stride, padding, dilation)
    _check_gradient("conv2d", g, geometry.output_shape)
    form = form_for(geometry)
    return form.to_image(form.lower_output(g, geometry), weight, geometry, None)


def conv2d_gradient_of_weight(g, x, kernel, stride=1, padding=0, dilation=1):
    """dL/dweight (F, kH, kW, C) from g (N, OH, OW, F) and x (N, H, W, C); `kernel` is (kH, kW)."""
    geometry = conv_geometry(x.shape, (g.shape[-1], *kernel, x.shape[-1]), stride, padding, dilation)
    _check_gradient("conv2d", g, geometry.output_shape)
    form = form_for(geometry)
    return form.to_weight(form.lower_image(x, geometry), form.lower_output(g, geometry), geometry)


def bias_gradient(g):
    """dL/dbias (F,) = g (N, OH, OW, F) summed over everything but the channels.

    A product with ones adds up long rows, several times faster than sum() adds short runs.
    """
    batch, height, width, channels = g.shape
    if g.flags.c_contiguous:
        rows = g.reshape(batch * height, width * channels)
    else:
        rows = to_hwnc(g).reshape(height * width, batch * channels)
    return (np.ones(len(rows), g.dtype) @ rows).reshape(-1, channels).sum(axis=0)


def _same_dtype(op, image, weight, bias):
    arrays = {"x": image, "weight": weight} | ({} if bias is None else {"bias": bias})
    if len({a.dtype for a in arrays.values()}) > 1:
        found = ", ".join(f"{name} {a.dtype}" for name, a in arrays.items())
        raise TypeError(f"{op}: the arrays must have one dtype, not {found}")


def _check_bias(op, bias, channels):
    if bias is not None and bias.shape != (channels,):
        raise ValueError(f"{op}: bias must have shape ({channels},), one number a channel, not {bias.shape}")


def _check_gradient(op, g, shape):
    if g.shape != shape:
        raise ValueError(f"{op}: the gradient must have the output's shape {shape}, not {g.shape}")
