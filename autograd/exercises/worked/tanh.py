"""tanh = sinh / cosh. The quotient rule gives (cosh^2 - sinh^2) / cosh^2 = 1 - tanh^2 = 1 - y^2."""

import numpy as np

HINTS = (
    "Differentiate sinh / cosh by the quotient rule.",
    "The derivative is 1 - y^2: y is known, x is not needed.",
    "return g * (1 - y * y)",
)


def tanh(x):
    y = np.tanh(x)
    return y, lambda g: g * (1 - y * y)
