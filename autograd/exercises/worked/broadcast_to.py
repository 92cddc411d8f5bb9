"""A number that was copied to several places influences the loss through each copy: its gradient is the sum over them.

Copies lie along the new leading axes, and along each axis where x has size 1 and g does not.
"""

import numpy as np

HINTS = (
    "The forward pass copies. What must the backward pass do?",
    "Sum g over the new axes in front, and with keepdims over each axis where x has size 1.",
    "extra = g.ndim - x.ndim; ones = tuple(i + extra for i, n in enumerate(x.shape) if n == 1); sum over "
    "both, then reshape(x.shape)",
)


def broadcast_to(x, shape):
    def gradient_of_x(g):
        extra = g.ndim - x.ndim
        repeated = tuple(i for i in range(g.ndim) if i < extra or x.shape[i - extra] == 1)
        return g.sum(repeated).reshape(x.shape)

    return np.broadcast_to(x, shape), gradient_of_x
