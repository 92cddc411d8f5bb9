"""Convolutions of images (N, H, W, C), as one op each, the bias and the activation after it included.

The mathematics and the array code are in ``autograd/kernels/conv/forms.py``. A convolution and a transposed
convolution are each other's backward pass: what one does forward, the other does to the gradient of its input.

Taught by docs/06-convolution.md.
"""

from ..kernels.conv.forms import conv2d_forward, conv_transpose2d_forward, pullback
from .registry import rule, vjps_of


@rule
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, activation=None, negative_slope=0.01):
    """y[n,r,q,f] = sum_ijc w[f,i,j,c] x[n, s r + d i - p, s q + d j - p, c] + b[f], then the activation.

    x (N, H, W, C), weight (F, kH, kW, C), bias (F,) or None -> (N, OH, OW, F), OH = (H + 2p - d (kH-1) - 1) // s + 1.
    stride s, padding p (zeros) and dilation d: one number, or one for each of H and W. activation: None, "relu" or
    "leaky_relu", computed while the result is still in the cache.

    Backward: the transposed convolution of g; the correlation of x and g; g summed over images and positions.
    """
    y, saved = conv2d_forward(x, weight, stride, padding, dilation, bias, activation, negative_slope)
    return y, *vjps_of(lambda g: pullback(g, weight, saved), 3)


@rule
def conv_transpose2d(
    x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1, activation=None, negative_slope=0.01
):
    """The adjoint of conv2d with the same weight: every pixel of x paints the weight, scaled by itself, into y.

    x (N, H, W, C), weight (C, kH, kW, F), bias (F,) or None -> (N, H', W', F),
    H' = (H-1) s - 2p + d (kH-1) + 1 + output_padding. `output_padding`, less than the stride, says which of the
    sizes that conv2d would have brought to H is meant. The other options are as in conv2d.

    Backward: the convolution of g; the correlation of g and x; g summed over images and positions.
    """
    y, saved = conv_transpose2d_forward(
        x, weight, stride, padding, output_padding, dilation, bias, activation, negative_slope
    )
    return y, *vjps_of(lambda g: pullback(g, weight, saved), 3)
