"""Every pixel of x paints the weight, scaled by itself, into y; this is the gradient of conv2d turned round.

So the gradient of x *looks*: it is the convolution of g with the same weight. The weight gets x^T seen, where seen is
the part of g into which a tap has painted. g is padded first: what was cut off forward is 0 backward.
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
