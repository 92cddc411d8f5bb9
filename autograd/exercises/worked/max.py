"""y equals its largest element x_k, so dy/dx_k = 1 and all other slopes are 0: only the largest element gets g.

Where several elements share the maximum there is no derivative. Here they share g equally, as in the engine.
"""

import numpy as np

HINTS = (
    "Which elements of x change y when they rise a little?",
    "Compare x with y (y with its axis put back): True at the largest elements. Ties share g.",
    "winners = x == x.max(axis, keepdims=True); return g * winners / winners.sum(axis, keepdims=True), with "
    "the axes of g put back first",
)


def max(x, axis=None, keepdims=False):
    winners = x == x.max(axis, keepdims=True)

    def gradient_of_x(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return g * winners / winners.sum(axis, keepdims=True)

    return x.max(axis, keepdims=keepdims), gradient_of_x
