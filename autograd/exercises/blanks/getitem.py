"""y = x[key]: part of an array.

Taught by docs/14-indexing.md. `key` is any NumPy index: slices, integers, masks, and arrays of indices in which one
index may occur twice. Elements that were not picked get 0. Useful: np.add.at.
"""

import numpy as np


def getitem(x, key):
    y = x[key]

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
