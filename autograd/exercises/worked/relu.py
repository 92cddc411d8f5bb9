"""Right of the corner y = x with slope 1, left of it y = 0 with slope 0. At 0 there is none; 0 is a convention."""

import numpy as np

HINTS = (
    "What is the slope for x > 0, and for x < 0?",
    "The gradient is g where x > 0, and 0 elsewhere.",
    "return g * (x > 0)",
)


def relu(x):
    return np.maximum(x, 0), lambda g: g * (x > 0)
