"""y = tanh(x), element by element.

Taught by docs/02-one-op.md. The derivative of tanh can be written with y alone: then x need not be kept.
"""

import numpy as np


def tanh(x):
    y = np.tanh(x)

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
