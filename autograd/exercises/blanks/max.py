"""The largest element of x along some axes.

Taught by docs/04-broadcasting.md. `axis` and `keepdims` are as in `sum`; do that exercise first. g has
the shape of y. Only the largest element changes y. At a tie there is no derivative; the engine gives an equal part of g
to each of the largest elements. The checker draws no ties, so any choice is accepted.

Return an array of the shape of x. (np.expand_dims takes a tuple of axes.)
"""

import numpy as np


def max(x, axis=None, keepdims=False):
    y = x.max(axis, keepdims=keepdims)

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
