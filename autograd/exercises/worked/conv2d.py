"""Through one tap (i, j) of the kernel, y[n,r,q] += padded[n, s r + i, s q + j] w[:,i,j]^T: a matrix product.

Backward loops over the same taps. The gradient of the image is g w[:,i,j], added to the pixels that the tap read. The
gradient of the weight is g^T times those pixels, summed over n, r and q. The border is a constant, so its gradient is
dropped. (The exercise loops over output positions: it adds the same numbers in another order.)
"""

from ...kernels.plain import conv2d

__all__ = ["conv2d"]

HINTS = (
    "At one position (r, q) the op is a matrix product, and you know the gradients of a matrix product.",
    "In the same loop: dpadded[the patch] += g[:, r, q] times the weight, and dweight += g[:, r, q] "
    "transposed times the patch. At the end, crop the border.",
    "dpadded[the patch] += np.tensordot(g[:, r, q], weight, 1); dweight += np.tensordot(g[:, r, q], patch, (0, 0))",
)
