"""Y = one_hot(indices) table, a matrix product. Its gradient one_hot^T G adds row i of G to the row of the table that
was looked up there; a row that was looked up three times gets the sum of three gradients.
"""

import numpy as np

HINTS = (
    "A look-up copies rows. Which rows of the table influence the loss, and how often?",
    "Start from zeros like the table; add each row of g to the row that was looked up.",
    "full = np.zeros_like(table); np.add.at(full, indices, g); return full",
)


def embedding(table, indices):
    def gradient_of_table(g):
        full = np.zeros_like(table)
        np.add.at(full, indices, g)
        return full

    return table[indices], gradient_of_table, None
