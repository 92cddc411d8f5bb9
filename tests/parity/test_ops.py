"""Every rule of the engine against PyTorch's op of the same meaning, kinks and ties included."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

import torch.nn.functional as F  # noqa: E402

import autograd  # noqa: E402
from autograd.rules import RULES  # noqa: E402

from .compare import same_values_and_gradients  # noqa: E402

pytestmark = pytest.mark.parity
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.standard_normal(shape)


def positive(*shape):
    return rng.uniform(0.2, 3, shape)


X, Y, ROW = normal(3, 4), normal(3, 4), normal(4)
TIES = np.array([[1.0, 0.0, -1.0, 1.0], [0.0, 0.0, 2.0, 2.0], [-3.0, 5.0, 5.0, 5.0]])  # zeros are kinks of many ops
TIED_WITH = np.array([[1.0, 0.0, -2.0, 3.0], [0.0, 1.0, 2.0, -2.0], [-3.0, 4.0, 5.0, 6.0]])
MASK = TIES > 0
LABELS = np.array([3, 0, 3])
LARGE = np.array([-800.0, -40.0, 0.0, 40.0, 800.0])  # where the naive formulas overflow
BATCH, SEQUENCE, FEATURES, HIDDEN = 3, 5, 2, 4


def unary(name, *inputs, theirs=None, **options):
    """One case for each input: autograd.name against torch.name."""
    ours, theirs = getattr(autograd, name), theirs or getattr(torch, name)
    return [(lambda x: ours(x, **options), theirs, [x]) for x in inputs]


def binary(ours, theirs, *pairs):
    return [(ours, theirs, list(pair)) for pair in pairs or [(X, Y), (X, ROW), (normal(3, 1), normal(1, 4))]]


def axes(name, theirs, *inputs, **options):
    """Reductions over one axis, over two, over all, with the axis kept and without."""
    ours = getattr(autograd, name)
    return [
        (
            lambda x, a=axis, k=keepdims: ours(x, axis=a, keepdims=k, **options),
            lambda x, a=axis, k=keepdims: theirs(x, tuple(range(x.ndim)) if a is None else a, k),
            [x],
        )
        for axis in (0, -1, (0, 1), None)
        for keepdims in (False, True)
        for x in inputs
    ]


def recurrent(name, kind, gates, states):
    """One layer of torch.nn's kind, with initial states, against the fused op."""
    shapes = [(BATCH, SEQUENCE, FEATURES), *[(BATCH, HIDDEN)] * states]
    shapes += [(gates * HIDDEN, FEATURES), (gates * HIDDEN, HIDDEN), (gates * HIDDEN,), (gates * HIDDEN,)]

    def theirs(x, *rest):
        initial, weights = [state[None] for state in rest[:states]], rest[states:]
        layer = kind(FEATURES, HIDDEN, batch_first=True).double()
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        start = tuple(initial) if states > 1 else initial[0]
        parameters = dict(zip(names, weights, strict=True))
        hidden, last = torch.func.functional_call(layer, parameters, (x, start))
        return (hidden, *(state[0] for state in (last if states > 1 else (last,))))

    return [(getattr(autograd, name), theirs, [normal(*shape) for shape in shapes])]


def loss(name, theirs, *inputs, **options):
    ours = getattr(autograd, name)
    return [
        (
            lambda *a, r=reduction: ours(*a, reduction=r, **options),
            lambda *a, r=reduction: theirs(*a, reduction=r, **options),
            list(inputs),
        )
        for reduction in ("mean", "sum", "none")
    ]


