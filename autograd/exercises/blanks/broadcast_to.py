"""x repeated along axes of size 1, and along new axes in front, until it has `shape`.

Taught by docs/04-broadcasting.md. In add and mul the engine undid broadcasting for you. Here you do it: return an
array of x's own shape. A number that was copied influences the loss through each of its copies.
"""

import numpy as np


def broadcast_to(x, shape):
    y = np.broadcast_to(x, shape)

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
