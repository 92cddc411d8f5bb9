"""Rows of a table: table (K, D), integer indices of any shape -> indices.shape + (D,).

Taught by docs/14-indexing.md. The same index may occur several times. Indices have no gradient, hence None.
Useful: np.add.at.
"""

import numpy as np


def embedding(table, indices):
    y = table[indices]

    def gradient_of_table(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_table, None
