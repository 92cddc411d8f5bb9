"""A bank of functions to try the gradient check on: 200 and more with right gradients, and as many with wrong ones.

The right ones are hard to judge: ill-scaled, saturated, offset, noisy, with corners at the point and beside it. The
wrong ones hide the mistakes that people make in functions as hard. ``confusion.py`` counts how often the check is
fooled.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import functional as F
from ..functional import lift
from ..tensor import Tensor

SCALES = (1e-8, 1e-6, 1e-4, 1e-3, 1.0, 1e3, 1e6)
OFFSETS = (0.0, 1e3, 1e6, 1e9, 1e12)
FACTORS = (1.0001, 1.001, 1.01, 1.3, 2.0, 0.0, -1.0)
SEEDS = range(4)


@dataclass(frozen=True)
class Entry:
    """A function of tensors with arguments, whose gradient is right or wrong."""

    family: str
    name: str
    function: Callable[..., Any]
    inputs: tuple[Any, ...]


def right() -> Iterator[Entry]:
    """Functions whose gradients are right."""
    for family in (ill_scaled, saturated, offset, near_corners, at_corners, rounded, stochastic, composed):
        yield from family()


def wrong() -> Iterator[Entry]:
    """Functions whose gradients are wrong."""
    for family in (factors, one_element, dropped_terms, wrong_axis, signs_of_g, after_another, hidden_by_corners):
        yield from family()


def normal(seed: int, *shape: int) -> np.ndarray:
    """Standard normal numbers."""
    return np.random.default_rng([7, seed]).standard_normal(shape)


# Functions that are hard to differentiate numerically, or to judge.


def std(x: Tensor) -> Tensor:
    """The standard deviation."""
    return x.std()


def norm(x: Tensor) -> Tensor:
    """The Euclidean norm."""
    return F.sqrt((x * x).sum())


def cosine(x: Tensor) -> Tensor:
    """The cosine of the angle between one half of x and the other."""
    return (x[:3] * x[3:]).sum() / (norm(x[:3]) * norm(x[3:]))


def log_and_inverse(x: Tensor) -> Tensor:
    """log s + 1 / s, as of a scale s, which is positive."""
    s = F.abs(x) if x.dtype.kind == "f" and (x.data < 0).any() else x
    return F.log(s) + 1 / s


sin = lift(lambda x: (np.sin(x), lambda g: g * np.cos(x)))
gauss = lift(lambda x: (np.exp(-x * x), lambda g: -2 * g * x * np.exp(-x * x)))
half_square = lift(lambda x: (np.abs(x) * x / 2, lambda g: g * np.abs(x)))
modulus = lift(lambda x: (np.abs(np.real(x)) * 1.0, lambda g: g * np.sign(x)))


def ill_scaled() -> Iterator[Entry]:
    """Values far from 1."""
    functions = {"std": std, "norm": norm, "cosine": cosine, "cube": lambda x: x**3, "x |x| / 2": half_square}
    for scale in SCALES:
        for name, function in functions.items():
            yield Entry("ill-scaled", f"{name} at {scale:g}", function, (scale * normal(1, 6),))
        positive = scale * (0.5 + normal(2, 4) ** 2)
        yield Entry("ill-scaled", f"log s + 1/s at {scale:g}", log_and_inverse, (positive,))
        yield Entry("ill-scaled", f"sqrt at {scale:g}", F.sqrt, (positive,))
        yield Entry("ill-scaled", f"1 / x at {scale:g}", lambda x: 1 / x, (positive,))
    yield Entry("ill-scaled", "log of many scales", F.log, (np.array([1e-3, 1.0, 1e6]),))
    yield Entry("ill-scaled", "cube of many scales", lambda x: x**3, (np.array([1e6, 1.0, 1e-3, 0.0]),))
    yield Entry("ill-scaled", "cube at 0", lambda x: x**3, (np.zeros(3),))
    for frequency in (10.0, 1e3, 1e5):
        yield Entry("ill-scaled", f"sin {frequency:g} x", lambda x, f=frequency: sin(x * f), (normal(3, 4),))
    for spread in (1e-1, 1e-3, 1e-5):
        yield Entry("ill-scaled", f"std of 1 +- {spread:g}", std, (1 + spread * normal(4, 5),))


def saturated() -> Iterator[Entry]:
    """Derivatives that are nearly or wholly lost to rounding."""
    for at in (5.0, 12.0, 18.5, 25.0, 400.0):
        x = np.array([at, -at, at * 0.97])
        for function in (F.tanh, F.sigmoid, F.softplus, gauss):
            yield Entry("saturated", f"{getattr(function, '__name__', 'op')} at {at:g}", function, (x,))
        yield Entry("saturated", f"cross-entropy of logits of {at:g}", _classes, (np.stack([x, -x]),))
    for temperature in (1.0, 0.1, 0.01, 0.001):
        for seed in SEEDS:
            sharp = {"softmax": F.softmax, "log_softmax": F.log_softmax}
            for name, function in sharp.items():
                divided = lambda x, f=function, t=temperature: f(x / t)  # noqa: E731
                yield Entry("saturated", f"{name}(x / {temperature:g})", divided, (normal(seed, 4),))
    for seed in SEEDS:
        yield Entry("saturated", "sum of a softmax", lambda x: F.softmax(x).sum(), (3 * normal(seed, 2, 3),))


def _classes(logits):
    return F.cross_entropy(logits, np.array([0, 1]))


def offset() -> Iterator[Entry]:
    """A large number added, and sometimes taken away again."""
    for c in OFFSETS:
        for seed in SEEDS:
            yield Entry("offset", f"x^2 + {c:g}", lambda x, c=c: x * x + c, (normal(seed, 3),))
        for seed in SEEDS:
            there_and_back = lambda x, c=c: (F.tanh(x) + c) - c  # noqa: E731
            yield Entry("offset", f"(tanh x + {c:g}) - {c:g}", there_and_back, (normal(seed, 4),))
        yield Entry("offset", f"squares about {c:g}", lambda x, c=c: ((x - c) ** 2).sum(), (normal(5, 4),))
    for c in (0.0, 1e3, 1e5):
        yield Entry("offset", f"|x| + {c:g}", lambda x, c=c: F.abs(x) + c, (normal(6, 4),))


def near_corners() -> Iterator[Entry]:
    """A corner at many distances."""
    for distance in (1e-2, 1e-4, 1e-6, 1e-7, -1e-3, -1e-5):
        x = np.array([1 + distance, 3.0])
        yield Entry("near a corner", f"|x - 1|, {distance:g} away", lambda x: F.abs(x - 1), (x,))
        yield Entry("near a corner", f"relu(x - 1), {distance:g} away", lambda x: F.relu(x - 1) + F.exp(x), (x,))
        yield Entry(
            "near a corner", f"max of a near tie, {distance:g}", lambda x: x.max(), (np.array([1.0, x[0], 0.3]),)
        )
        yield Entry("near a corner", f"clip, {distance:g} away", lambda x: F.clip(x, 0.5, 1.0) * x, (x,))


def at_corners() -> Iterator[Entry]:
    """A corner at the very point, in one element of several."""
    at_zero = np.array([0.0, 0.7, -1.2])
    for name, function in {
        "relu": F.relu,
        "leaky_relu": F.leaky_relu,
        "abs": F.abs,
        "relu + x^3": lambda x: F.relu(x) + x**3,
        "exp relu": lambda x: F.exp(F.relu(x)),
        "relu of a matrix": lambda x: F.relu(x * np.ones((2, 1))),
    }.items():
        yield Entry("at a corner", name, function, (at_zero,))
    yield Entry("at a corner", "relu + x^3 at 0, 0, -1e-5", lambda x: F.relu(x) + x**3, (np.array([0, 0, -1e-5]),))
    yield Entry("at a corner", "max of a tie and more", lambda x: x.max(-1), (np.array([[1.0, 1, 0.5], [3, 2, 1]]),))


def rounded() -> Iterator[Entry]:
    """float32 inside."""
    for seed in SEEDS:
        x = normal(seed, 4)
        yield Entry("float32 inside", "tanh", lambda x: _single(F.tanh(x)), (x,))
        yield Entry("float32 inside", "square", lambda x: _single(x) * x, (x,))
        yield Entry("float32 inside", "exp of rounded", lambda x: F.exp(_single(x)), (x,))


def _single(x):
    return x.astype(np.float32).astype(np.float64) if x.dtype.kind == "f" else _refuse()


def _refuse():
    raise TypeError("float32 has no imaginary part")


def stochastic() -> Iterator[Entry]:
    """Random numbers drawn on the way, which the check replays."""
    for seed in SEEDS:
        rng = np.random.default_rng([8, seed])
        noisy = lambda m, s, rng: m + F.exp(0.5 * s) * rng.standard_normal(4)  # noqa: E731
        yield Entry("stochastic", "reparameterised normal", noisy, (normal(seed, 4), normal(seed + 10, 4), rng))
        dropout = lambda x, rng: F.tanh(x) * (rng.random(x.shape) < 0.5)  # noqa: E731
        yield Entry("stochastic", "dropout", dropout, (normal(seed, 3, 4), rng))


def composed() -> Iterator[Entry]:
    """Several ops, several arguments."""
    for seed in SEEDS:
        a, b, c = normal(seed, 3, 4), normal(seed + 20, 4, 2), normal(seed + 40, 2)
        yield Entry("composed", "affine and tanh", lambda a, b, c: F.tanh(a @ b + c), (a, b, c))
        layer = lambda x, w, b: F.layer_norm(x, w, b)  # noqa: E731
        yield Entry("composed", "layer norm of small numbers", layer, (1e-2 * a, normal(seed, 4), normal(seed + 1, 4)))
        hidden = (normal(seed, 2, 3, 2), normal(seed + 2, 2, 3), normal(seed + 3, 3, 2), normal(seed + 4, 3, 3))
        yield Entry("composed", "rnn", F.rnn_tanh, (*hidden, normal(seed + 5, 3), normal(seed + 6, 3)))
        yield Entry("composed", "used twice", lambda a: F.exp(a) * F.tanh(F.exp(a)), (a,))


# Mistakes.


def leaking(function: Callable[..., Any], factor: float | np.ndarray) -> Callable[..., Any]:
    """The function with its gradient times a factor (or a factor for each element): right values, wrong gradient."""
    wrong_identity = lift(lambda x: (x * 1, lambda g: g * factor))
    return lambda x: function(wrong_identity(x))


def factors() -> Iterator[Entry]:
    """A constant too many, in functions that hide it well."""
    functions: dict[str, tuple[Callable[..., Any], np.ndarray]] = {
        "tanh": (F.tanh, normal(1, 4)),
        "std at 1e-4": (std, 1e-4 * normal(1, 5)),
        "norm at 1e6": (norm, 1e6 * normal(1, 5)),
        "log s + 1/s at 1e-3": (log_and_inverse, 1e-3 * (0.5 + normal(2, 4) ** 2)),
        "softmax(x / 0.1)": (lambda x: F.softmax(x / 0.1), 0.1 * normal(1, 4)),
        "exp(-x^2) at 6": (gauss, 6 + 0.1 * normal(1, 3)),
        "sin 1000 x": (lambda x: sin(1000 * x), normal(1, 3)),
        "x |x| / 2": (half_square, normal(1, 4)),
        "|x|": (modulus, normal(1, 4)),
        "|x| + 1e5": (lambda x: modulus(x) + 1e5, normal(1, 4)),
        "relu beside a corner": (lambda x: F.relu(x - 1), np.array([1 + 1e-4, 2.0])),
        "max of a near tie": (lambda x: x.max(), np.array([1.0, 1 + 1e-5, 0.5])),
        "(tanh x + 1e6) - 1e6": (lambda x: (F.tanh(x) + 1e6) - 1e6, normal(2, 4)),
        "squares about 1e5": (lambda x: ((x - 1e5) ** 2).sum(), normal(2, 4)),
        **{f"x^2 + {c:g}": (lambda x, c=c: x * x + c, normal(3, 3)) for c in (*OFFSETS, 1e15)},
    }
    for name, (function, x) in functions.items():
        for factor in FACTORS:
            yield Entry("factor", f"{factor:g} times the gradient of {name}", leaking(function, factor), (x,))
    for factor in (1.01, 1.3, 2.0, 0.0, -1.0):
        single = leaking(lambda x: _single(F.tanh(x)), factor)
        yield Entry("factor", f"{factor:g} times that of a float32 tanh", single, (normal(4, 4),))


def one_element() -> Iterator[Entry]:
    """One element of several is off."""
    for error in (1e-4, 1e-2, 0.05, 1.0):
        for position in range(3):
            factor = np.ones(3)
            factor[position] += error
            cube = leaking(lambda x: x**3, factor)
            yield Entry("one element", f"cube of many scales, {position}", cube, (np.array([1e6, 1.0, 1e-3]),))
            squares = leaking(lambda x: ((x - 1e5) ** 2).sum(), factor)
            yield Entry("one element", f"squares about 1e5, {position}", squares, (normal(1, 3),))
            mixed = leaking(lambda x: F.log(x) + 1 / x, factor)
            yield Entry("one element", f"log x + 1/x of many scales, {position}", mixed, (np.array([1e3, 2.0, 1e-3]),))


def _softmax(vjp):
    def rule(x):
        e = np.exp(x - x.real.max(-1, keepdims=True))
        p = e / e.sum(-1, keepdims=True)
        return p, lambda g: vjp(g, p)

    return lift(rule)


def dropped_terms() -> Iterator[Entry]:
    """A term of the formula forgotten."""
    for scale in (1e-3, 1.0, 3.0):
        x = scale * normal(1, 3, 4)
        terms = {
            "the diagonal of softmax alone": _softmax(lambda g, p: g * p * (1 - p)),
            "softmax without its sum": _softmax(lambda g, p: g * p),
            "softmax with a mean for the sum": _softmax(lambda g, p: p * (g - (g * p).mean(-1, keepdims=True))),
            "centring without its mean": lift(lambda x: (x - x.mean(-1, keepdims=True), lambda g: g)),
            "logsumexp with 1/n for p": lift(
                lambda x: (np.log(np.exp(x).sum(-1)), lambda g: np.repeat(g[:, None], 4, 1) / 4)
            ),
            "std with its mean a constant": lift(
                lambda x: (
                    np.sqrt(((x - x.mean(0)) ** 2).mean(0) + 1e-9),
                    lambda g: g * x / (3 * np.sqrt(((x - x.mean(0)) ** 2).mean(0) + 1e-9)),
                )
            ),
            "tanh without the square": lift(lambda x: (np.tanh(x), lambda g: g * (1 - np.tanh(x)))),
            "a product's second term": lift(lambda x: (x * np.exp(x), lambda g: g * np.exp(x))),
        }
        for name, function in terms.items():
            yield Entry("dropped term", f"{name} at {scale:g}", function, (x,))


def wrong_axis() -> Iterator[Entry]:
    """Summed, broadcast or transposed the wrong way."""
    for seed in SEEDS:
        x = normal(seed, 3, 3)
        mistakes = {
            "sum over 0, spread over 1": lift(lambda x: (x.sum(0), lambda g: np.repeat(g[:, None], 3, 1))),
            "cumulative sum not reversed": lift(lambda x: (x.cumsum(0), lambda g: g.cumsum(0))),
            "a product transposed": lift(lambda a: (a @ a.T, lambda g: (g + g.T).T @ a.T)),
            "a mean over the wrong count": lift(lambda x: (x[:2].mean(0), lambda g: np.vstack([g / 3, g / 3, 0 * g]))),
            "a roll the same way": lift(lambda x: (np.roll(x, 1, 0), lambda g: np.roll(g, 1, 0))),
            "a flip forgotten": lift(lambda x: (x[::-1] * 2, lambda g: g * 2)),
        }
        for name, function in mistakes.items():
            yield Entry("wrong axis", name, function, (x,))


def signs_of_g() -> Iterator[Entry]:
    """The sign of g in place of the sign of x."""
    for seed in SEEDS:
        x = np.sign(normal(seed, 3, 4)) * (0.2 + np.abs(normal(seed + 1, 3, 4)))
        mistakes = {
            "relu": lift(lambda x: (np.maximum(x, 0), lambda g: np.maximum(g, 0))),
            "abs": lift(lambda x: (np.abs(x), lambda g: np.abs(g))),
            "leaky relu": lift(lambda x: (np.where(x > 0, x, 0.1 * x), lambda g: np.where(g > 0, g, 0.1 * g))),
            "cube": lift(lambda x: (x**3, lambda g: 3 * np.abs(g) * x * x)),
            "clip": lift(lambda x: (np.clip(x, -1, 1), lambda g: np.clip(g, -1, 1))),
        }
        for name, function in mistakes.items():
            yield Entry("sign of g", name, function, (x,))


def after_another() -> Iterator[Entry]:
    """Right only if another argument's vjp ran first, or only the first time."""
    for seed in SEEDS:
        a, b = normal(seed, 3), normal(seed + 1, 3)
        yield Entry("order of vjps", "b after a", lift(_product_b_after_a), (a, b))
        yield Entry("order of vjps", "right once", lift(_right_once()), (a,))
        yield Entry("order of vjps", "only if both results are used", lift(_both_results), (a,))


def _product_b_after_a(a, b):
    saved: list[np.ndarray] = []

    def vjp_a(g):
        saved.append(a)
        return g * b

    return a * b, vjp_a, lambda g: g * saved[0] if saved else 0 * g


def _right_once():
    calls: list[int] = []

    def rule(x):
        def vjp(g):
            calls.append(1)
            return g * x * (2 if len(calls) == 1 else 1)

        return x * x, vjp

    return rule


def _both_results(x):
    def vjp(g):
        return 0 * x if g[0] is None or g[1] is None else 2 * g[0] * x + g[1]

    return (x * x, x * 1), vjp


def hidden_by_corners() -> Iterator[Entry]:
    """A corner in one element must not excuse the others."""
    x = np.array([0.0, 0.7, -1.2, 2.0])
    for factor in FACTORS:
        yield Entry("beside a corner", f"relu, {factor:g}", lift(_relu(factor)), (x,))
        yield Entry("beside a corner", f"|x|, {factor:g}", leaking(modulus, factor), (x,))


def _relu(factor):
    return lambda x: (np.maximum(x, 0), lambda g: factor * g * (x > 0))
