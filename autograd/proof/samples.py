"""Sample arguments for every rule, inside its domain, on which its gradient is checked.

To add a rule's samples, add one entry to `SAMPLES`: under the rule's name, one `case` for each way of calling it. A
case takes the same arguments as the rule, with a recipe in place of each array. A recipe is a function of a random
generator: `normal(3, 4)` draws a normal 3 x 4 array. So importing the table draws nothing, and each use draws anew. ::

    "log": [case(positive(3, 4)), case(positive())],

All samples stay at least one finite-difference step away from kinks and domain ends: `away_from_zero` for relu,
`positive` for log, `distinct` for max, where two equal values would share the gradient.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

Recipe = Callable[[np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Sample:
    """One way of calling a rule. `arguments` holds recipes, and constants that are passed unchanged."""

    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def draw(self, rng: np.random.Generator) -> list[Any]:
        """Draw the arguments of one call; floating-point arrays are float64."""
        return [argument(rng) if callable(argument) else argument for argument in self.arguments]


def case(*arguments: Any, **options: Any) -> Sample:
    """One way of calling a rule, written like the call itself."""
    return Sample(arguments, options)


def normal(*shape: int) -> Recipe:
    """Standard normal numbers."""
    return lambda rng: np.asarray(rng.standard_normal(shape))


def zeros(*shape: int) -> Recipe:
    """All zeros, like the initial state of a recurrent layer."""
    return lambda rng: np.zeros(shape)


def zero_first(*shape: int) -> Recipe:
    """Standard normal numbers, the first replaced by 0."""

    def recipe(rng):
        array = rng.standard_normal(shape)
        array.flat[0] = 0
        return array

    return recipe


def positive(*shape: int) -> Recipe:
    """Uniform from 0.5 to 2.5."""
    return lambda rng: np.asarray(rng.uniform(0.5, 2.5, shape))


def angles(*shape: int) -> Recipe:
    """Uniform from -7 to 7: all four quadrants, more than one full turn."""
    return lambda rng: np.asarray(rng.uniform(-7, 7, shape))


def away_from_zero(*shape: int) -> Recipe:
    """Positive and negative numbers, at least 0.2 from 0."""
    return lambda rng: np.asarray(rng.uniform(0.2, 2.0, shape) * rng.choice([-1.0, 1.0], shape))


def distinct(*shape: int, offset: float = 0.0) -> Recipe:
    """Multiples of 0.1, all different. An offset of 0.05 avoids ties with a second array."""

    def recipe(rng):
        size = math.prod(shape)
        return np.asarray(0.1 * (rng.permutation(size) - size // 2) + offset).reshape(shape)

    return recipe


def probabilities(*shape: int) -> Recipe:
    """Strictly between 0 and 1."""
    return lambda rng: np.asarray(rng.uniform(0.05, 0.95, shape))


def labels(*shape: int, classes: int) -> Recipe:
    """Integers from 0 to classes - 1."""
    return lambda rng: rng.integers(0, classes, shape)


def flags(*shape: int) -> Recipe:
    """Booleans."""
    return lambda rng: rng.random(shape) < 0.5


def strided(recipe: Recipe) -> Recipe:
    """The same numbers as a non-contiguous view: axes reversed, every second element of the last axis."""

    def view(rng):
        array = recipe(rng)
        spread = np.zeros((*array.shape[:0:-1], 2 * array.shape[0])) if array.ndim else array
        result = spread[..., ::2].T
        result[...] = array
        return result

    return view


def _elementwise(domain: Callable[..., Recipe]) -> list[Sample]:
    return [case(domain(3, 4)), case(domain()), case(domain(0, 3)), case(strided(domain(3, 4)))]


def _broadcasting(left: Callable[..., Recipe], right: Callable[..., Recipe]) -> list[Sample]:
    """Two operands: the same shape, axes of size 1 on either side, missing axes, scalars, empty arrays."""
    shapes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
        ((3, 4), (3, 4)),
        ((3, 1), (1, 4)),
        ((2, 3, 4), (4,)),
        ((4,), (2, 1, 4)),
        ((), (2, 3)),
        ((2, 3), ()),
        ((), ()),
        ((0, 3), (1, 3)),
    ]
    return [
        *[case(left(*a), right(*b)) for a, b in shapes],
        case(strided(left(3, 4)), strided(right(3, 4))),
    ]


def _reductions(domain: Callable[..., Recipe]) -> list[Sample]:
    return [
        case(domain(3, 4)),
        case(domain(3, 4), axis=0),
        case(domain(3, 4), axis=-1, keepdims=True),
        case(domain(2, 3, 4), axis=(0, 2)),
        case(domain(2, 3, 4), axis=(-1, 0), keepdims=True),
        case(domain(3, 1), axis=1),
        case(strided(domain(3, 4)), axis=1),
    ]


def _softmaxes() -> list[Sample]:
    return [case(normal(3, 4)), case(normal(3, 4), axis=0), case(normal(5)), case(strided(normal(2, 3, 4)), axis=1)]


def _likelihood(*arguments: Callable[..., Recipe]) -> list[Sample]:
    """All arguments have the same shape: images, latent units, an empty batch."""
    return [
        case(*[domain(2, 3, 3, 2) for domain in arguments]),
        case(*[domain(3, 4) for domain in arguments]),
        case(*[domain(0, 2) for domain in arguments]),
        case(*[strided(domain(3, 4)) for domain in arguments]),
    ]


def _recurrent(gates: int, states: int) -> list[Sample]:
    """Sizes (batch, time, features, hidden): all different, then each one 1; last, a zero initial state."""

    def layer(b, t, d, h, state=normal):
        weights = [normal(gates * h, d), normal(gates * h, h), normal(gates * h), normal(gates * h)]
        return case(normal(b, t, d), *[state(b, h)] * states, *weights)

    sizes = [(2, 4, 3, 5), (1, 3, 2, 2), (2, 1, 3, 2), (3, 2, 1, 2), (2, 3, 2, 1)]
    return [*[layer(*size) for size in sizes], layer(2, 3, 2, 4, state=zeros)]


def _losses(*arguments: Recipe) -> list[Sample]:
    return [case(*arguments, reduction=reduction) for reduction in ("mean", "sum", "none")]


# float32, because it leaves the dtype of a float32 or float64 result unchanged.
RUNNING = {
    "running_mean": np.linspace(-1, 1, 4, dtype=np.float32),
    "running_variance": np.linspace(1, 2, 4, dtype=np.float32),
}

CLASSES = {"weight": np.array([0.5, 1, 2], np.float32), "ignore_index": 5, "label_smoothing": 0.2}

SAMPLES: dict[str, list[Sample]] = {
    # elementwise
    "add": _broadcasting(normal, normal),
    "sub": _broadcasting(normal, normal),
    "mul": _broadcasting(normal, normal),
    "div": _broadcasting(normal, away_from_zero),
    "pow": [*_broadcasting(positive, normal), *[case(away_from_zero(3, 4), n) for n in (0, 1, 2, -3)]],
    "maximum": _broadcasting(distinct, partial(distinct, offset=0.05)),
    "minimum": _broadcasting(distinct, partial(distinct, offset=0.05)),
    "neg": _elementwise(normal),
    "square": _elementwise(normal),
    "exp": _elementwise(normal),
    "expm1": _elementwise(normal),
    "log": _elementwise(positive),
    "log1p": _elementwise(positive),
    "sin": _elementwise(angles),
    "cos": _elementwise(angles),
    "sqrt": _elementwise(positive),
    "abs": _elementwise(away_from_zero),
    "tanh": _elementwise(normal),
    "sigmoid": _elementwise(normal),
    "softplus": _elementwise(normal),
    "relu": _elementwise(away_from_zero),
    "leaky_relu": [
        *_elementwise(away_from_zero),
        *[case(away_from_zero(3, 4), negative_slope=slope) for slope in (0.3, 1.5)],
    ],
    "silu": _elementwise(normal),
    "gelu": _elementwise(normal),
    "clip": [
        case(distinct(3, 4), min=-0.33, max=0.33),
        case(distinct(3, 4), min=-0.33),
        case(strided(distinct(3, 4)), max=0.33),
        case(distinct(), min=-1.0, max=1.0),
        case(normal(0, 3), min=0.0),
    ],
    "where": [
        case(flags(3, 4), normal(3, 4), normal(3, 4)),
        case(flags(4), normal(3, 1), normal()),
        case(flags(3, 1), normal(4), strided(normal(3, 4))),
        case(flags(0, 2), normal(0, 2), normal(2)),
    ],
    "astype": [case(normal(3, 4), dtype=np.float64), case(normal(), dtype=np.float64)],
    # linear
    "matmul": [
        case(normal(3, 4), normal(4, 2)),
        case(normal(2, 3, 4), normal(2, 4, 5)),
        case(normal(2, 3, 4), normal(4, 5)),
        case(normal(3, 4), normal(2, 4, 5)),
        case(normal(2, 1, 3, 4), normal(5, 4, 2)),
        case(normal(4), normal(4)),
        case(normal(3, 4), normal(4)),
        case(normal(4), normal(4, 2)),
        case(normal(2, 3, 4), normal(4)),
        case(normal(4), normal(2, 4, 3)),
        case(normal(0, 3), normal(3, 2)),
        case(normal(2, 0), normal(0, 3)),
        case(normal(2, 3), normal(3, 0)),
        case(strided(normal(3, 4)), strided(normal(4, 2))),
    ],
    "einsum": [
        case(normal(3, 4), normal(4, 2), subscripts="ij,jk->ik"),
        case(normal(2, 3), normal(2, 3), normal(3), subscripts="ij,ij,j->i"),
        case(normal(3, 3), subscripts="ii->i"),
        case(normal(3, 3), normal(3), subscripts="ii,j"),
        case(normal(2, 3, 4), normal(5, 4), subscripts="...i,ji->...j"),
        case(normal(2, 1, 3), normal(4, 3), subscripts="...i,...i->..."),
        case(normal(3), normal(2), subscripts="i,j->ji"),
        case(normal(1, 4), normal(3, 4), subscripts="ij,ij->ij"),
        case(strided(normal(3, 4)), normal(3), subscripts="ij,i->"),
    ],
    # reduction
    "sum": [*_reductions(normal), case(normal()), case(normal(0, 3)), case(normal(0, 3), axis=1)],
    "mean": [*_reductions(normal), case(normal())],
    "prod": [
        *_reductions(normal),
        case(normal()),
        case(zeros(2, 3), axis=1),
        case(zero_first(3, 4), axis=0),
        case(zero_first(3, 4)),
        case(normal(0, 3), axis=0),
    ],
    "cumsum": [
        case(normal(3, 4)),
        case(normal(3, 4), axis=0),
        case(normal(2, 3, 4), axis=-1),
        case(normal(0, 3), axis=1),
        case(strided(normal(3, 4)), axis=1),
    ],
    "norm": [*_reductions(away_from_zero), case(normal(2, 3, 4), axis=1)],
    "var": [*_reductions(normal), case(normal(3, 4), axis=1, ddof=1)],
    "std": [*_reductions(normal)[:-2], case(strided(normal(3, 4)), axis=1), case(normal(3, 4), ddof=1)],
    "max": [*_reductions(distinct), case(distinct())],
    "min": [*_reductions(distinct), case(distinct())],
    "logsumexp": [*_reductions(normal), case(normal(3, 4), axis=None)],
    "softmax": _softmaxes(),
    "log_softmax": _softmaxes(),
    # shape
    "reshape": [
        case(normal(3, 4), shape=(2, 6)),
        case(normal(3, 4), shape=(-1,)),
        case(normal(), shape=(1, 1)),
        case(normal(0, 3), shape=(3, 0)),
        case(strided(normal(3, 4)), shape=(4, 3)),
    ],
    "transpose": [
        case(normal(3, 4)),
        case(normal(2, 3, 4), axes=(1, 2, 0)),
        case(normal(2, 3, 4), axes=(-1, 0, -2)),
        case(normal()),
        case(strided(normal(3, 4))),
    ],
    "broadcast_to": [
        case(normal(3, 1), shape=(2, 3, 4)),
        case(normal(), shape=(2, 3)),
        case(normal(1, 3), shape=(0, 3)),
        case(strided(normal(3, 4)), shape=(3, 4)),
    ],
    "getitem": [
        case(normal(3, 4), 1),
        case(normal(3, 4), (slice(None), slice(None, None, -2))),
        case(normal(3, 4), (Ellipsis, None, -1)),
        case(normal(3, 4), (1, 2)),
        case(normal(3, 4), np.array([2, 0, 2, 2])),
        case(normal(3, 4), (np.array([0, 0, 2]), np.array([1, 1, 3]))),
        case(normal(3, 4), (slice(1, None), np.array([[3, 0], [0, 0]]))),
        case(normal(3, 2), np.array([[True, False], [False, True], [True, True]])),
        case(normal(3, 4), np.array([False, True, True])),
        case(normal(3, 4), slice(2, 2)),
        case(normal(), ()),
        case(strided(normal(3, 4)), (slice(0, 2), np.array([1, 1]))),
    ],
    "concatenate": [
        case(normal(2, 3), normal(1, 3)),
        case(normal(2, 3), normal(2, 1), normal(2, 0), axis=-1),
        case(normal(4)),
        case(strided(normal(3, 4)), normal(3, 2), axis=1),
    ],
    "stack": [
        case(normal(2, 3), normal(2, 3)),
        case(normal(2, 3), normal(2, 3), normal(2, 3), axis=-1),
        case(normal(), normal(), axis=0),
        case(strided(normal(3, 4)), normal(3, 4), axis=1),
    ],
    "pad": [
        case(normal(3, 4), pad_width=1),
        case(normal(3, 4), pad_width=((0, 2), (1, 0)), constant_values=3.0),
        case(normal(0, 2), pad_width=1),
        case(strided(normal(3, 4)), pad_width=(1, 2)),
    ],
    "split": [
        case(normal(4, 3), indices_or_sections=2),
        case(normal(3, 5), indices_or_sections=[2, 3], axis=-1),
        case(normal(2, 3), indices_or_sections=1, axis=1),
        case(strided(normal(3, 4)), indices_or_sections=[1], axis=1),
    ],
    "flip": [
        case(normal(3, 4)),
        case(normal(3, 4), axis=0),
        case(normal(2, 3, 4), axis=(0, -1)),
        case(normal()),
        case(strided(normal(3, 4)), axis=1),
    ],
    # loss
    "binary_cross_entropy_with_logits": [
        *_losses(normal(3, 4), probabilities(3, 4)),
        case(normal(), probabilities()),
        case(strided(normal(3, 4)), probabilities(3, 4)),
        case(normal(0, 2), probabilities(0, 2), reduction="sum"),
        case(normal(3, 4), probabilities(3, 4), pos_weight=np.array([0.5, 1, 2, 3], np.float32)),
        case(normal(3, 4), probabilities(3, 4), reduction="none", pos_weight=2.0),
    ],
    "cross_entropy": [
        *_losses(normal(5, 3), labels(5, classes=3)),
        *[case(normal(5, 3), labels(5, classes=3), reduction=r, **CLASSES) for r in ("mean", "sum", "none")],
        case(normal(5, 3), np.array([1, 0, 1, 2, 0]), "sum", ignore_index=1),
        case(normal(5, 3), labels(5, classes=3), "sum", label_smoothing=0.3),
        case(normal(2, 1), labels(2, classes=1)),
        case(strided(normal(5, 3)), labels(5, classes=3)),
        case(normal(0, 3), labels(0, classes=3), reduction="sum"),
    ],
    "mse": [
        *_losses(normal(3, 4), normal(3, 4)),
        case(normal(), normal()),
        case(strided(normal(3, 4)), normal(3, 4)),
        case(normal(0, 2), normal(0, 2), reduction="sum"),
    ],
    # likelihood
    "bernoulli_log_likelihood": _likelihood(normal, probabilities),
    "gaussian_log_likelihood": [
        *_likelihood(normal, normal, normal),
        case(normal(3, 2, 2, 1), normal(), normal(3, 2, 2, 1)),
    ],
    "kl_standard_normal": _likelihood(normal, normal),
    # convolution: batch, height, width, channels and filters differ where possible, so mixed-up axes show
    "conv2d": [
        case(normal(2, 5, 6, 3), normal(4, 3, 2, 3), normal(4)),
        case(normal(2, 5, 6, 3), normal(4, 3, 3, 3), None, stride=2, padding=1),
        case(normal(1, 7, 6, 2), normal(3, 2, 3, 2), normal(3), stride=(2, 1), padding=(0, 2), dilation=(2, 1)),
        case(normal(2, 6, 8, 3), normal(5, 4, 4, 3), normal(5), stride=2, padding=1),
        case(normal(2, 8, 8, 8), normal(9, 4, 4, 8), normal(9), stride=2, padding=1),
        case(normal(2, 3, 4, 3), normal(2, 1, 1, 3), normal(2)),
        case(normal(2, 5, 5, 2), normal(3, 2, 2, 2), normal(3), stride=3),
        case(strided(normal(2, 5, 4, 3)), strided(normal(2, 3, 3, 3)), normal(2), padding=1),
        *[case(normal(2, 6, 4, 3), normal(5, 4, 4, 3), normal(5), 2, 1, activation=a) for a in ("relu", "leaky_relu")],
    ],
    "conv_transpose2d": [
        case(normal(2, 4, 3, 3), normal(3, 3, 2, 4), normal(4)),
        case(normal(2, 3, 4, 3), normal(3, 3, 3, 4), None, stride=2, padding=1, output_padding=1),
        case(normal(1, 4, 3, 2), normal(2, 2, 3, 3), normal(3), stride=(2, 1), padding=(0, 1), dilation=(2, 1)),
        case(normal(2, 3, 4, 5), normal(5, 4, 4, 3), normal(3), stride=2, padding=1),
        case(normal(2, 4, 4, 9), normal(9, 4, 4, 8), normal(8), stride=2, padding=1),
        case(normal(2, 3, 4, 3), normal(3, 1, 1, 2), normal(2)),
        case(strided(normal(2, 4, 3, 3)), strided(normal(3, 3, 3, 2)), normal(2), padding=1),
        *[case(normal(2, 3, 2, 5), normal(5, 4, 4, 3), normal(3), 2, 1, activation=a) for a in ("relu", "leaky_relu")],
    ],
    "max_pool2d": [
        case(distinct(2, 4, 6, 3), 2),
        case(distinct(2, 5, 6, 3), (3, 2), stride=2, padding=1),
        case(strided(distinct(2, 4, 4, 3)), 3, stride=1),
    ],
    "avg_pool2d": [
        case(normal(2, 4, 6, 3), 2),
        case(normal(2, 5, 6, 3), (3, 2), stride=2, padding=1),
        case(strided(normal(2, 4, 4, 3)), 3, stride=1),
    ],
    "upsample2d": [case(normal(2, 3, 4, 3), 2), case(normal(1, 2, 3, 2), (1, 3)), case(strided(normal(2, 3, 4, 3)), 2)],
    # normalization
    "batch_norm": [
        case(normal(3, 2, 4, 5), normal(5), normal(5)),
        case(normal(6, 4), normal(4), normal(4)),
        case(normal(3, 2, 2, 4), normal(4), normal(4), **RUNNING, training=False),
        *[case(normal(3, 2, 4, 5), normal(5), normal(5), activation=a) for a in ("relu", "leaky_relu")],
        case(normal(3, 2, 2, 4), normal(4), normal(4), **RUNNING, training=False, activation="leaky_relu"),
        case(strided(normal(3, 2, 2, 4)), normal(4), normal(4)),
    ],
    "group_norm": [
        case(normal(3, 2, 4, 6), normal(6), normal(6), groups=2),
        case(normal(3, 6), normal(6), normal(6), groups=1),
        case(strided(normal(3, 2, 3, 4)), normal(4), normal(4), groups=4),
    ],
    "layer_norm": [
        case(normal(3, 4, 5), normal(5), normal(5)),
        case(normal(3, 4, 5), normal(4, 5), normal(4, 5)),
        case(strided(normal(3, 4)), normal(4), normal(4)),
    ],
    # recurrent
    "rnn_tanh": _recurrent(gates=1, states=1),
    "lstm": _recurrent(gates=4, states=2),
    "gru": _recurrent(gates=3, states=1),
}
