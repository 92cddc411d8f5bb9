"""The logistic function 1 / (1 + e^-x), called sigmoid, and its integral log(1 + e^x), called softplus.

Both formulas overflow as they stand: e^-x for very negative x, e^x for very positive x. With e = e^-|x|, which is at
most 1,

    sigmoid(x)  =  1 / (1 + e) where x >= 0,  e / (1 + e) elsewhere
    softplus(x) =  max(x, 0) + log(1 + e)

nothing overflows, and small values keep their full relative precision. (1 + tanh(x/2)) / 2 is the same function and
does not overflow either, but for negative x it subtracts almost equal numbers: at x = -20 it is 0 in float32, and its
logarithm is -inf.

Complex numbers occur only in gradient checks. They use the formulas as they stand, since |x| is not analytic.

Taught by docs/02-one-op.md.
"""

import numpy as np

from . import floating


def sigmoid(x):
    """1 / (1 + e^-x), in the dtype of x (integers become floating)."""
    if np.iscomplexobj(x):
        return 1 / (1 + np.exp(-x))
    x = floating(x)
    e = _exponential(x)
    y = np.asarray(x >= 0).astype(x.dtype)
    np.maximum(y, e, out=y)  # 1 where x >= 0, else e, since e is at most 1
    e += 1
    y /= e
    return y


def softplus(x):
    """log(1 + e^x), in the dtype of x (integers become floating)."""
    if np.iscomplexobj(x):
        return np.log1p(np.exp(x))
    x = floating(x)
    y = _exponential(x)
    np.log1p(y, out=y)
    y += np.maximum(x, 0)
    return y


def _exponential(x):
    """e^-|x| in one new array: allocating several large arrays would cost more time than the arithmetic."""
    e = np.asarray(np.abs(x))
    np.negative(e, out=e)
    return np.exp(e, out=e)
