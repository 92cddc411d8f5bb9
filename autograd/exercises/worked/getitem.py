"""y_k = x[key_k]: the slope is 1 for the element that was picked and 0 for all others. An element that was picked twice
has two paths to the loss, so its two gradients add up. `full[key] = g` would keep only the last one.
"""

import numpy as np

HINTS = (
    "What does an element get that was not picked? What does one get that was picked twice?",
    "Start from zeros in the shape of x, and add g where the key points.",
    "full = np.zeros_like(x); np.add.at(full, key, g); return full",
)


def getitem(x, key):
    def gradient_of_x(g):
        full = np.zeros_like(x)
        np.add.at(full, key, g)
        return full

    return x[key], gradient_of_x
