"""y = x[key]: part of an array.

Taught by docs/14-indexing.md. `key` is whatever NumPy takes: slices, numbers, masks,
and arrays of indices in which one index may come twice. What was not picked gets 0. (np.add.at)
"""

import numpy as np


def getitem(x, key):
    y = x[key]

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
