"""Through one tap (i, j) of the kernel, y[n,r,q] += padded[n, s r + i, s q + j] w[:,i,j]^T: a matrix product.

Backward walks over the same taps. The image gets g w[:,i,j], added to the pixels that the tap has seen, and the weight
gets g^T seen, summed over n, r and q. The gradient of the border is cut off: the border is a constant. (A loop over
places, as in the exercise, adds up the same numbers in another order.)
"""

from ...kernels.plain import conv2d

__all__ = ["conv2d"]

HINTS = (
    "At one place (r, q) it is a matrix product, and you know the gradients of a matrix product.",
    "In the same loop: dpadded[the patch] += g[:, r, q] times the weight, and dweight += g[:, r, q] "
    "transposed times the patch. In the end cut off the border.",
    "dpadded[the patch] += np.tensordot(g[:, r, q], weight, 1); dweight += np.tensordot(g[:, r, q], patch, (0, 0))",
)
