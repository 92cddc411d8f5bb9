"""The sum of x over some axes.

Taught by docs/04-broadcasting.md. `axis` is None (all axes), a number (perhaps negative) or a tuple of them; with
`keepdims` the axes that were summed stay with size 1. g has the shape of y: an axis is missing, or has size 1.

Every summand has the same influence on its sum. Return an array of x's shape. (np.expand_dims takes a tuple of axes.)
"""

import numpy as np


def sum(x, axis=None, keepdims=False):
    y = x.sum(axis, keepdims=keepdims)

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
