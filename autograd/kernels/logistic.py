"""The logistic function 1 / (1 + e^-x), called sigmoid, and its integral log(1 + e^x), called softplus.

Neither formula can be used as it stands, since e^-x overflows where x is far below 0, and e^x where it is far above.
With e = e^-|x|, which is at most 1,

    sigmoid(x)  =  1 / (1 + e) where x >= 0,  e / (1 + e) elsewhere
    softplus(x) =  max(x, 0) + log(1 + e)

nothing overflows, and all digits are right at both ends. (1 + tanh(x/2)) / 2 is the same function in one call and as
safe, but where it is small it subtracts almost equal numbers: at x = -20 it is 0 in float32, and its logarithm -inf.

Complex numbers, which occur in gradient checks alone, go by the formulas as they stand: |x| is not analytic.

Taught by docs/02-one-op.md.
"""

import numpy as np


def sigmoid(x):
    """1 / (1 + e^-x), in the dtype of x."""
    if np.iscomplexobj(x):
        return 1 / (1 + np.exp(-x))
    e = _exponential(x)
    y = np.asarray(x >= 0).astype(x.dtype)
    np.maximum(y, e, out=y)  # 1 or e: the larger of the two, for e is at most 1
    e += 1
    y /= e
    return y


def softplus(x):
    """log(1 + e^x), in the dtype of x."""
    if np.iscomplexobj(x):
        return np.log1p(np.exp(x))
    y = _exponential(x)
    np.log1p(y, out=y)
    y += np.maximum(x, 0)
    return y


def _exponential(x):
    """e^-|x| in one fresh array: of several large ones at a time, getting the memory would cost more than the rest."""
    e = np.asarray(np.abs(x))
    np.negative(e, out=e)
    return np.exp(e, out=e)
