"""Starting values of parameters: functions of a generator, a shape and a dtype that give a fresh array.

A layer y = W x sums over its `fan_in` inputs, and backward sums over its `fan_out` outputs. Starting weights decide
whether signals and gradients keep their size from layer to layer: each scheme below picks the variance of W for that.

Shapes are (outputs, inputs, ...) as in `nn.Linear`; for other layouts pass `fan_in` and `fan_out` yourself.
Numbers are drawn in `dtype` itself, float32 or float64. Same generator state, same bytes.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

Shape = Sequence[int]


def require_generator(function: str, rng: object) -> None:
    """Raise a TypeError if `rng` is not a generator: a seed, for example."""
    if not isinstance(rng, np.random.Generator):
        seed = rng if isinstance(rng, int) else 0
        raise TypeError(f"{function}: rng is {rng!r}, expected a NumPy generator: np.random.default_rng({seed})")


def zeros(shape: Shape, dtype: DTypeLike = np.float32) -> np.ndarray:
    """All zero: for biases. (Weights must be random: units that start equal stay equal.)"""
    return np.zeros(shape, dtype)


def uniform(rng: np.random.Generator, shape: Shape, bound: float, dtype: DTypeLike = np.float32) -> np.ndarray:
    """Uniform on [-bound, bound). Raises TypeError for a seed in place of the generator."""
    require_generator("uniform", rng)
    values = rng.random(shape, dtype)  # type: ignore[arg-type]
    values *= 2 * bound
    values -= bound
    return values


def normal(rng: np.random.Generator, shape: Shape, deviation: float, dtype: DTypeLike = np.float32) -> np.ndarray:
    """Normal with mean 0 and standard deviation `deviation`. Raises TypeError for a seed in place of the generator."""
    require_generator("normal", rng)
    values = rng.standard_normal(shape, dtype)  # type: ignore[arg-type]
    values *= deviation
    return values


def fan_in_uniform(
    rng: np.random.Generator, shape: Shape, dtype: DTypeLike = np.float32, fan_in: int | None = None
) -> np.ndarray:
    """Uniform on +-1/sqrt(fan_in): PyTorch's default for linear, convolution and recurrent layers, biases included.

    Source: LeCun, Bottou, Orr & Müller, "Efficient BackProp" (1998), section 4.6, there with variance 1/fan_in;
    this range has variance 1/(3 fan_in). For a bias pass the fan_in of its weight; for recurrent layers PyTorch
    takes the hidden size for all of them.
    """
    return uniform(rng, shape, 1 / math.sqrt(_fan(shape, fan_in, 1)), dtype)


def xavier_uniform(
    rng: np.random.Generator,
    shape: Shape,
    dtype: DTypeLike = np.float32,
    gain: float = 1.0,
    fan_in: int | None = None,
    fan_out: int | None = None,
) -> np.ndarray:
    """Uniform with variance gain^2 * 2 / (fan_in + fan_out): a compromise between forward and backward, for tanh.

    Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), eq. 16.
    """
    fans = _fan(shape, fan_in, 1) + _fan(shape, fan_out, 0)
    return uniform(rng, shape, gain * math.sqrt(6 / fans), dtype)


def kaiming_normal(
    rng: np.random.Generator,
    shape: Shape,
    dtype: DTypeLike = np.float32,
    negative_slope: float = 0.0,
    fan_in: int | None = None,
) -> np.ndarray:
    """Normal with variance 2 / ((1 + negative_slope^2) fan_in): makes up for what (leaky) ReLU removes.

    Source: He, Zhang, Ren & Sun, "Delving deep into rectifiers" (2015), eqs. 10 and 15.
    """
    return normal(rng, shape, math.sqrt(2 / ((1 + negative_slope**2) * _fan(shape, fan_in, 1))), dtype)


def orthogonal(rng: np.random.Generator, shape: Shape, dtype: DTypeLike = np.float32, gain: float = 1.0) -> np.ndarray:
    """A random matrix with orthonormal rows (or columns, if it has more rows), times `gain`.

    It changes no vector's length, so a state multiplied by it at every step neither vanishes nor explodes: for
    recurrent weights, one (H, H) block per gate.

    Source: Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning" (2014). The factor Q
    of a Gaussian matrix A = QR is uniform over all such matrices once the signs of R's diagonal are made positive
    (Mezzadri, "How to generate random matrices from the classical compact groups", 2007).

    Raises:
        TypeError: a seed in place of the generator.
        ValueError: a shape that is not a matrix.
    """
    require_generator("orthogonal", rng)
    if len(shape) != 2:
        raise ValueError(f"orthogonal: shape {tuple(shape)} is no matrix, expected two sizes")
    rows, columns = shape
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return np.ascontiguousarray(gain * (q if rows >= columns else q.T), dtype)


def _fan(shape, given, axis):
    """`given`, or the number of connections along `axis` of a weight (outputs, inputs, *kernel)."""
    if given is None and len(shape) < 2:
        raise ValueError(f"shape {tuple(shape)} does not tell fan_in and fan_out: pass them (a bias has its weight's)")
    fan = shape[axis] * math.prod(shape[2:]) if given is None else given
    if fan < 1:
        raise ValueError(f"parameters of shape {tuple(shape)}: {fan} connections to a unit, expected at least 1")
    return fan
