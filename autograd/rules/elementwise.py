"""Elementwise mathematics: y[i] depends on x[i] alone, so every vjp is a product g[i] * dy[i]/dx[i].

With two arguments the shapes broadcast as in NumPy. At a kink (relu, abs and clip at their corners, a tie of
maximum) the derivative does not exist; the choices made there are PyTorch's and stand in each docstring.

Taught by docs/02-one-op.md.
"""

import math

import numpy as np

from ..kernels import floating, logistic
from ..kernels.activation import times_slopes
from ..kernels.error_function import normal_cdf
from .registry import rule


@rule
def add(a, b):
    """a + b. Backward: g, g."""
    return a + b, lambda g: g, lambda g: g


@rule
def sub(a, b):
    """a - b. Backward: g, -g."""
    return a - b, lambda g: g, lambda g: -g


@rule
def mul(a, b):
    """a * b. Backward: g * b, g * a."""
    return a * b, lambda g: g * b, lambda g: g * a


@rule
def div(a, b):
    """a / b. Backward: g / b, -g * a / b^2."""
    y = a / b
    return y, lambda g: g / b, lambda g: -g * y / b


@rule
def neg(x):
    """-x. Backward: -g."""
    return -x, lambda g: -g


@rule
def pow(a, b):
    """a ** b. Backward: g * b * a^(b-1), g * y * log(a), which is taken as 0 where a = 0 and b >= 0, as in PyTorch."""
    y = a**b

    def vjp_exponent(g):
        is_constant = np.broadcast_to((a == 0) & (b >= 0), y.shape)  # 0^b stays 0, and 0 * log(0) would be NaN
        return g * y * np.log(a, out=np.zeros_like(y), where=~is_constant)

    # At b = 0 the slope is 0 even where a^(b-1) is infinite: subtracting False instead of 1 keeps it finite.
    return y, lambda g: g * b * a ** (b - (b != 0)), vjp_exponent


@rule
def square(x):
    """x^2. Backward: 2 x g."""
    return x * x, lambda g: 2 * x * g


@rule
def exp(x):
    """e^x. Backward: g * y."""
    y = np.exp(x)
    return y, lambda g: g * y


@rule
def expm1(x):
    """e^x - 1, precise for small x too. Backward: g * (y + 1)."""
    y = np.expm1(x)
    return y, lambda g: g * (y + 1)


@rule
def log(x):
    """Natural logarithm, for x > 0. Backward: g / x."""
    return np.log(x), lambda g: g / x


@rule
def log1p(x):
    """log(1 + x), for x > -1, precise for small x too. Backward: g / (1 + x)."""
    return np.log1p(x), lambda g: g / (1 + x)


@rule
def sin(x):
    """Sine of x in radians. Backward: g * cos(x)."""
    return np.sin(x), lambda g: g * np.cos(x)


@rule
def cos(x):
    """Cosine of x in radians. Backward: -g * sin(x)."""
    return np.cos(x), lambda g: -g * np.sin(x)


@rule
def sqrt(x):
    """Square root, for x > 0. Backward: g / (2 y)."""
    y = np.sqrt(x)
    return y, lambda g: g / (2 * y)


@rule
def abs(x):
    """|x|. Backward: g * sign(x), which is 0 at 0."""
    return np.abs(x), lambda g: g * np.sign(x)


@rule
def tanh(x):
    """Hyperbolic tangent. Backward: g * (1 - y^2)."""
    y = np.tanh(x)
    return y, lambda g: g - g * y * y


@rule
def sigmoid(x):
    """1 / (1 + e^-x), computed so that nothing overflows (``kernels/logistic.py``). Backward: g * y * (1 - y)."""
    y = logistic.sigmoid(x)
    return y, lambda g: g * y * (1 - y)


@rule
def softplus(x):
    """log(1 + e^x), computed so that nothing overflows (``kernels/logistic.py``). Backward: g * sigmoid(x)."""
    return logistic.softplus(x), lambda g: g * logistic.sigmoid(x)


@rule
def relu(x):
    """max(x, 0). Backward: g where x > 0, else 0 (so 0 at the corner).

    The product with a step, 0 or 1, is faster than a choice; it makes NaN of an infinite g where x is not positive.
    """
    y = np.maximum(x, 0)
    return y, lambda g: g * (y > 0)


@rule
def leaky_relu(x, negative_slope=0.01):
    """x where x > 0, else negative_slope * x. Backward: g where x > 0, else negative_slope * g."""
    negative_slope = np.asarray(negative_slope).item()  # a NumPy number would change the dtype; refuses a Tensor
    positive = x > 0
    if negative_slope == 0:
        y = np.maximum(x, 0)  # 0 * inf would be NaN
    else:
        y = (np.maximum if negative_slope <= 1 else np.minimum)(x, negative_slope * x)
    return y, lambda g: times_slopes(g, positive, negative_slope)


@rule
def silu(x):
    """x * sigmoid(x), also called swish. Backward: g * (s + y * (1 - s)) with s = sigmoid(x).

    Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units" (2018).
    """
    x = floating(x)
    s = logistic.sigmoid(x)
    y = x * s
    return y, lambda g: g * (s + y * (1 - s))


@rule
def gelu(x):
    """x * Phi(x), where Phi is the distribution function of the standard normal and phi its density.

    Backward: g * (Phi(x) + x * phi(x)). Phi is exact, not the approximation by tanh (``kernels/error_function.py``).
    Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
    """
    x = floating(x)
    p = normal_cdf(x)
    return x * p, lambda g: g * (p + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


@rule
def clip(x, min=None, max=None):
    """x limited to [min, max]; None leaves a side open. Backward: g where x was left as it is, else 0."""
    y = np.clip(x, min, max, dtype=x.dtype if x.dtype.kind in "fc" else None)  # bounds take the dtype of x
    return y, lambda g: g * (y == x)


def _share(a, b):
    """The part of g that goes to `a` where a is chosen over b: all of it, or half at a tie."""
    return lambda g: np.where(a == b, 0.5 * g, np.where(a < b, 0, g))


@rule
def maximum(a, b):
    """The larger of a and b. Backward: g to the larger; half to each at a tie; g to both beside a NaN."""
    return np.maximum(a, b), _share(a, b), _share(b, a)


@rule
def minimum(a, b):
    """The smaller of a and b. Backward: g to the smaller; half to each at a tie; g to both beside a NaN."""
    return np.minimum(a, b), _share(b, a), _share(a, b)


@rule
def where(condition, a, b):
    """a where the condition holds, else b. Backward: g split the same way; the condition has no gradient."""
    holds = np.asarray(condition, bool)
    return np.where(holds, a, b), None, lambda g: np.where(holds, g, 0), lambda g: np.where(holds, 0, g)


@rule
def astype(x, dtype):
    """The same numbers in another floating type. Backward: g in the type of x. Raises TypeError for any other type."""
    source = x.dtype
    if np.dtype(dtype).kind not in "fc":
        raise TypeError(f"{np.dtype(dtype)} has no gradient: use detach().data.astype, or a floating dtype")
    return x.astype(dtype), lambda g: g.astype(source)