def with_arrays(theirs):
    """A function of PyTorch whose options may be arrays of NumPy."""

    def function(*inputs, **options):
        return theirs(
            *inputs, **{k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        )

    return function


def convolution(ours, theirs, image, weight, bias, activation=None, **options):
    """Images (N, H, W, C) here and (N, C, H, W) there, weights (., kH, kW, .) here and (., ., kH, kW) there."""
    after = {None: lambda y: y, "relu": torch.relu, "leaky_relu": F.leaky_relu}[activation]

    def expected(x, w, *b):
        return after(channels_last(theirs(channels_first(x), channels_first(w), *b, **options)))

    return (lambda x, w, b=None: ours(x, w, b, activation=activation, **options), expected, [image, weight, *bias])


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def pooling(name, theirs, *settings):
    ours = getattr(autograd, name)
    return [
        (
            lambda x, k=k: ours(x, **k),
            lambda x, k=k: channels_last(theirs(channels_first(x), **k)),
            [normal(2, 7, 6, 3)],
        )
        for k in settings
    ]


def layer_norm(x, weight, bias):
    return F.layer_norm(x, weight.shape, weight, bias)


CONVOLUTIONS = [
    {"image": normal(2, 6, 7, 3), "weight": normal(4, 3, 2, 3), "bias": [normal(4)]},
    {"image": normal(2, 6, 7, 3), "weight": normal(4, 3, 3, 3), "bias": [], "stride": 2, "padding": 1},
    {
        "image": normal(2, 9, 8, 3),
        "weight": normal(4, 3, 2, 3),
        "bias": [normal(4)],
        "stride": (1, 2),
        "padding": 1,
        "dilation": 2,
    },
    {
        "image": normal(2, 8, 6, 3),
        "weight": normal(16, 4, 4, 3),
        "bias": [normal(16)],
        "stride": 2,
        "padding": 1,
        "activation": "relu",
    },
    {"image": normal(3, 8, 8, 16), "weight": normal(32, 4, 4, 16), "bias": [normal(32)], "stride": 2, "padding": 1},
    {"image": normal(3, 9, 7, 16), "weight": normal(32, 4, 4, 16), "bias": [normal(32)], "stride": 2, "padding": 1},
    {"image": normal(2, 21, 26, 8), "weight": normal(9, 4, 4, 8), "bias": [normal(9)], "stride": 2, "padding": 1},
    {
        "image": normal(2, 12, 9, 8),
        "weight": normal(10, 3, 3, 8),
        "bias": [normal(10)],
        "padding": 1,
        "activation": "relu",
    },
    {"image": normal(2, 15, 16, 8), "weight": normal(9, 5, 5, 8), "bias": [normal(9)], "stride": 2, "padding": 2},
    {"image": normal(2, 3, 4, 3), "weight": normal(2, 1, 1, 3), "bias": [normal(2)], "activation": "leaky_relu"},
    {"image": normal(2, 5, 5, 2), "weight": normal(3, 5, 5, 2), "bias": [normal(3)], "stride": 2, "padding": 2},
]
TRANSPOSED = [
    {"image": normal(2, 5, 4, 3), "weight": normal(3, 3, 2, 4), "bias": [normal(4)]},
    {
        "image": normal(2, 5, 4, 3),
        "weight": normal(3, 3, 3, 4),
        "bias": [],
        "stride": 2,
        "padding": 1,
        "output_padding": 1,
    },
    {
        "image": normal(2, 5, 4, 3),
        "weight": normal(3, 3, 2, 4),
        "bias": [normal(4)],
        "stride": (1, 2),
        "padding": 1,
        "dilation": 2,
    },
    {"image": normal(2, 4, 3, 16), "weight": normal(16, 4, 4, 3), "bias": [normal(3)], "stride": 2, "padding": 1},
    {"image": normal(2, 11, 13, 9), "weight": normal(9, 4, 4, 8), "bias": [normal(8)], "stride": 2, "padding": 1},
    {"image": normal(2, 12, 9, 10), "weight": normal(10, 3, 3, 8), "bias": [normal(8)], "padding": 1},
    {
        "image": normal(3, 4, 4, 32),
        "weight": normal(32, 4, 4, 16),
        "bias": [normal(16)],
        "stride": 2,
        "padding": 1,
        "activation": "relu",
    },
    {"image": normal(2, 3, 4, 3), "weight": normal(3, 1, 1, 2), "bias": [normal(2)], "activation": "leaky_relu"},
]

CASES = {
    "add": binary(autograd.add, torch.add),
    "sub": binary(autograd.sub, torch.sub),
    "mul": binary(autograd.mul, torch.mul),
    "div": binary(autograd.div, torch.div, (X, positive(3, 4)), (X, positive(4))),
    "pow": [
        *binary(autograd.pow, torch.pow, (positive(3, 4), Y), (positive(3, 1), ROW), (np.zeros(3), np.arange(3.0))),
        (lambda x: x**3, lambda x: x**3, [TIES]),
        (lambda x: x**0, lambda x: x**0, [TIES]),
        (lambda x: 2**x, lambda x: 2**x, [X]),
    ],
    "maximum": binary(autograd.maximum, torch.maximum, (X, Y), (X, ROW), (TIES, TIED_WITH)),
    "minimum": binary(autograd.minimum, torch.minimum, (X, Y), (X, ROW), (TIES, TIED_WITH)),
    "neg": unary("neg", X),
    "square": unary("square", X),
    "exp": unary("exp", X),
    "expm1": unary("expm1", X),
    "log1p": unary("log1p", positive(3, 4)),
    "sin": unary("sin", X),
    "cos": unary("cos", X),
    "silu": unary("silu", X, LARGE, theirs=F.silu),
    "gelu": unary("gelu", X, LARGE, theirs=F.gelu),
    "log": unary("log", positive(3, 4)),
    "sqrt": unary("sqrt", positive(3, 4)),
    "abs": unary("abs", X, TIES),
    "tanh": unary("tanh", X, LARGE),
    "sigmoid": unary("sigmoid", X, LARGE),
    "softplus": unary("softplus", X, LARGE[:-1], theirs=lambda x: F.softplus(x, threshold=700)),
    "relu": unary("relu", X, TIES),
    "leaky_relu": [
        *unary("leaky_relu", X, TIES, theirs=F.leaky_relu),
        *unary("leaky_relu", X, TIES, theirs=lambda x: F.leaky_relu(x, 0.2), negative_slope=0.2),
    ],
    "clip": [
        *unary("clip", X, TIES, theirs=lambda x: torch.clip(x, -1, 2), min=-1, max=2),
        *unary("clip", TIES, theirs=lambda x: torch.clip(x, min=0), min=0),
        *unary("clip", TIES, theirs=lambda x: torch.clip(x, max=0), max=0),
    ],
    "astype": [(lambda x: x.astype(np.float32).astype(np.float64), lambda x: x.float().double(), [X])],
    "where": [(autograd.where, torch.where, [MASK, X, Y]), (autograd.where, torch.where, [MASK, X, ROW])],
    "matmul": binary(
        autograd.matmul,
        torch.matmul,
        (normal(3, 4), normal(4, 2)),
        (normal(2, 5, 3, 4), normal(4, 2)),
        (normal(2, 1, 3, 4), normal(5, 4, 2)),
        (normal(4), normal(4, 2)),
        (normal(3, 4), normal(4)),
        (normal(4), normal(4)),
        (normal(5, 3, 4), normal(4)),
    ),
    "einsum": [
        (lambda *a, t=text: autograd.einsum(t, *a), lambda *a, t=text: torch.einsum(t, *a), list(arrays))
        for text, *arrays in [
            ("ij,jk->ik", normal(3, 4), normal(4, 2)),
            ("bij,bjk", normal(2, 3, 4), normal(2, 4, 2)),
            ("ii->i", normal(3, 3)),
            ("...i,...i->...", normal(2, 1, 3), normal(4, 3)),
        ]
    ],
    "prod": [
        (lambda x, a=a: autograd.prod(x, axis=a), lambda x, a=a: x.prod() if a is None else x.prod(a), [x])
        for a in (None, 0, 1)
        for x in (X, TIES)
    ],
    "cumsum": [(lambda x, a=a: autograd.cumsum(x, axis=a), lambda x, a=a: x.cumsum(a), [X]) for a in (0, -1)],
    "norm": axes("norm", lambda x, a, k: torch.linalg.vector_norm(x, dim=a, keepdim=k), X, np.zeros((2, 3))),
    "sum": axes("sum", lambda x, a, k: x.sum(a, keepdim=k), X),
    "mean": axes("mean", lambda x, a, k: x.mean(a, keepdim=k), X),
    "var": [
        *axes("var", lambda x, a, k: x.var(a, correction=0, keepdim=k), X),
        *axes("var", lambda x, a, k: x.var(a, correction=1, keepdim=k), X, ddof=1),
    ],
    "std": [
        *axes("std", lambda x, a, k: x.std(a, correction=0, keepdim=k), X),
        *axes("std", lambda x, a, k: x.std(a, correction=1, keepdim=k), X, ddof=1),
    ],
    "max": axes("max", lambda x, a, k: x.amax(a, keepdim=k), X, TIES),
    "min": axes("min", lambda x, a, k: x.amin(a, keepdim=k), X, TIES),
    "logsumexp": axes("logsumexp", lambda x, a, k: x.logsumexp(a, keepdim=k), X, LARGE[:, None] * np.ones(2)),
    "softmax": [(lambda x, a=a: autograd.softmax(x, axis=a), lambda x, a=a: x.softmax(a), [X]) for a in (0, -1)],
    "log_softmax": [
        (lambda x, a=a: autograd.log_softmax(x, axis=a), lambda x, a=a: x.log_softmax(a), [x])
        for a, x in [(0, X), (-1, X), (0, LARGE)]
    ],
    "reshape": [(lambda x: x.reshape(2, -1), lambda x: x.reshape(2, -1), [X])],
    "transpose": [
        (lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1), [normal(2, 3, 4)]),
        (lambda x: x.T, lambda x: x.T, [X]),
    ],
    "broadcast_to": [
        (lambda x: autograd.broadcast_to(x, (5, 3, 4)), lambda x: x.broadcast_to(5, 3, 4), [x])
        for x in (X, ROW, normal(3, 1))
    ],
    "getitem": [
        (lambda x, key=key: x[key], lambda x, key=key: x[key], [X])
        for key in [0, slice(1, None), (slice(None), 2), (..., None), [0, 0, 2], (np.arange(3), LABELS)]
    ]
    + [(lambda x: x[MASK], lambda x: x[torch.from_numpy(MASK)], [X])],
    "concatenate": [
        (lambda a, b: autograd.concatenate([a, b], axis=1), lambda a, b: torch.cat([a, b], 1), [X, normal(3, 2)]),
        (lambda a: autograd.concatenate([a, a]), lambda a: torch.cat([a, a]), [X]),
    ],
    "stack": [
        (lambda a, b, k=k: autograd.stack([a, b], axis=k), lambda a, b, k=k: torch.stack([a, b], k), [X, Y])
        for k in (0, 1, -1)
    ],
    "split": [
        (lambda x: autograd.split(x, [1, 3], axis=1), lambda x: x.split((1, 2, 1), 1), [X]),
        (lambda x: autograd.split(x, 3), lambda x: x.split(1), [X]),
    ],
    "flip": [(lambda x, a=a: autograd.flip(x, a), lambda x, a=a: x.flip(a), [X]) for a in ((0,), (0, 1))],
    "pad": [(lambda x: autograd.pad(x, ((1, 2), (0, 3)), 7.0), lambda x: F.pad(x, (0, 3, 1, 2), value=7.0), [X])],
    "binary_cross_entropy_with_logits": [
        *loss("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, X, rng.random((3, 4))),
        *loss("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, LARGE, np.ones(5)),
        *loss(
            "binary_cross_entropy_with_logits",
            with_arrays(F.binary_cross_entropy_with_logits),
            X,
            rng.random((3, 4)),
            pos_weight=positive(4),
        ),
    ],
    "cross_entropy": [
        *loss("cross_entropy", F.cross_entropy, X, LABELS),
        *[
            case
            for options in (
                {"weight": positive(4)},
                {"ignore_index": 3},
                {"label_smoothing": 0.3},
                {"weight": positive(4), "ignore_index": 0, "label_smoothing": 0.1},
            )
            for case in loss("cross_entropy", with_arrays(F.cross_entropy), X, LABELS, **options)
        ],
    ],
    "mse": loss("mse", F.mse_loss, X, Y),
    "rnn_tanh": recurrent("rnn_tanh", torch.nn.RNN, 1, 1),
    "lstm": recurrent("lstm", torch.nn.LSTM, 4, 2),
    "gru": recurrent("gru", torch.nn.GRU, 3, 1),
    "bernoulli_log_likelihood": [
        (
            autograd.bernoulli_log_likelihood,
            lambda a, t: -F.binary_cross_entropy_with_logits(a, t, reduction="none").sum(1),
            [logits, rng.random(logits.shape)],
        )
        for logits in (X, np.stack([LARGE, -LARGE]))
    ],
    "gaussian_log_likelihood": [
        (
            autograd.gaussian_log_likelihood,
            lambda m, v, x: torch.distributions.Normal(m, (0.5 * v).exp()).log_prob(x).sum(1),
            [X, log_variance, Y],
        )
        for log_variance in (normal(3, 4), np.array(-1.5))
    ],
    "kl_standard_normal": [
        (
            autograd.kl_standard_normal,
            lambda m, v: torch.distributions.kl_divergence(
                torch.distributions.Normal(m, (0.5 * v).exp()), torch.distributions.Normal(0.0 * m, 1.0)
            ).sum(1),
            [X, Y],
        )
    ],
    "conv2d": [convolution(autograd.conv2d, F.conv2d, **case) for case in CONVOLUTIONS],
    "conv_transpose2d": [convolution(autograd.conv_transpose2d, F.conv_transpose2d, **case) for case in TRANSPOSED],
    "max_pool2d": pooling(
        "max_pool2d", F.max_pool2d, {"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}
    ),
    "avg_pool2d": pooling(
        "avg_pool2d", F.avg_pool2d, {"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}
    ),
    "upsample2d": [
        (
            lambda x: autograd.upsample2d(x, 2),
            lambda x: channels_last(F.interpolate(channels_first(x), scale_factor=2)),
            [normal(2, 3, 4, 3)],
        )
    ],
    "batch_norm": [
        (
            autograd.batch_norm,
            lambda x, w, b: channels_last(F.batch_norm(channels_first(x), None, None, w, b, training=True)),
            [normal(3, 4, 5, 6), normal(6), normal(6)],
        ),
        (
            lambda x, w, b: autograd.batch_norm(x, w, b, activation="leaky_relu"),
            lambda x, w, b: F.leaky_relu(F.batch_norm(x, None, None, w, b, training=True)),
            [normal(6, 4), normal(4), normal(4)],
        ),
        (
            lambda x, w, b: autograd.batch_norm(x, w, b, ROW, ROW**2, training=False),
            lambda x, w, b: F.batch_norm(x, torch.from_numpy(ROW), torch.from_numpy(ROW**2), w, b),
            [X, normal(4), normal(4)],
        ),
    ],
    "group_norm": [
        (
            lambda x, w, b: autograd.group_norm(x, w, b, groups=2),
            lambda x, w, b: channels_last(F.group_norm(channels_first(x), 2, w, b)),
            [normal(3, 4, 5, 6), normal(6), normal(6)],
        )
    ],
    "layer_norm": [
        (autograd.layer_norm, layer_norm, [normal(2, 3, 4), normal(4), normal(4)]),
        (autograd.layer_norm, layer_norm, [normal(2, 3, 4), normal(3, 4), normal(3, 4)]),
    ],
}


def test_every_rule_is_compared_and_nothing_else():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize(
    ("ours", "theirs", "inputs"),
    [pytest.param(*case, id=f"{name}-{k}") for name, cases in CASES.items() for k, case in enumerate(cases)],
)
def test_values_and_gradients_are_pytorchs(ours, theirs, inputs):
    same_values_and_gradients(ours, theirs, inputs)
