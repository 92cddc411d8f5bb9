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

Forms. Several forms of the same three sums are kept, each in a file of its own (read ``pointwise.py`` first); FORMS
says which serves what. A form first prepares each side for its products, which is called lowering it:

                        lowered image                     lowered output side
    pointwise           the image                         the output side           nothing to prepare
    windows             the image                         the output side           windows are views of it
    winograd            V = B^T x B, tile by tile         M = A g A^T

Each lowered side serves two sums: the image that the forward pass lowered serves the gradient of the weight too, and
so does the output side that the gradient of the input lowered. An `Operand` (``operands.py``) holds a side and keeps
what it was lowered to. All forms have the same functions:

    to_output(image, weight)   to_image(output, weight)      operands in, an array out
    lower_image(image)         lower_output(output)          operands in; the lowered side, at once if it is there
    to_weight(lowered image, lowered output)                 lowered sides in, an array out

The three sums alone, as functions of arrays without a graph: `conv2d_forward`, `conv2d_gradient_of_input` and
`conv2d_gradient_of_weight`. The rules use `pullback`, whose gradients share work.

Taught by docs/15-fast-convolution.md.
"""

from typing import Any, NamedTuple

import numpy as np

from .. import check_floating
from . import pointwise, windows, winograd
from .buffer_size import fast_on_short_runs
from .epilogue import Epilogue
from .geometry import ConvGeometry, conv_geometry, conv_transpose_geometry
from .operands import IncomingGradient, Operand

__all__ = [
    "conv2d_forward",
    "conv2d_gradient_of_input",
    "conv2d_gradient_of_weight",
    "conv_transpose2d_forward",
    "pullback",
]

# The first form that serves a geometry computes it. All agree with kernels/plain.py; they differ in speed.
FORMS = (
    winograd,  # where it saves multiplications: kernels of 3 x 3, of 4 x 4 with stride 2, and similar ones
    pointwise,  # 1 x 1 kernels
    windows,  # everything else
)


def form_for(geometry):
    """The module that computes convolutions of this geometry."""
    return next(form for form in FORMS if form.serves(geometry))


class Saved(NamedTuple):
    """What the forward pass keeps for the backward pass, beside the weight."""

    geometry: ConvGeometry
    lowered: Any  # the input: the image side of a convolution, the output side of a transposed one
    transposed: bool
    positive: np.ndarray | None  # where the result is above 0 (H, W, C, N), if an activation made it
    slope: float  # of the activation where it is not


@fast_on_short_runs
def conv2d_forward(x, weight, stride=1, padding=0, dilation=1, bias=None, activation=None, negative_slope=0.01):
    """(y, saved): y (N, OH, OW, F) = activation(conv(x (N, H, W, C), weight (F, kH, kW, C)) + bias (F,)).

    Raises ValueError for channels that differ, a kernel larger than the padded image, sizes below their minimum, no
    images, a bias of another shape, an unknown activation, or a negative_slope outside 0 to 1; TypeError for dtypes
    that differ or are not floating.
    """
    geometry = conv_geometry(x.shape, weight.shape, stride, padding, dilation)
    _same_dtype("conv2d", x, weight, bias)
    _check_bias("conv2d", bias, geometry.filters)
    finish = Epilogue(geometry.output_shape, bias, activation, negative_slope)
    image = Operand(x)
    y = form_for(geometry).to_output(image, weight, geometry, finish)
    return y, Saved(geometry, image.lowered, False, finish.positive, finish.slope)


@fast_on_short_runs
def conv_transpose2d_forward(
    z,
    weight,
    stride=1,
    padding=0,
    output_padding=0,
    dilation=1,
    bias=None,
    activation=None,
    negative_slope=0.01,
):
    """(y, saved): y (N, H', W', F_out) = activation(conv_transpose(z (N, H, W, C_in), weight) + bias).

    weight (C_in, kH, kW, F_out), bias (F_out,); H' = (H - 1) s - 2 p + d (kH - 1) + 1 + output_padding.
    Raises like `conv2d_forward`.
    """
    geometry = conv_transpose_geometry(z.shape, weight.shape, stride, padding, output_padding, dilation)
    _same_dtype("conv_transpose2d", z, weight, bias)
    _check_bias("conv_transpose2d", bias, geometry.channels)
    finish = Epilogue(geometry.image_shape, bias, activation, negative_slope)
    output = Operand(z)
    y = form_for(geometry).to_image(output, weight, geometry, finish)
    return y, Saved(geometry, output.lowered, True, finish.positive, finish.slope)


def pullback(g, weight, saved):
    """Three functions without arguments that share work and finish dL/dinput, dL/dweight and dL/dbias; g = dL/dy.

    They may be called in any order: the incoming gradient is lowered once, by the first that needs it.
    """
    geometry, lowered, transposed, positive, slope = saved
    form, incoming = form_for(geometry), IncomingGradient(g, positive, slope)

    @fast_on_short_runs
    def of_input():
        back = form.to_output if transposed else form.to_image
        return back(incoming, weight, geometry)

    @fast_on_short_runs
    def of_weight():
        if transposed:
            return form.to_weight(form.lower_image(incoming, geometry), lowered, geometry)
        return form.to_weight(lowered, form.lower_output(incoming, geometry), geometry)

    return of_input, of_weight, incoming.bias_gradient


@fast_on_short_runs
def conv2d_gradient_of_input(g, weight, x_shape, stride=1, padding=0, dilation=1):
    """dL/dx (N, H, W, C) from g (N, OH, OW, F) and weight (F, kH, kW, C)."""
    geometry = conv_geometry(x_shape, weight.shape, stride, padding, dilation)
    _check_gradient("conv2d", g, geometry.output_shape)
    return form_for(geometry).to_image(Operand(g), weight, geometry)


@fast_on_short_runs
def conv2d_gradient_of_weight(g, x, kernel, stride=1, padding=0, dilation=1):
    """dL/dweight (F, kH, kW, C) from g (N, OH, OW, F) and x (N, H, W, C); `kernel` is (kH, kW)."""
    geometry = conv_geometry(x.shape, (g.shape[-1], *kernel, x.shape[-1]), stride, padding, dilation)
    _check_gradient("conv2d", g, geometry.output_shape)
    form = form_for(geometry)
    image, output = form.lower_image(Operand(x), geometry), form.lower_output(Operand(g), geometry)
    return form.to_weight(image, output, geometry)


def _same_dtype(op, image, weight, bias):
    arrays = {"x": image, "weight": weight} | ({} if bias is None else {"bias": bias})
    check_floating(op, **arrays)
    if len({a.dtype for a in arrays.values()}) > 1:
        found = ", ".join(f"{name} {a.dtype}" for name, a in arrays.items())
        raise TypeError(f"{op}: the arrays must have one dtype, not {found}")


def _check_bias(op, bias, channels):
    if bias is not None and bias.shape != (channels,):
        raise ValueError(f"{op}: bias must have shape ({channels},), one number a channel, not {bias.shape}")


def _check_gradient(op, g, shape):
    if g.shape != shape:
        raise ValueError(f"{op}: the gradient must have the output's shape {shape}, not {g.shape}")
