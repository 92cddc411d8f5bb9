"""Every element has slope 1 on its own sum, so it gets the g of that sum. Restore the summed axes, then broadcast."""

import numpy as np

HINTS = (
    "How much does a sum rise when one of its elements rises by 1?",
    "Each element gets the g of its own sum: put the summed axes back with size 1, then broadcast to the shape of x.",
    "If keepdims is False and axis is not None: g = np.expand_dims(g, axis). Then np.broadcast_to(g, x.shape)",
)


def sum(x, axis=None, keepdims=False):
    def gradient_of_x(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return np.broadcast_to(g, x.shape)

    return x.sum(axis, keepdims=keepdims), gradient_of_x
