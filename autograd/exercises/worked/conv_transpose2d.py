"""Every pixel of x adds a copy of the weight, scaled by the pixel, to y. This is the backward pass of conv2d.

So its own backward pass is a convolution: the gradient of x is the convolution of g with the same weight. The gradient
of a weight tap is x^T times the part of g that the tap wrote to. g is padded first: pixels cropped in the forward pass
have gradient 0.
"""

from ...kernels.plain import conv_transpose2d

__all__ = ["conv_transpose2d"]

HINTS = (
    "Where forward adds to a patch, backward reads the same patch of g.",
    "Pad g as the painting was padded. Then dx[:, r, q] is the patch of g times the weight, and dweight += "
    "x[:, r, q] transposed times the patch of g.",
    "dx[:, r, q] = np.tensordot(patch, weight, ((1, 2, 3), (1, 2, 3))); dweight += np.tensordot(x[:, r, q], "
    "patch, (0, 0))",
)
