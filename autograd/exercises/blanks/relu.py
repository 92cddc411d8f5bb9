"""y = max(x, 0), element by element.

Taught by docs/10-checking-gradients.md (kinks). The checker's x is never close to the kink at 0. At x = 0 return 0.
"""

import numpy as np


def relu(x):
    y = np.maximum(x, 0)

    def gradient_of_x(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_x
